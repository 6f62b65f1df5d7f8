import SkeinCluster

/// What carries the node's events, with what the node has to do for it. One file for each engine.
struct Engine: Sendable {
    let broker: any Broker
    /// The other nodes; nil when there are none.
    let link: (any ClusterLink)?
    /// Whether clients can be served.
    let isReady: @Sendable () -> Bool
    /// Counts the changes of the ring that the engine has heard of.
    let ringEpoch: @Sendable () -> Int
    /// Tells the other nodes at once that what the node says of itself has changed.
    let announceChange: @Sendable () -> Void
    /// Called about once a second while the node runs.
    let tick: @Sendable () async -> Void
    /// Brings the engine's gauges up to date.
    let refreshGauges: @Sendable (NodeMetrics) async -> Void
    /// Ends it when no session is left.
    let stop: @Sendable () async -> Void
}
