public import Logging

extension Configuration {
    /// `api`: the HTTP API of backends.
    public struct API: Sendable, Equatable {
        /// Accepted keys.
        public var keys: [Secret] = []
        /// Whether no key is needed: for development only.
        public var isInsecure = false
        /// Largest request body in bytes.
        public var bodySize = 1_048_576
        /// Wrong keys per second and address before requests are answered with 429.
        public var failures = 5
    }

    /// `log`: what is written to standard error.
    public struct Log: Sendable, Equatable {
        /// Least severe level that is written.
        public var level = Logger.Level.info
        /// Lines for people or for machines.
        public var format = LogFormat.text
    }

    /// `shutdown`: the end of the process.
    public struct Shutdown: Sendable, Equatable {
        /// From SIGTERM to the end of the last connection.
        public var grace: Duration = .seconds(30)
    }

    /// `test`: what only conformance tests need.
    public struct Test: Sendable, Equatable {
        /// Whether `/test/echo` is served.
        public var servesEcho = false
    }
}
