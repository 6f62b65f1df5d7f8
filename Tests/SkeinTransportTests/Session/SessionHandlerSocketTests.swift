import Glibc
import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinWire
import Testing

@testable import SkeinTransport

/// How often the kernel is asked to send: over a socket that keeps each send apart, as a packet.
@Suite(.timeLimit(.minutes(1)))
struct SessionHandlerSocketTests {
    /// A session, and the descriptor of its client.
    private struct PacketClient {
        let descriptor: CInt
        let thread: LoopThread
        let channel: any Channel

        init(_ thread: LoopThread, id: String) async throws {
            var descriptors: [CInt] = [0, 0]
            let status = socketpair(AF_UNIX, CInt(SOCK_SEQPACKET.rawValue), 0, &descriptors)
            try #require(status == 0)
            self.descriptor = descriptors[0]
            self.thread = thread
            self.channel = try await ClientBootstrap(group: thread.eventLoop)
                .withConnectedSocket(descriptors[1]).get()
            let channel = self.channel
            try await thread.run { loop in
                let handler = SessionHandler(loop: loop, format: .json, usesFramePing: false, clientID: id)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }

        /// Commands arrive; all in one turn.
        func command(_ lines: String...) async throws {
            let frame = ClientFrame.text(lines.joined(separator: "\n"))
            let channel = self.channel
            _ = try await self.thread.run { _ in channel.pipeline.fireChannelRead(frame) }
            try await self.thread.run { _ in }
        }

        /// Takes what was sent; one element for each send.
        func packets() -> [[ServerFrame]] {
            var packets: [[ServerFrame]] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 17)
            while true {
                let count = recv(self.descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
                guard count > 0 else { return packets }
                var bytes = Array(buffer.prefix(count))
                packets.append(ServerFrame.take(from: &bytes))
                #expect(bytes.isEmpty)
            }
        }

        func close() async throws {
            Glibc.close(self.descriptor)
            try? await self.channel.close()
        }
    }

    private func withClients(
        _ count: Int,
        _ body: (LoopThread, [PacketClient]) async throws -> Void
    ) async throws {
        let thread = try await LoopThread(on: MultiThreadedEventLoopGroup.singleton.any(), policy: .test())
        var clients: [PacketClient] = []
        for number in 0..<count {
            let client = try await PacketClient(thread, id: "c\(number)")
            try await client.command(
                #"{"id":1,"connect":{}}"#,
                #"{"id":2,"subscribe":{"channel":"a"}}"#,
                #"{"id":3,"subscribe":{"channel":"b"}}"#
            )
            #expect(client.packets().map(\.count) == [1], "all replies in one frame and one send")
            clients.append(client)
        }
        try await body(thread, clients)
        for client in clients { try await client.close() }
    }

    @Test func `publications of a turn leave as one send for each session`() async throws {
        try await self.withClients(3) { thread, clients in
            _ = try await thread.run { _ in
                for number in 1...20 { thread.publish("\(number)", to: "a") }
            }
            try await thread.run { _ in }
            for client in clients {
                let packets = client.packets()
                #expect(packets.map(\.count) == [1])
                #expect(packets.first?.first?.messages(.json).count == 20)
            }
        }
    }

    @Test func `messages of two channels and replies of a turn leave as one send`() async throws {
        try await self.withClients(2) { thread, clients in
            let channel = clients[0].channel
            _ = try await thread.run { _ in
                thread.publish("1", to: "a")
                thread.publish("2", to: "b")
                thread.publish("3", to: "a")
                channel.pipeline.fireChannelRead(ClientFrame.text(#"{"id":4,"ping":{}}"#))
            }
            try await thread.run { _ in }
            let packets = clients[0].packets()
            #expect(packets.map(\.count) == [3])
            #expect(packets.first?.first?.text == #"{"id":4,"ping":{}}"#)
            #expect(packets.first?.dropFirst().map { $0.messages(.json).count } == [2, 1])
            #expect(clients[1].packets().map(\.count) == [2])
        }
    }

    @Test func `a session that has nothing to send is not sent anything`() async throws {
        try await self.withClients(2) { thread, clients in
            try await clients[0].command(#"{"id":4,"unsubscribe":{"channel":"a"}}"#)
            _ = clients[0].packets()
            thread.publish("1", to: "a")
            try await thread.run { _ in }
            try await thread.run { _ in }
            #expect(clients.map { $0.packets().count } == [0, 1])
        }
    }
}
