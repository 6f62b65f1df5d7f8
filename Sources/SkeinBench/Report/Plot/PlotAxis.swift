/// A range of values, where they lie between the ends of the axis, and the ticks that tell so.
struct PlotAxis: Equatable {
    /// A place with a line and a text.
    struct Tick: Equatable {
        let value: Double
        let text: String
    }

    let label: String
    let ticks: [Tick]
    private let lower: Double
    private let upper: Double
    private let isLogarithmic: Bool

    /// 0 is the beginning, 1 the end; values outside of the range lie at its nearer end.
    func fraction(of value: Double) -> Double {
        let share =
            self.isLogarithmic
            ? (Logarithm.base10(max(value, self.lower)) - Logarithm.base10(self.lower))
                / (Logarithm.base10(self.upper) - Logarithm.base10(self.lower))
            : (value - self.lower) / (self.upper - self.lower)
        return min(max(share, 0), 1)
    }

    /// Ticks that somebody else has chosen.
    static func custom(_ range: ClosedRange<Double>, label: String, ticks: [Tick]) -> Self {
        Self(
            label: label,
            ticks: ticks,
            lower: range.lowerBound,
            upper: range.upperBound,
            isLogarithmic: false
        )
    }

    /// From zero, or the lowest value if that is below, to the highest value or the tick above it.
    static func linear(
        _ values: [Double],
        label: String,
        endsAtTick: Bool = true,
        text: (Double) -> String
    ) -> Self {
        let lowest = min(0, values.min() ?? 0)
        let highest = max(values.max() ?? 0, lowest)
        let step = self.step(for: highest - lowest > 1e-12 ? highest - lowest : 1)
        let first = (lowest / step).rounded(.down)
        let last = max((highest / step).rounded(endsAtTick ? .up : .down), first + (endsAtTick ? 1 : 0))
        let ticks = stride(from: first, through: last, by: 1).map { $0 * step }
        let upper = endsAtTick ? last * step : highest > lowest ? highest : lowest + step
        let lower = endsAtTick ? first * step : lowest
        return Self(
            label: label,
            ticks: ticks.filter { $0 >= lower && $0 <= upper }.map { Tick(value: $0, text: text($0)) },
            lower: lower,
            upper: upper,
            isLogarithmic: false
        )
    }

    /// From the tick below the lowest positive value to one that no value exceeds. Next to nothing counts as nothing.
    static func logarithmic(_ values: [Double], label: String, text: (Double) -> String) -> Self {
        let positive = values.filter { $0 > 1e-12 }
        let lowest = positive.min() ?? 1
        let highest = positive.max() ?? 10
        let decades =
            Logarithm.power(below: lowest)...max(Logarithm.power(below: highest), Logarithm.power(below: lowest))
        // With few decades there is room for 2 and 5 between them.
        let factors: [Double] = decades.count > 4 ? [1] : [1, 2, 5]
        let all = (decades.lowerBound...decades.upperBound + 1).flatMap { power in
            factors.map { $0 * Logarithm.tenToThe(power) }
        }
        let lower = all.last { $0 <= lowest } ?? all[0]
        let upper = all.first { $0 >= highest && $0 > lower } ?? lower * 10
        let ticks = all.filter { $0 >= lower && $0 <= upper }
        return Self(
            label: label,
            ticks: ticks.map { Tick(value: $0, text: text($0)) },
            lower: lower,
            upper: upper,
            isLogarithmic: true
        )
    }

    /// Linear, or logarithmic where a few large values would press all others to the ground.
    static func automatic(_ values: [Double], label: String, text: (Double) -> String) -> Self {
        let lowest = values.filter { $0 > 0 }.min() ?? 1
        guard let highest = values.max(), highest > lowest * 20 else {
            return self.linear(values, label: label, text: text)
        }
        return self.logarithmic(values, label: label, text: text)
    }

    /// 1, 2 or 5 times a power of ten, so that four to eight steps make the span.
    private static func step(for span: Double) -> Double {
        let power = Logarithm.tenToThe(Logarithm.power(below: span))
        let first = span / power
        return power * (first < 1.6 ? 0.2 : first < 4 ? 0.5 : first < 8 ? 1 : 2)
    }
}
