import NIOCore
import NIOEmbedded
import SkeinWire
import Synchronization

@testable import SkeinTransport

/// One connection behind a ``ProxyProtocolHandler``, with time in the hand of a test.
final class ProxyHarness {
    let eventLoop = EmbeddedEventLoop()
    let channel: EmbeddedChannel
    let log = InboundLog()
    let reads = ReadCount()
    private let counted = Rejections()

    /// Connects; `peer` is nil for one that has gone already.
    init(
        peer: String? = "10.0.0.7",
        trusted: TrustedNetworks? = nil,
        deadline: Duration = .seconds(5),
        isAddedLate: Bool = false
    ) throws {
        self.channel = EmbeddedChannel(loop: self.eventLoop)
        self.reads.forgetsPeer = peer == nil
        let settings = ProxyProtocolSettings(
            trusted: try trusted ?? TrustedNetworks(["10.0.0.0/8"]),
            deadline: deadline
        ) { [counted = self.counted] rejection in
            counted.values.withLock { $0.append(rejection) }
        }
        let operations = self.channel.pipeline.syncOperations
        try operations.addHandler(self.reads)
        if !isAddedLate { try operations.addHandler(ProxyProtocolHandler(settings: settings)) }
        try operations.addHandler(self.log)
        // An embedded channel becomes active by connecting; the address is that of the peer.
        self.channel.connect(to: try SocketAddress(ipAddress: peer ?? "10.0.0.7", port: 4711), promise: nil)
        if isAddedLate {
            try operations.addHandler(ProxyProtocolHandler(settings: settings), position: .after(self.reads))
        }
    }

    deinit {
        _ = try? self.channel.finish(acceptAlreadyClosed: true)
    }

    var rejections: [ProxyRejection] { self.counted.values.withLock { $0 } }
    var isOpen: Bool { self.channel.isActive }
    var hasHandler: Bool {
        (try? self.channel.pipeline.syncOperations.handler(type: ProxyProtocolHandler.self)) != nil
    }

    /// A read brings these bytes.
    func receive(_ bytes: [UInt8]) {
        self.channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
        self.channel.pipeline.fireChannelReadComplete()
        self.eventLoop.run()
    }

    /// The peer closes.
    func end() {
        self.channel.close(promise: nil)
        self.eventLoop.run()
    }

    /// What the settings' closure was told.
    private final class Rejections: Sendable {
        let values = Mutex<[ProxyRejection]>([])
    }

    /// Stands where the socket would be, and counts what is asked of it.
    final class ReadCount: ChannelDuplexHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundIn = ByteBuffer

        var forgetsPeer = false
        private(set) var count = 0

        func channelActive(context: ChannelHandlerContext) {
            if self.forgetsPeer { (context.channel as? EmbeddedChannel)?.remoteAddress = nil }
            context.fireChannelActive()
        }

        func read(context: ChannelHandlerContext) {
            self.count += 1
        }
    }

    /// Stands for the handlers behind, and notes what they see.
    final class InboundLog: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        enum Entry: Equatable {
            case active
            case inactive
            case client(ClientAddress)
            case bytes([UInt8])
            case readComplete
        }

        private(set) var entries: [Entry] = []

        /// All bytes that have come.
        var bytes: [UInt8] {
            self.entries.flatMap { if case .bytes(let bytes) = $0 { bytes } else { [] as [UInt8] } }
        }

        func channelActive(context: ChannelHandlerContext) { self.entries.append(.active) }
        func channelInactive(context: ChannelHandlerContext) { self.entries.append(.inactive) }
        func channelReadComplete(context: ChannelHandlerContext) { self.entries.append(.readComplete) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.entries.append(.bytes(Array(self.unwrapInboundIn(data).readableBytesView)))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let client = event as? ClientAddress { self.entries.append(.client(client)) }
        }
    }
}

@available(*, unavailable)
extension ProxyHarness: Sendable {}
