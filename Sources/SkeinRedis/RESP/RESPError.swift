/// Why what Redis sent cannot be used. The connection has lost its place in the stream and must be closed.
struct RESPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    let code: Code
    /// For logs. Contains at most one byte of what was received, escaped.
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The set can grow.
    struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case protocolViolation
            case tooLarge
            case outOfMemory
            case unexpectedReply
        }

        private let value: Value

        /// Not RESP2, or arrays nested deeper than eight levels.
        static let protocolViolation = Self(value: .protocolViolation)
        /// More elements or bytes than the decoder was allowed to hold.
        static let tooLarge = Self(value: .tooLarge)
        /// The reply was within its limits, but there was no memory for it.
        static let outOfMemory = Self(value: .outOfMemory)
        /// A well formed reply that answers nothing that was asked. Thrown by whoever reads replies, never by the
        /// decoder.
        static let unexpectedReply = Self(value: .unexpectedReply)

        var description: String { self.value.rawValue }
    }

    var description: String { "\(self.code): \(self.message)" }
}
