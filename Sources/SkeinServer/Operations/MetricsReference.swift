/// The reference page of the metrics, made from their descriptions.
public enum MetricsReference {
    /// The page in Markdown: the given metrics by name, then those that every process has.
    public static func markdown(_ descriptions: [MetricDescription]) -> String {
        let own = (descriptions + PrometheusMetrics.ownDescriptions).sorted { $0.name < $1.name }
        return """
            # Metrics

            `GET /metrics` answers in the Prometheus text format 0.0.4. Counters start at zero when the process starts.
            There are at most \(PrometheusMetrics.defaultSeriesLimit) series; further ones are left out and counted.

            | Name | Kind | Labels | Meaning |
            |---|---|---|---|
            \(own.map(Self.row).joined(separator: "\n"))

            ## The process

            | Name | Kind | Labels | Meaning |
            |---|---|---|---|
            \(ProcessStatistics.descriptions.map(Self.row).joined(separator: "\n"))

            """
    }

    private static func row(_ description: MetricDescription) -> String {
        let labels = description.labels.map { "`\($0)`" }.joined(separator: ", ")
        let help = description.help.replacing("|", with: "\\|").replacing("\n", with: " ")
        return "| `\(description.name)` | \(description.kind.typeName) | \(labels) | \(help) |"
    }
}
