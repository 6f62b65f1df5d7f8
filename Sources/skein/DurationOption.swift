import ArgumentParser

/// A duration of the command line: `500ms`, `1s`, `15m`, `1h`. More than zero, at most 30 days.
struct DurationOption: ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let factors = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
        guard let number = Int(digits), let factor = factors[String(argument.dropFirst(digits.count))] else {
            return nil
        }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow, milliseconds > 0, milliseconds <= 30 * 24 * 3_600_000 else { return nil }
        self.duration = .milliseconds(milliseconds)
    }

    var description: String {
        let milliseconds =
            self.duration.components.seconds * 1000 + self.duration.components.attoseconds / 1_000_000_000_000_000
        return milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    var defaultValueDescription: String { self.description }
}
