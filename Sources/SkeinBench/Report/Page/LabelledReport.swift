/// A report and what the page calls it, a file's name for instance.
public struct LabelledReport: Sendable {
    public let label: String
    public let report: BenchmarkReport

    public init(label: String, report: BenchmarkReport) {
        self.label = label
        self.report = report
    }
}
