/// Drawing. Sizes are in the picture's own units; the page's style sheet brings the colours.
extension Plot {
    private static let width = 460.0
    private static let height = 270.0
    private static let left = 56.0
    private static let right = 448.0
    private static let top = 10.0
    private static let bottom = 226.0

    /// A self-contained `<svg>` element. Every point says its figures when the pointer is over it.
    var svg: String {
        let lines = self.series.map(self.line)
        let parts = [
            #"<svg viewBox="0 0 \#(Int(Self.width)) \#(Int(Self.height))" role="img" "#
                + #"aria-label="\#(HTML.escape(self.title))">"#,
            self.grid,
            lines.joined(separator: "\n"),
            self.series.map(self.markers).joined(separator: "\n"),
            "</svg>",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var grid: String {
        let rows = self.vertical.ticks.flatMap { tick in
            let y = self.y(tick.value)
            return [
                #"<path class="grid" d="M\#(Self.left) \#(y)H\#(Self.right)"/>"#,
                self.text(tick.text, anchor: "end", x: Self.left - 6, y: y + 4),
            ]
        }
        let columns = self.horizontal.ticks.flatMap { tick in
            let x = self.x(tick.value)
            return [
                #"<path class="grid" d="M\#(x) \#(Self.top)V\#(Self.bottom)"/>"#,
                self.text(tick.text, anchor: "middle", x: x, y: Self.bottom + 16),
            ]
        }
        let axis = #"<path class="axis" d="M\#(Self.left) \#(Self.top)V\#(Self.bottom)H\#(Self.right)"/>"#
        let label = self.text(self.horizontal.label, anchor: "end", x: Self.right, y: Self.bottom + 34)
        return (rows + columns + [axis, label]).joined(separator: "\n")
    }

    private func text(_ text: String, anchor: String, x: Double, y: Double) -> String {
        #"<text class="tick \#(anchor)" x="\#(x)" y="\#(Self.rounded(y))">\#(HTML.escape(text))</text>"#
    }

    private func line(_ series: PlotSeries) -> String {
        guard series.points.count > 1 else { return "" }
        let path = series.points.map { "\(self.x($0.x)) \(self.y($0.y))" }.joined(separator: "L")
        return #"<path class="line s\#(series.color)" d="M\#(path)"/>"#
    }

    /// A single point has no line, so its marker is always seen; the others show theirs under the pointer.
    private func markers(_ series: PlotSeries) -> String {
        let style = series.points.count == 1 ? "dot alone" : "dot"
        return series.points.map { point in
            let text = [series.label, "\(point.xText): \(point.yText)"].filter { !$0.isEmpty }.joined(separator: "\n")
            let place = #"cx="\#(self.x(point.x))" cy="\#(self.y(point.y))" r="4""#
            return #"<circle class="\#(style) s\#(series.color)" \#(place)>"#
                + "<title>\(HTML.escape(text))</title></circle>"
        }.joined(separator: "\n")
    }

    private func x(_ value: Double) -> Double {
        Self.rounded(Self.left + self.horizontal.fraction(of: value) * (Self.right - Self.left))
    }

    private func y(_ value: Double) -> Double {
        Self.rounded(Self.bottom - self.vertical.fraction(of: value) * (Self.bottom - Self.top))
    }

    /// A tenth of a unit is less than what can be seen.
    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
