extension BenchmarkProgress {
    /// The line of the terminal.
    public func line(of scenario: BenchmarkScenario) -> ProgressLine {
        var head = "\(scenario.rawValue)  \(self.phase.rawValue)"
        if self.totalSeconds > 0 { head += "  \(Int(self.elapsedSeconds)) s of \(Int(self.totalSeconds.rounded())) s" }
        var figures: [String] = []
        if self.targetConnections > 0, self.connections < self.targetConnections {
            figures.append(
                "\(ReportFormat.grouped(self.connections)) of"
                    + " \(ReportFormat.grouped(self.targetConnections)) connections"
            )
        }
        if self.deliveredPerSecond > 0 {
            figures.append("\(ReportFormat.perSecond(self.deliveredPerSecond)) delivered")
        }
        if let p50 = self.p50Microseconds { figures.append("p50 \(ReportFormat.duration(microseconds: p50))") }
        if let p99 = self.p99Microseconds { figures.append("p99 \(ReportFormat.duration(microseconds: p99))") }
        if self.publishedPerSecond > 0 {
            figures.append("\(ReportFormat.perSecond(self.publishedPerSecond)) published")
        }
        if let cores = self.serverCPUFraction { figures.append("server \(ReportFormat.cores(cores))") }
        if let bytes = self.serverResidentBytes { figures.append(ReportFormat.bytes(bytes)) }
        return ProgressLine(head: head, figures: figures)
    }
}
