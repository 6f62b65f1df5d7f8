extension ConfigurationKind {
    /// Why a text is not a value of an option: a clause that says what to write instead.
    public struct Refusal: Error, Sendable, Equatable {
        /// `write a number and a unit, such as 25s`.
        public let advice: String
    }

    /// Reads a text. Total for every text; numbers that do not fit are refused like any other wrong value.
    public func parse(_ text: String) throws(Refusal) -> ConfigurationValue {
        switch self {
        case .duration(let range): return .duration(try self.duration(text, in: range))
        case .size(let range): return .integer(try self.size(text, in: range))
        case .count(let range): return .integer(try self.count(text, in: range))
        case .boolean:
            guard text == "true" || text == "false" else { throw Refusal(advice: "write true or false") }
            return .boolean(text == "true")
        case .text: return .text(text)
        case .address: return .text(try self.address(text))
        case .port(let canShare): return try self.port(text, canShare: canShare)
        case .list:
            return .list(text.split(separator: ",").map(Self.trimmed).filter { !$0.isEmpty })
        case .choice(let words):
            guard words.contains(text) else {
                throw Refusal(advice: "write one of \(words.joined(separator: ", "))")
            }
            return .text(text)
        }
    }

    private func duration(_ text: String, in range: ClosedRange<Duration>) throws(Refusal) -> Duration {
        let milliseconds = try self.amount(text, units: Self.durationUnits.map { ($0.unit, $0.milliseconds) }, "25s")
        let duration = Duration.milliseconds(milliseconds)
        guard range.contains(duration) else {
            let kind = Self.duration(range)
            throw Refusal(
                advice: "write a duration from \(kind.render(.duration(range.lowerBound)))"
                    + " to \(kind.render(.duration(range.upperBound)))"
            )
        }
        return duration
    }

    private func size(_ text: String, in range: ClosedRange<Int>) throws(Refusal) -> Int {
        let bytes = try self.amount(text, units: Self.sizeUnits.map { ($0.unit, $0.bytes) }, "64KiB")
        guard range.contains(bytes) else {
            throw Refusal(
                advice: "write a size from \(Self.size(range.lowerBound)) to \(Self.size(range.upperBound))"
            )
        }
        return bytes
    }

    private func count(_ text: String, in range: ClosedRange<Int>) throws(Refusal) -> Int {
        guard let number = Self.digits(text), range.contains(number) else {
            throw Refusal(advice: "write a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func port(_ text: String, canShare: Bool) throws(Refusal) -> ConfigurationValue {
        if canShare && text == Self.sharedPort { return .text(text) }
        guard let number = Self.digits(text), number <= 65_535 else {
            let word = canShare ? ", or shared for the client listener" : ""
            throw Refusal(advice: "write a port from 0 to 65535\(word)")
        }
        return .integer(number)
    }

    private func address(_ text: String) throws(Refusal) -> String {
        guard NetworkAddress.isWellFormed(text) else {
            throw Refusal(advice: "write an IP address or a host name; the port has a key of its own")
        }
        return text
    }

    /// A number with a unit. Zero needs none.
    private func amount(_ text: String, units: [(String, Int)], _ example: String) throws(Refusal) -> Int {
        if text == "0" { return 0 }
        let number = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text[number.endIndex...]
        guard let count = Self.digits(String(number)), let factor = units.first(where: { $0.0 == unit })?.1 else {
            let known = units.reversed().map(\.0).joined(separator: ", ")
            throw Refusal(advice: "write a whole number and a unit (\(known)), such as \(example)")
        }
        let (product, overflows) = count.multipliedReportingOverflow(by: factor)
        guard !overflows else { throw Refusal(advice: "write a smaller number") }
        return product
    }

    private static func digits(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
