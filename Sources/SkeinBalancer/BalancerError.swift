/// What is in the way of working with a load balancer, in a sentence for the operator.
public struct BalancerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of problem; the set may grow.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case unsupported, invalidValue, invalidName, unreachable, timedOut, refused, malformedReply
        }
        private let value: Value

        /// HAProxy, or this version of it, has no such feature.
        public static let unsupported = Self(value: .unsupported)
        /// A value that cannot stand in a configuration or a command.
        public static let invalidValue = Self(value: .invalidValue)
        /// A node's name that HAProxy does not take as the name of a server.
        public static let invalidName = Self(value: .invalidName)
        /// Nobody answers at the address.
        public static let unreachable = Self(value: .unreachable)
        /// An answer did not come, or not all of it, within the time.
        public static let timedOut = Self(value: .timedOut)
        /// HAProxy answered with an error.
        public static let refused = Self(value: .refused)
        /// An answer that is not of the documented form.
        public static let malformedReply = Self(value: .malformedReply)

        public var description: String { self.value.rawValue }
    }

    /// The kind of problem.
    public let code: Code
    /// What is wrong and what to do, for a person.
    public let message: String

    /// An error with a sentence.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { self.message }
}
