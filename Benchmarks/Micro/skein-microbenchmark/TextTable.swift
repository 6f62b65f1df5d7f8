import Foundation

/// Measurements as lines of text.
enum TextTable {
    private static let nameWidth = 27

    static let head =
        Self.left("per operation", Self.nameWidth)
        + ["ns (median)", "fastest", "spread", "GB/s", "allocations", "ratio"].map { Self.right($0, 12) }.joined()
        + "  to"

    static func row(_ measurement: Measurement) -> String {
        let columns = [
            Self.decimal(measurement.nanoseconds),
            Self.decimal(measurement.fastestNanoseconds),
            "\(Int((measurement.spread * 100).rounded())) %",
            measurement.bytesPerSecond.map { Self.decimal($0 / 1e9) } ?? "",
            Self.count(measurement.allocations),
            measurement.ratio.map(Self.decimal) ?? "",
        ]
        return Self.left(measurement.name, Self.nameWidth) + columns.map { Self.right($0, 12) }.joined()
            + (measurement.yardstick.map { "  \($0)" } ?? "")
    }

    /// Three digits that count.
    static func decimal(_ value: Double) -> String {
        let digits = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : abs(value) >= 1 ? 2 : 3
        return String(format: "%.\(digits)f", value)
    }

    /// Whole where it is.
    static func count(_ value: Double) -> String {
        value == value.rounded() ? String(format: "%.0f", value) : String(format: "%.3f", value)
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.utf8.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.utf8.count)) + text
    }
}
