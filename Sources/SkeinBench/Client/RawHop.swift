import Histogram
import NIOCore
import NIOPosix

/// The way of a message through Redis alone: PUBLISH on one connection, the message on another. What a hop between two
/// nodes cannot beat. Confined to its event loop; one message at a time.
final class RawHop {
    private let load: LoadLoop
    private let publisher: any Channel
    private let subscriber: any Channel
    private let name: String
    private var sequence: UInt32 = 0
    private var onArrival: (() -> Void)?
    private var isMeasured = false

    private init(load: LoadLoop, publisher: any Channel, subscriber: any Channel, name: String) {
        self.load = load
        self.publisher = publisher
        self.subscriber = subscriber
        self.name = name
    }

    /// Connects twice and subscribes; the load has its `rawHop` when the result is there.
    static func open(_ target: RedisTarget, on load: LoadLoop) -> EventLoopFuture<Void> {
        let bound = NIOLoopBound(load, eventLoop: load.eventLoop)
        let name = "skein-bench-\(load.settings.run)"
        return Self.connect(target, bound).flatMap { publisher in
            Self.connect(target, bound).flatMapThrowing { subscriber in
                let hop = RawHop(load: bound.value, publisher: publisher, subscriber: subscriber, name: name)
                bound.value.rawHop = hop
                subscriber.writeAndFlush(Self.command(["SUBSCRIBE", name]), promise: nil)
            }
        }
    }

    private static func connect(
        _ target: RedisTarget,
        _ load: NIOLoopBound<LoadLoop>
    ) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: load.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RawHopHandler(load: load.value))
                }
            }
            .connect(host: target.host, port: target.port)
            .map { channel in
                if !target.password.isEmpty {
                    let words = ["AUTH"] + (target.user.isEmpty ? [] : [target.user]) + [target.password]
                    channel.writeAndFlush(Self.command(words), promise: nil)
                }
                return channel
            }
    }

    /// Publishes one message; `body` runs when it has arrived.
    func send(isMeasured: Bool, _ body: @escaping () -> Void) {
        guard self.onArrival == nil else { return }
        self.onArrival = body
        self.isMeasured = isMeasured
        var payload: [UInt8] = []
        let marker = PayloadMarker(
            publisher: 0,
            isMeasured: isMeasured,
            sequence: self.sequence,
            time: MonotonicClock.now
        )
        marker.append(to: &payload, sign: self.load.settings.sign)
        payload += Array(repeating: UInt8(ascii: "x"), count: max(0, self.load.settings.plan.payload - payload.count))
        self.sequence &+= 1
        let command = Self.command(["PUBLISH", self.name, String(decoding: payload, as: UTF8.self)])
        self.publisher.writeAndFlush(command, promise: nil)
    }

    func arrived(_ marker: PayloadMarker) {
        guard let body = self.onArrival else { return }
        self.onArrival = nil
        if self.isMeasured { self.load.histograms.redis.record(MonotonicClock.now - marker.time) }
        body()
    }

    func close() {
        self.onArrival = nil
        self.publisher.close(promise: nil)
        self.subscriber.close(promise: nil)
    }

    private static func command(_ words: [String]) -> ByteBuffer {
        let texts = words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }
        return ByteBuffer(string: "*\(words.count)\r\n\(texts.joined())")
    }
}
