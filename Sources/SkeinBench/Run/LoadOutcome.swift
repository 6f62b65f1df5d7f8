/// What the client's side of a run came to: everything that a report says but the server's usage. Processes that share
/// a run send theirs to the one that makes the report.
struct LoadOutcome: Sendable, Codable {
    var counters = LoopCounters()
    var histograms = LoopHistograms()
    /// From the start of the measured span to its end.
    var seconds = 0.0
    var publishedPerSecond = 0.0
    var deliveredPerSecond = 0.0
    var connectsPerSecond = 0.0
    var reconnectsPerSecond = 0.0
    /// Deliveries within the measured span, for the processor time of each.
    var deliveredInSpan = 0
    /// The share of its time that each loop's thread was busy.
    var loops: [Double] = []
    var isInterrupted = false
    var warnings: [String] = []
}

extension LoadOutcome {
    /// Takes the rates from what the loops had counted at the edges of the measured span.
    mutating func read(_ marks: [[LoopMark]]) {
        for marks in marks where marks.count >= 2 {
            let (first, last) = (marks[0], marks[marks.count - 1])
            let span = Double(last.time - first.time) / 1e9
            guard span > 0 else { continue }
            let delivered = last.counters.delivered - first.counters.delivered
            self.deliveredInSpan += delivered
            self.deliveredPerSecond += Double(delivered) / span
            self.publishedPerSecond += Double(last.counters.published - first.counters.published) / span
            self.loops.append(min(1, Double(last.processorTime - first.processorTime) / 1e9 / span))
            self.seconds = max(self.seconds, span)
        }
    }

    /// Adds another process of the same run.
    static func += (left: inout Self, right: Self) {
        left.counters += right.counters
        left.histograms += right.histograms
        left.seconds = max(left.seconds, right.seconds)
        left.publishedPerSecond += right.publishedPerSecond
        left.deliveredPerSecond += right.deliveredPerSecond
        left.connectsPerSecond += right.connectsPerSecond
        left.reconnectsPerSecond += right.reconnectsPerSecond
        left.deliveredInSpan += right.deliveredInSpan
        left.loops += right.loops
        left.isInterrupted = left.isInterrupted || right.isInterrupted
        for warning in right.warnings where !left.warnings.contains(warning) { left.warnings.append(warning) }
    }
}
