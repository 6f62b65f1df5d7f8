public import SkeinCore

extension Configuration {
    /// `client`: who may connect, and what a connection may use.
    public struct Client: Sendable, Equatable {
        /// Origin patterns that browsers may connect from; empty for the same host only.
        public var allowedOrigins: [String] = []
        /// Whether connections without a token are accepted.
        public var allowsAnonymous = false
        /// Whether every connection may do everything: for development only.
        public var isInsecure = false
        /// What one connection may use.
        public var limits = SessionLimits()
        /// How many handshakes the node takes.
        public var admission = AdmissionLimits(rate: 5000, burst: 10_000)
        /// Most connections at once; 0 for what the descriptor limit allows. See
        /// `maximumConnections(descriptorLimit:)`.
        public var connections = 0
        /// Whether every user is subscribed to a channel of their own at connect.
        public var hasPersonalChannel = false
        /// The namespace of those channels; empty for none.
        public var personalNamespace = ""
    }

    /// `channels`: names, and the rules of channels without a namespace.
    public struct Channels: Sendable, Equatable {
        /// Longest name in bytes of UTF-8.
        public var maximumLength = 255
        /// Rules of channels without a namespace.
        public var rules = ChannelRules()
    }
}
