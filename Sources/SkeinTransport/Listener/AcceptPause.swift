import NIOCore

/// Rests accepting when it fails, mostly because the process has no descriptor left.
///
/// The listening socket stays readable as long as somebody waits in its queue, so accepting again at once would fail again at
/// once and burn the loop that all its sessions live on. NIO's own `AcceptBackoffHandler` delays the next read, but
/// a failed accept leaves the socket registered for reading (2.101); turning automatic reading off takes it out of the selector.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// Short enough that a full queue of clients who have given up is worked off soon after descriptors are back.
    static let duration = TimeAmount.milliseconds(100)

    private let metrics: TransportMetrics
    private var isResting = false

    init(metrics: TransportMetrics) {
        self.metrics = metrics
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError else { return context.fireErrorCaught(error) }
        self.metrics.acceptFailed()
        guard !self.isResting else { return }
        self.isResting = true
        self.setReading(false, on: context.channel)
        let channel = context.channel
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.duration) {
            self.isResting = false
            self.setReading(true, on: channel)
        }
    }

    /// Fails only on a channel that is closed, which accepts nothing anyway.
    private func setReading(_ isReading: Bool, on channel: any Channel) {
        try? channel.syncOptions?.setOption(.autoRead, value: isReading)
    }
}
