/// What a section of the page is made of.
extension ReportPage {
    func warnings(of section: ScenarioSection) -> String {
        let items = section.runs.flatMap { run in
            run.scenario.warnings.map { warning in
                let label = run.label.isEmpty ? "" : "<strong>\(HTML.escape(run.label)):</strong> "
                return "<li>\(label)\(HTML.escape(warning))</li>"
            }
        }
        return items.isEmpty ? "" : "<ul class=\"warnings\">\(items.joined())</ul>"
    }

    func closedLoopRemark(of section: ScenarioSection) -> String {
        let runs = section.runs.filter { $0.scenario.closedLoopRemark != nil }
        guard let remark = runs.first?.scenario.closedLoopRemark else { return "" }
        let labels = runs.count == section.runs.count ? "" : " (\(runs.map(\.label).joined(separator: "; ")))"
        return "<p class=\"remark\">\(HTML.escape(remark + labels))</p>"
    }

    func figure(_ plot: Plot) -> String {
        let shown = plot.series.filter { !$0.points.isEmpty }
        let legend = shown.count < 2 ? "" : "<ul>\(shown.map(self.legendItem).joined())</ul>"
        return "<figure><figcaption>\(HTML.escape(plot.title))</figcaption>\n\(plot.svg)\n\(legend)</figure>"
    }

    private func legendItem(_ series: PlotSeries) -> String {
        "<li><span class=\"swatch s\(series.color)\"></span>\(HTML.escape(series.label))</li>"
    }

    /// The plot's points as a table for each of its lines.
    func numbers(_ plot: Plot) -> String {
        let tables = plot.series.filter { !$0.points.isEmpty }.map { series in
            let label = series.label.isEmpty ? "" : "<h4>\(HTML.escape(series.label))</h4>"
            let rows = series.points.map { [HTML.Cell(text: $0.xText), HTML.Cell(text: $0.yText)] }
            return
                "<div>\(label)\(HTML.table(head: [plot.horizontal.label, plot.vertical.label], groups: [rows]))</div>"
        }
        return "<h3>\(HTML.escape(plot.title))</h3>\n<div class=\"numbers\">\(tables.joined(separator: "\n"))</div>"
    }
}
