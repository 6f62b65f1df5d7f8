/// A diagram with lines, drawn as SVG by ``svg`` and written out as a table by the page.
struct Plot: Equatable {
    let title: String
    let horizontal: PlotAxis
    let vertical: PlotAxis
    /// Without points there is nothing to see, and the page leaves the plot out.
    let series: [PlotSeries]

    var isEmpty: Bool { self.series.allSatisfy { $0.points.isEmpty } }
}
