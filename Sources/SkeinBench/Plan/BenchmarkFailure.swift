/// Why a run of the benchmark has no result: a sentence for the person at the keyboard that says what to change.
public struct BenchmarkFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, and where there is one, the remedy.
    public let description: String

    /// Takes the sentence as it is shown.
    public init(_ description: String) {
        self.description = description
    }
}
