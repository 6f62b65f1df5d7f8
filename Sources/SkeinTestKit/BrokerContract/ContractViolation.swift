/// What a broker did otherwise than the contract says.
public struct ContractViolation: Error, CustomStringConvertible {
    /// A sentence with what was seen and what was expected.
    public let message: String
    /// The check that noticed, as `file:line`.
    public let place: String

    public var description: String { "\(self.message) (\(self.place))" }

    /// Throws when `condition` does not hold.
    static func check(
        _ condition: Bool,
        _ message: @autoclosure () -> String,
        file: StaticString = #fileID,
        line: Int = #line
    ) throws {
        if !condition { throw ContractViolation(message: message(), place: "\(file):\(line)") }
    }

    /// Throws when two values differ.
    static func checkEqual<Value: Equatable>(
        _ actual: Value,
        _ expected: Value,
        _ what: @autoclosure () -> String,
        file: StaticString = #fileID,
        line: Int = #line
    ) throws {
        try self.check(
            actual == expected,
            "\(what()): \(actual) instead of \(expected)",
            file: file,
            line: line
        )
    }
}
