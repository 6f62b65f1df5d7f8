import Foundation

/// Powers of ten without the surprises of rounding.
enum Logarithm {
    /// - Parameter value: above zero.
    static func base10(_ value: Double) -> Double { log10(value) }

    /// The exponent of the highest power of ten that is not above the value; 0 for what has none.
    static func power(below value: Double) -> Int {
        guard value.isFinite, value > 0 else { return 0 }
        let power = Int(log10(value).rounded(.down))
        // 1000 must not fall below 10^3 by a rounding of the logarithm.
        return self.tenToThe(power + 1) <= value ? power + 1 : power
    }

    static func tenToThe(_ power: Int) -> Double { pow(10, Double(power)) }
}
