/// Figures as people read them: three digits that count, thousands grouped, the unit behind.
///
/// Values that are no number, which only a damaged file can hold, are a dash.
enum ReportFormat {
    static func grouped(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    /// With a fixed number of decimals, 0 to 6.
    static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, value.magnitude < 1e12 else { return "–" }
        var scale = 1
        for _ in 0..<min(max(decimals, 0), 6) { scale *= 10 }
        let scaled = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard scale > 1 else { return sign + self.grouped(scaled) }
        let fraction = String(scale + scaled % scale).dropFirst()
        return "\(sign)\(self.grouped(scaled / scale)).\(fraction)"
    }

    /// Three digits, more in front of the decimal point if needed: `0.62`, `6.12`, `61.2`, `612`, `6,120`.
    static func significant(_ value: Double) -> String {
        switch value.magnitude {
        case 0: "0"
        case ..<9.995: self.fixed(value, decimals: 2)
        case ..<99.95: self.fixed(value, decimals: 1)
        default: self.fixed(value, decimals: 0)
        }
    }

    static func duration(microseconds value: Double) -> String {
        let (scaled, unit) = self.durationUnit(value)
        return "\(self.significant(scaled)) \(unit)"
    }

    static func seconds(_ value: Double) -> String { "\(self.significant(value)) s" }

    static func bytes(_ value: Double) -> String {
        let (scaled, unit) = self.byteUnit(value)
        return "\(unit == "B" ? self.fixed(scaled, decimals: 0) : self.significant(scaled)) \(unit)"
    }

    static func bytes(_ value: Int) -> String { self.bytes(Double(value)) }

    static func perSecond(_ value: Double) -> String { "\(self.significant(value)) /s" }

    /// A share of 0 to 1: `34 %`.
    static func percent(_ share: Double) -> String { "\(self.fixed(share * 100, decimals: 0)) %" }

    /// Cores that were busy: `1.02 cores`.
    static func cores(_ value: Double) -> String { "\(self.significant(value)) cores" }

    /// 0 to 100, with a decimal for every nine: `50`, `71.8`, `99.9`, `99.9999`.
    static func percentile(_ value: Double) -> String {
        guard value < 100 else { return "100" }
        let nines = Int(-Logarithm.base10(1 - max(value, 0) / 100) + 1e-9)
        return self.trimmed(self.fixed(value, decimals: max(nines, 1)))
    }

    static func durationUnit(_ microseconds: Double) -> (Double, String) {
        switch microseconds.magnitude {
        case ..<999.5: (microseconds, "µs")
        case ..<999_500: (microseconds / 1e3, "ms")
        default: (microseconds / 1e6, "s")
        }
    }

    static func byteUnit(_ bytes: Double) -> (Double, String) {
        switch bytes.magnitude {
        case ..<999.5: (bytes, "B")
        case ..<999_500: (bytes / 1e3, "KB")
        case ..<999_500_000: (bytes / 1e6, "MB")
        default: (bytes / 1e9, "GB")
        }
    }

    /// Without zeros at the end of the decimals.
    static func trimmed(_ number: String) -> String {
        guard number.contains(".") else { return number }
        var text = Substring(number)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return String(text)
    }
}
