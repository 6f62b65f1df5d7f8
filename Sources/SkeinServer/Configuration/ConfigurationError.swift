/// Why a configuration cannot be used: everything that is wrong with it, not only the first thing.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Each names the key and where its value comes from, and says what to do. At least one. Never contains a secret.
    public let problems: [String]

    /// Collects sentences.
    public init(problems: [String]) {
        self.problems = problems
    }

    /// One sentence per line.
    public var description: String { self.problems.joined(separator: "\n") }
}
