import NIOCore
import NIOPosix
import SkeinTestKit
import Synchronization

@testable import SkeinRedis

/// A server that answers as Redis would to a node that is alone, unless a script says otherwise, and keeps nothing.
final class FakeRedis: Sendable {
    /// What a script wants for a command.
    enum Answer: Sendable {
        /// As usual.
        case usual
        /// These bytes instead.
        case bytes(String)
    }

    typealias Script = @Sendable (_ command: [String]) -> Answer

    private struct Connected {
        let role: RedisConnectionRole
        let channel: any Channel
    }

    private struct State {
        var script: Script = { _ in .usual }
        var connected: [Connected] = []
    }

    private let state = Mutex(State())
    private let listener: any Channel

    private init(_ listener: any Channel) {
        self.listener = listener
    }

    static func start() async throws -> FakeRedis {
        let made = Mutex<FakeRedis?>(nil)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FakeRedisConnection { made.withLock { $0 } })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let fake = FakeRedis(listener)
        made.withLock { $0 = fake }
        return fake
    }

    var port: Int { self.listener.localAddress?.port ?? 0 }
    var endpoint: RedisAddress.Endpoint { .host("127.0.0.1", port: self.port) }

    /// Connections of the role that have begun so far.
    func connections(_ role: RedisConnectionRole) -> Int {
        self.state.withLock { $0.connected.count { $0.role == role } }
    }

    /// From now on `script` answers first.
    func answer(_ script: @escaping Script) {
        self.state.withLock { $0.script = script }
    }

    /// Sends bytes that nobody asked for to the newest connection of the role.
    func push(_ bytes: [UInt8], to role: RedisConnectionRole) async throws {
        let channel = self.state.withLock { $0.connected.last { $0.role == role }?.channel }
        try await channel?.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    func close() async throws { try await self.listener.close() }

    fileprivate func reply(to command: [String], on channel: any Channel) -> String {
        if command.count == 3, command[0] == "CLIENT", command[1] == "SETNAME",
            let role = RedisConnectionRole.allCases.first(where: { command[2].hasSuffix("-\($0.rawValue)") })
        {
            self.state.withLock { $0.connected.append(Connected(role: role, channel: channel)) }
        }
        let script = self.state.withLock { $0.script }
        switch script(command) {
        case .usual: return Self.usualReply(to: command)
        case .bytes(let bytes): return bytes
        }
    }

    private static func usualReply(to command: [String]) -> String {
        switch command.first {
        case "ROLE": "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
        case "INFO": "$41\r\nrole:master\nmaster_replid:0123456789abcde\r\n"
        case "HMGET": "*3\r\n$-1\r\n$-1\r\n$-1\r\n"
        case "HSET", "HDEL", "DEL", "PUBLISH": ":1\r\n"
        case "FCALL": self.usualReply(toFunction: command.count > 1 ? command[1] : "")
        case "SUBSCRIBE", "UNSUBSCRIBE":
            command.dropFirst().map { channel in
                let word = command[0].lowercased()
                return "*3\r\n$\(word.utf8.count)\r\n\(word)\r\n$\(channel.utf8.count)\r\n\(channel)\r\n:1\r\n"
            }.joined()
        default: "+OK\r\n"
        }
    }

    private static func usualReply(toFunction name: String) -> String {
        switch name.split(separator: "_").last {
        case "join": "*5\r\n$4\r\nuuid\r\n:1\r\n:1\r\n:1\r\n:0\r\n"
        case "beat": "*4\r\n$4\r\nuuid\r\n:1\r\n:0\r\n:1\r\n"
        case "publish", "history": "*2\r\n:1\r\n$5\r\nepoch\r\n"
        case "recover": "*3\r\n:1\r\n$5\r\nepoch\r\n:1\r\n"
        case "nodes": "*3\r\n$4\r\nuuid\r\n:1\r\n:1\r\n"
        case "claim": "$-1\r\n"
        default: ":1\r\n"
        }
    }
}

/// One connection: commands in, replies out.
private final class FakeRedisConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let redis: () -> FakeRedis?
    private var decoder = RESPDecoder()

    init(_ redis: @escaping () -> FakeRedis?) {
        self.redis = redis
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var commands: [[String]] = []
        do throws(RESPError) {
            try self.decoder.decode(self.unwrapInboundIn(data)) { (command) throws(RESPError) in
                commands.append(RESPValue(command).array?.compactMap(\.text) ?? [])
            }
        } catch {
            return context.close(promise: nil)
        }
        for command in commands {
            let reply = self.redis()?.reply(to: command, on: context.channel) ?? "-LOADING not yet\r\n"
            context.write(self.wrapOutboundOut(ByteBuffer(string: reply)), promise: nil)
        }
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
