/// Why there is no ring of these nodes.
public struct RingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong; the set may grow.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case invalidWeight, invalidPoints, invalidID, duplicateName, duplicateKey, invalidAddress, tooManyNodes
            case invalidFactor, invalidLoad
        }
        private let value: Value

        /// A weight outside 0 to 256.
        public static let invalidWeight = Self(value: .invalidWeight)
        /// A number of points outside 0 to 4096.
        public static let invalidPoints = Self(value: .invalidPoints)
        /// The id 0, in a HAProxy ring.
        public static let invalidID = Self(value: .invalidID)
        /// Two nodes with one name.
        public static let duplicateName = Self(value: .duplicateName)
        /// Two nodes at the same places of the ring: ids that are equal modulo 2^20, one address, one guid.
        public static let duplicateKey = Self(value: .duplicateKey)
        /// An address without a numeric IP address or port, in a profile that places nodes by them.
        public static let invalidAddress = Self(value: .invalidAddress)
        /// More than 65,535 nodes.
        public static let tooManyNodes = Self(value: .tooManyNodes)
        /// A capacity factor of a ``BoundedRing`` outside 1 to 100.
        public static let invalidFactor = Self(value: .invalidFactor)
        /// A load of a ``BoundedRing`` outside 0 to 2^31 - 1.
        public static let invalidLoad = Self(value: .invalidLoad)

        public var description: String { self.value.rawValue }
    }

    /// What is wrong.
    public let code: Code
    /// The node and the value, for a person.
    public let message: String

    public var description: String { "\(self.code): \(self.message)" }
}
