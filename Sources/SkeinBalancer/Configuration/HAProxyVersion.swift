/// A release line of HAProxy, as `2.6`. A third number is accepted and left out: features come with release lines.
public struct HAProxyVersion: Sendable, Hashable, Comparable, LosslessStringConvertible {
    /// The first number.
    public let major: Int
    /// The second number.
    public let minor: Int

    /// The oldest line that is supported, and the default: what it can do, all later ones can.
    public static let oldest = HAProxyVersion(major: 2, minor: 6)

    /// A release line.
    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `2.6` or `2.6.12`; nil for every other text.
    public init?(_ description: String) {
        let parts = description.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
        guard (2...3).contains(parts.count), numbers.count == parts.count else { return nil }
        self.init(major: numbers[0], minor: numbers[1])
    }

    public var description: String { "\(self.major).\(self.minor)" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
