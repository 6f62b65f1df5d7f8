extension FaultProxy {
    /// Which way bytes go.
    public enum Direction: Sendable, Hashable, CaseIterable {
        /// From whoever connected to the proxy, to the upstream.
        case toServer
        /// From the upstream, to whoever connected to the proxy.
        case toClient
    }
}
