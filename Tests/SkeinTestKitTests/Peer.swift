import NIOCore
import NIOPosix

@testable import SkeinTestKit

/// One end of a TCP connection in the hand of a test: remembers what arrives and how it ends.
final class Peer: Sendable {
    enum End {
        case finished
        case reset
    }

    struct State {
        var received: Octets = []
        /// The size of each read.
        var pieces: [Int] = []
        var end: End?
        var isOpen = true
    }

    let channel: any Channel
    private let state: ObservedValue<State>

    /// Connects; a peer that does not read leaves what arrives to the kernel's buffers until ``startReading()``.
    static func connect(
        to address: SocketAddress,
        on group: any EventLoopGroup,
        reads: Bool = true
    ) async throws -> Peer {
        let state = ObservedValue(State())
        let channel = try await ClientBootstrap(group: group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Recorder(state: state, echoes: false))
                }
            }
            .connect(to: address).get()
        return Peer(channel: channel, state: state)
    }

    /// Takes over a connection that was accepted.
    static func accepted(_ channel: any Channel, echoes: Bool) throws -> Peer {
        let state = ObservedValue(State())
        try channel.pipeline.syncOperations.addHandler(Recorder(state: state, echoes: echoes))
        return Peer(channel: channel, state: state)
    }

    private init(channel: any Channel, state: ObservedValue<State>) {
        self.channel = channel
        self.state = state
    }

    var received: Octets { self.state.value.received }
    var pieces: [Int] { self.state.value.pieces }
    var isUnended: Bool { self.state.value.end == nil }

    /// Waits for so many bytes in all, or for the end of the stream.
    func receive(_ count: Int) async throws -> Octets {
        try await self.state.wait { $0.received.count >= count || $0.end != nil }.received
    }

    /// Waits for the end of the stream.
    func end() async throws -> End? {
        try await self.state.wait { $0.end != nil }.end
    }

    /// Waits until the socket is closed.
    func closed() async throws {
        try await self.state.wait { !$0.isOpen }
    }

    func send(_ octets: Octets) async throws {
        try await self.channel.writeAndFlush(octets.buffer)
    }

    /// Does not wait until they are written.
    func post(_ octets: Octets) {
        self.channel.writeAndFlush(octets.buffer, promise: nil)
    }

    func startReading() async throws {
        try await self.channel.setOption(.autoRead, value: true).get()
    }

    func finish() async throws {
        try await self.channel.close(mode: .output)
    }

    func close() async {
        try? await self.channel.close()
    }

    func reset() async throws {
        try await self.channel.eventLoop.submit { ProxiedConnection.reset(self.channel) }.get()
    }
}

/// Writes down what happens to a socket.
private final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let state: ObservedValue<Peer.State>
    private let echoes: Bool
    private var hasFailed = false
    private var hasFinished = false

    init(state: ObservedValue<Peer.State>, echoes: Bool) {
        self.state = state
        self.echoes = echoes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = self.unwrapInboundIn(data)
        self.state.update {
            $0.received.bytes += bytes.readableBytesView
            $0.pieces.append(bytes.readableBytes)
        }
        if self.echoes { context.writeAndFlush(data, promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? ChannelEvent {
        case .inputClosed:
            self.state.update { $0.end = $0.end ?? .finished }
            if self.echoes { context.close(mode: .output, promise: nil) }
        case .outputClosed: self.hasFinished = true
        case nil: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.hasFailed = true
    }

    /// NIO closes a socket whose output was ended as soon as its input ends, without a word about the input.
    func channelInactive(context: ChannelHandlerContext) {
        self.state.update {
            $0.end = $0.end ?? (self.hasFailed || !self.hasFinished ? .reset : .finished)
            $0.isOpen = false
        }
    }
}
