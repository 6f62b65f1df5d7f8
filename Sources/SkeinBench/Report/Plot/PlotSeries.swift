/// One line of a plot.
struct PlotSeries: Equatable {
    /// More points than these only make the page large.
    static let maximumPoints = 400
    /// Nothing that is measured comes near; a damaged file must not make an axis without end.
    private static let maximumValue = 1e15

    let label: String
    /// Which of the page's colours it has; the same run has the same one in all plots.
    let color: Int
    let points: [PlotPoint]

    /// Leaves out points that are no sensible numbers, and thins the rest evenly; the first and the last stay.
    init(label: String, color: Int, points: [PlotPoint]) {
        self.label = label
        self.color = color
        let points = points.filter { $0.x.magnitude <= Self.maximumValue && $0.y.magnitude <= Self.maximumValue }
        guard points.count > Self.maximumPoints else {
            self.points = points
            return
        }
        let last = Self.maximumPoints - 1
        self.points = (0...last).map { points[$0 * (points.count - 1) / last] }
    }
}
