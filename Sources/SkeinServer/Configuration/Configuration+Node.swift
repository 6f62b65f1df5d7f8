extension Configuration {
    /// `node`: this process among its peers.
    public struct Node: Sendable, Equatable {
        /// Unique among the nodes. After loading never empty.
        public var name = ""
        /// Where others reach the node; empty for the listener's address.
        public var address = ""
        /// Share of the ring, 0–256.
        public var weight = 100
        /// Where the node stands; empty for nowhere in particular.
        public var zone = ""
        /// Event loops; 0 for one per core that the process may use.
        public var loops = 0

        /// How many event loops to start on a machine with that many cores: 1 to 64.
        public func loopCount(cores: Int) -> Int {
            self.loops > 0 ? self.loops : min(64, max(1, cores))
        }
    }
}
