/// What a command prints and how it ends.
public struct CommandOutput: Sendable, Equatable {
    /// For standard output; with a line break at the end unless empty.
    public let text: String
    /// For standard error, in the same form.
    public let problems: String
    /// Exit status.
    public let status: Int32

    /// Success.
    public init(text: String) {
        self.text = text
        self.problems = ""
        self.status = 0
    }

    /// A failure: what went wrong, with a line break at the end.
    init(problems: String, status: Int32) {
        self.text = ""
        self.problems = problems
        self.status = status
    }

    /// A configuration that cannot be used: status 78 (`EX_CONFIG` of sysexits.h).
    public init(error: ConfigurationError) {
        self.text = ""
        self.problems = error.problems.map { "error: \($0)\n" }.joined()
        self.status = 78
    }
}
