/// One point of a plot, with the texts that are shown for it.
struct PlotPoint: Equatable {
    let x: Double
    let y: Double
    let xText: String
    let yText: String
}
