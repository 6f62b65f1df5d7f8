/// Figures at an axis: round ones, so without the zeros that a table needs.
extension ReportFormat {
    static func tickDuration(microseconds value: Double) -> String {
        let (scaled, unit) = self.durationUnit(value)
        return value == 0 ? "0" : "\(self.short(scaled)) \(unit)"
    }

    static func tickBytes(_ value: Double) -> String {
        let (scaled, unit) = self.byteUnit(value)
        return value == 0 ? "0" : "\(self.short(scaled)) \(unit)"
    }

    /// `500`, `20 k`, `1.5 M`.
    static func tickCount(_ value: Double) -> String {
        switch value.magnitude {
        case ..<10_000: self.short(value)
        case ..<1_000_000: "\(self.short(value / 1e3)) k"
        default: "\(self.short(value / 1e6)) M"
        }
    }

    static func short(_ value: Double) -> String { self.trimmed(self.fixed(value, decimals: value < 1 ? 4 : 2)) }
}
