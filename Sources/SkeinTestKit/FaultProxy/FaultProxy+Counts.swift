extension FaultProxy {
    /// What a proxy has seen so far. All numbers of one value belong to the same moment.
    public struct Counts: Sendable, Hashable {
        /// The bytes of one direction, summed over all connections.
        public struct Traffic: Sendable, Hashable {
            /// Bytes that were read from their sender.
            public internal(set) var taken = 0
            /// Bytes among them that were handed to the other socket; less by what is held back or was swallowed.
            public internal(set) var forwarded = 0
        }

        /// Connections that were accepted, without the refused ones.
        public internal(set) var connections = 0
        /// Connections that were reset because of ``FaultProxy/refuse(next:)``.
        public internal(set) var refused = 0
        /// Connections among the accepted that still have a socket open, on either side.
        public internal(set) var open = 0
        private var toServer = Traffic()
        private var toClient = Traffic()

        /// The bytes of one direction.
        public internal(set) subscript(direction: Direction) -> Traffic {
            get { direction == .toServer ? self.toServer : self.toClient }
            set {
                switch direction {
                case .toServer: self.toServer = newValue
                case .toClient: self.toClient = newValue
                }
            }
        }
    }
}
