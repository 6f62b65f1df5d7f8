extension FaultProxy {
    /// Which connections a fault strikes.
    public enum Scope: Sendable, Hashable {
        /// Those that are open now. One counts as open from the moment ``FaultProxy/connections(atLeast:)`` reports
        /// it, which may be after `connect` has returned to the client.
        case open
        /// So many of those that come, and none that is open now.
        case next(Int)
        /// Those that are open and all that come, until ``FaultProxy/heal(on:)``.
        case all
    }
}
