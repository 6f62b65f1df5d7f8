public import FoundationEssentials

/// What one run of `skein bench` found; the root of its JSON output, whose keys are in snake case with their units.
///
/// The model holds figures and no rules: whoever measures fills it in, and the table, the page and the JSON file are
/// made of it alone.
public struct BenchmarkReport: Sendable, Equatable, Codable {
    /// The version of the layout that this code writes. It grows when a reader of an older one would misunderstand.
    public static let currentSchema = 1

    /// The version of the layout, ``currentSchema`` unless read from a file.
    public var schema: Int
    /// Program and version that measured: `skein 0.1.0`.
    public var tool: String
    /// When the run began.
    public var date: Date
    /// The command line, the program's name first, without tokens and passwords: ``CommandWords``.
    public var command: [String]
    /// The machine that ran the clients.
    public var machine: BenchmarkMachine
    /// The URL of the server.
    public var target: String
    /// In the order in which they ran.
    public var scenarios: [ScenarioReport]

    /// Blanks out the secrets of `command`.
    public init(
        schema: Int = Self.currentSchema,
        tool: String,
        date: Date,
        command: [String],
        machine: BenchmarkMachine,
        target: String,
        scenarios: [ScenarioReport]
    ) {
        self.schema = schema
        self.tool = tool
        self.date = date
        self.command = CommandWords.withoutSecrets(command)
        self.machine = machine
        self.target = target
        self.scenarios = scenarios
    }
}
