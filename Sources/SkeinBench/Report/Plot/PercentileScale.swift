/// Places on the axis of percentiles: every further nine takes as much room as the one before, which shows the tail.
struct PercentileScale {
    /// The place of the last percentile that `count` values can tell apart; 100 is drawn there.
    private let end: Double

    /// - Parameter count: the values behind the largest of the curves that are shown together.
    init(count: Int) {
        self.end = min(max(Logarithm.base10(Double(max(count, 1))), 1), 7)
    }

    /// 0 for the percentile 0, 1 for 90, 2 for 99.
    func place(of percentile: Double) -> Double {
        guard percentile < 100 else { return self.end }
        return min(-Logarithm.base10(1 - max(percentile, 0) / 100), self.end)
    }

    var axis: PlotAxis {
        let percentiles = [50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999]
        let shown = percentiles.filter { -Logarithm.base10(1 - $0 / 100) < self.end + 0.01 }
        return .custom(
            0...self.end,
            label: "percentile",
            ticks: shown.map { PlotAxis.Tick(value: self.place(of: $0), text: ReportFormat.percentile($0)) }
        )
    }
}
