import Testing

@testable import SkeinBench

@Suite struct PlotAxisTests {
    private static func linear(_ values: [Double]) -> PlotAxis {
        .linear(values, label: "x", text: ReportFormat.short)
    }

    @Test(arguments: [
        ([0, 10], ["0", "2", "4", "6", "8", "10"]),
        ([163_402], ["0", "50,000", "100,000", "150,000", "200,000"]),
        ([0.7], ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]),
        ([-3, 3], ["-3", "-2", "-1", "0", "1", "2", "3"]),
    ])
    func ticksAreRound(values: [Double], ticks: [String]) {
        #expect(Self.linear(values).ticks.map(\.text) == ticks)
    }

    @Test(
        arguments: [[], [0], [0, 0], [1e-9], [.leastNonzeroMagnitude], [1e15], [-1e15, 1e15], [5, 5]] as [[Double]]
    )
    func anyValuesMakeAnAxis(values: [Double]) {
        for axis in [
            Self.linear(values), .logarithmic(values, label: "x", text: ReportFormat.short),
            .linear(values, label: "x", endsAtTick: false, text: ReportFormat.short),
        ] {
            #expect((1...20).contains(axis.ticks.count))
            for value in values { #expect((0...1).contains(axis.fraction(of: value))) }
        }
    }

    @Test func anAxisMayEndAtTheLastValue() {
        let axis = PlotAxis.linear([0, 9.5], label: "x", endsAtTick: false, text: ReportFormat.short)
        #expect(axis.fraction(of: 9.5) == 1)
        #expect(axis.ticks.last?.text == "8")
    }

    @Test func aLogarithmGivesEveryDecadeTheSameRoom() {
        let axis = PlotAxis.logarithmic([1_000, 100_000], label: "x", text: ReportFormat.tickCount)
        #expect(axis.ticks.map(\.text) == ["1,000", "2,000", "5,000", "10 k", "20 k", "50 k", "100 k"])
        #expect(abs(axis.fraction(of: 10_000) - 0.5) < 1e-9)
        #expect(axis.fraction(of: 0) == 0)
    }

    @Test func manyDecadesHaveOneTickEach() {
        let axis = PlotAxis.logarithmic([1, 1_000_000], label: "x", text: ReportFormat.tickCount)
        #expect(axis.ticks.count == 7)
    }

    @Test func onlyALongTailMakesALogarithm() {
        let short = PlotAxis.automatic([10, 100], label: "x", text: ReportFormat.short)
        #expect(short.ticks.first?.value == 0)
        let long = PlotAxis.automatic([10, 1_000], label: "x", text: ReportFormat.short)
        #expect(long.ticks.first?.value == 10)
    }

    @Test func everyNineTakesTheSameRoom() {
        let scale = PercentileScale(count: 10_000)
        let places = [0, 90, 99, 99.9, 99.99, 99.999, 100].map(scale.place)
        let expected = [0.0, 1, 2, 3, 4, 4, 4]
        for (place, expected) in zip(places, expected) { #expect(abs(place - expected) < 1e-6) }
        #expect(scale.axis.ticks.map(\.text) == ["50", "90", "99", "99.9", "99.99"])
    }

    @Test(arguments: [(0, ["50", "90"]), (1, ["50", "90"]), (500, ["50", "90", "99"])])
    func fewValuesHaveFewPercentiles(count: Int, ticks: [String]) {
        #expect(PercentileScale(count: count).axis.ticks.map(\.text) == ticks)
    }
}
