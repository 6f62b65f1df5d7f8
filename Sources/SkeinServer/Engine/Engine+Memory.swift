import SkeinCluster

extension Engine {
    /// A node that stands alone.
    static func memory(sink: any TopicEventSink, clock: Clock) -> Engine {
        let broker = MemoryBroker(sink: sink, clock: clock)
        return Engine(
            broker: broker,
            link: nil,
            isReady: { true },
            ringEpoch: { 0 },
            announceChange: {},
            tick: { broker.expire(now: clock.now()) },
            refreshGauges: { $0.refresh(broker.counts) },
            stop: {}
        )
    }
}
