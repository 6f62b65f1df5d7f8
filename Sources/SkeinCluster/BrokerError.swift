/// Why a broker could not do what it was asked.
public struct BrokerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as far as a caller can act on it.
    public let code: Code
    /// For logs; never sent to clients.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The set can grow.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case unavailable
            case outcomeUnknown
        }

        private let value: Value

        /// Nothing was done; the same request may succeed later.
        public static let unavailable = Self(value: .unavailable)
        /// It may or may not have been done; repeat it with its idempotency key.
        public static let outcomeUnknown = Self(value: .outcomeUnknown)

        public var description: String { self.value.rawValue }
    }

    public var description: String { "\(self.code): \(self.message)" }
}
