/// One label set of a metric: storage that the hot path writes, and the lines that a scrape reads.
protocol MetricSeries: AnyObject, Sendable {
    /// What stands behind `# TYPE`; all series of a name agree.
    var typeName: String { get }
    /// Lines of the exposition, which is what the limit on series counts.
    var lineCount: Int { get }
    /// Appends the lines.
    func render(name: String, labels: MetricLabels, into text: inout String)
}
