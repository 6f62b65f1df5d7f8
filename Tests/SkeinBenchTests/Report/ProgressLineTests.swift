import Testing

@testable import SkeinBench

@Suite struct ProgressLineTests {
    private let line = ProgressLine(head: "fanout", figures: ["4 s of 10 s", "", "163 k/s", "p50 6.12 ms"])

    @Test func allFiguresAreShownWhereThereIsRoom() {
        #expect(self.line.text(width: 80) == "fanout  4 s of 10 s  163 k/s  p50 6.12 ms")
    }

    @Test func figuresAtTheEndAreLeftOutFirst() {
        #expect(self.line.text(width: 42) == "fanout  4 s of 10 s  163 k/s  p50 6.12 ms")
        #expect(self.line.text(width: 41) == "fanout  4 s of 10 s  163 k/s")
        #expect(self.line.text(width: 20) == "fanout  4 s of 10 s")
        #expect(self.line.text(width: 19) == "fanout")
    }

    @Test(arguments: 0...50)
    func aLineIsShorterThanTheTerminal(width: Int) {
        #expect(self.line.text(width: width).count <= max(width - 1, 0))
    }

    @Test func drawingErasesWhatIsLeftOfTheLineBefore() {
        #expect(ProgressTerminal.redraw("abc") == "\rabc\u{1B}[K")
    }
}
