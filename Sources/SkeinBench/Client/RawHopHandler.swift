import NIOCore

/// Finds messages in what Redis sends; answers to commands only matter when they are errors. Confined to its event
/// loop.
final class RawHopHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let load: LoadLoop
    private var finder: MarkerFinder
    private var kept = ByteBuffer()

    init(load: LoadLoop) {
        self.load = load
        self.finder = MarkerFinder(run: load.settings.run)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        if bytes.readableBytesView.first == UInt8(ascii: "-") {
            let text = String(buffer: bytes).split(whereSeparator: \.isNewline).first ?? ""
            self.load.fail(BenchmarkFailure("--redis: \(text)"))
        }
        self.kept.writeBuffer(&bytes)
        let found = self.kept.withUnsafeReadableBytes { self.finder.next(in: $0) }
        if let found {
            self.kept.clear()
            self.load.rawHop?.arrived(found.marker)
        } else if self.kept.readableBytes > 1 << 21 {
            self.kept.clear()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard self.load.rawHop != nil else { return }
        self.load.fail(BenchmarkFailure("--redis: Redis closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.load.fail(BenchmarkFailure("--redis: \(error)"))
        context.close(promise: nil)
    }
}
