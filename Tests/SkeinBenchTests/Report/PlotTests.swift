import Testing

@testable import SkeinBench

@Suite struct PlotTests {
    private static func plot(_ points: [(Double, Double)], label: String = "") -> Plot {
        let points = points.map { PlotPoint(x: $0.0, y: $0.1, xText: "\($0.0)", yText: "\($0.1)") }
        return Plot(
            title: "A <plot>",
            horizontal: .linear(points.map(\.x).filter(\.isFinite), label: "x & y", text: ReportFormat.short),
            vertical: .linear(points.map(\.y).filter(\.isFinite), label: "y", text: ReportFormat.short),
            series: [PlotSeries(label: label, color: 3, points: points)]
        )
    }

    @Test func withoutPointsThereIsNothingToSee() {
        let plot = Self.plot([])
        #expect(plot.isEmpty)
        #expect(!plot.svg.contains("<circle"))
        #expect(!plot.svg.contains("class=\"line"))
    }

    @Test func aSinglePointIsSeenWithoutALine() {
        let svg = Self.plot([(1, 2)]).svg
        #expect(svg.contains("<circle class=\"dot alone s3\""))
        #expect(!svg.contains("class=\"line"))
    }

    @Test func pointsAreConnectedAndSayTheirFigures() {
        let svg = Self.plot([(0, 0), (5, 5), (10, 10)], label: "a\"b").svg
        #expect(svg.contains("<path class=\"line s3\" d=\"M56.0 226.0L252.0 118.0L448.0 10.0\"/>"))
        #expect(svg.contains("<title>a&quot;b\n5.0: 5.0</title>"))
        #expect(svg.split(separator: "<circle").count == 4)
    }

    @Test func textIsEscaped() {
        let svg = Self.plot([(0, 1)]).svg
        #expect(svg.contains("aria-label=\"A &lt;plot&gt;\""))
        #expect(svg.contains(">x &amp; y<"))
    }

    @Test func manyPointsAreThinnedButKeepTheirEnds() {
        let points = (0..<10_000).map { PlotPoint(x: Double($0), y: 1, xText: "", yText: "") }
        let series = PlotSeries(label: "", color: 0, points: points)
        #expect(series.points.count == PlotSeries.maximumPoints)
        #expect(series.points.first == points.first)
        #expect(series.points.last == points.last)
        #expect(zip(series.points, series.points.dropFirst()).allSatisfy { $0.x < $1.x })
    }

    @Test func whatIsNoNumberIsLeftOut() {
        let plot = Self.plot([(0, 1), (.nan, 1), (1, .infinity), (1, -1e300), (2, 1)])
        #expect(plot.series[0].points.map(\.x) == [0, 2])
        #expect(!plot.svg.contains("nan"))
    }
}
