import SkeinTestKit
import SkeinWire
import Testing

@Suite struct UTF8ValidatorTests {
    @Test func `All sequences of one and two bytes are judged as the standard library does, at every split`() {
        var wrong: [[UInt8]] = []
        for first in 0...255 as ClosedRange<UInt8> {
            if !Self.agrees([first]) { wrong.append([first]) }
            for second in 0...255 as ClosedRange<UInt8> where !Self.agrees([first, second]) {
                wrong.append([first, second])
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func `All edges of three and four byte sequences are judged right, at every split`() {
        let edges: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        var wrong: [[UInt8]] = []
        for lead in 0xE0...0xF8 as ClosedRange<UInt8> {
            for second in edges {
                for third in edges {
                    if !Self.agrees([lead, second, third]) { wrong.append([lead, second, third]) }
                    for fourth in [0x7F, 0x80, 0xBF, 0xC0] as [UInt8] where !Self.agrees([lead, second, third, fourth])
                    {
                        wrong.append([lead, second, third, fourth])
                    }
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `Random sequences of three and four bytes are judged right, at every split`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var wrong: [[UInt8]] = []
        for _ in 0..<500 {
            let bytes =
                [UInt8.random(in: 0xC0...0xFF, using: &random)]
                + (0..<Int.random(in: 2...3, using: &random)).map { _ in
                    UInt8.random(
                        in: Int.random(in: 0..<8, using: &random) == 0 ? 0...0xFF : 0x80...0xBF,
                        using: &random
                    )
                }
            if !Self.agrees(bytes) { wrong.append(bytes) }
        }
        #expect(wrong.isEmpty)
    }

    @Test(arguments: UTF8Case.all)
    func `Sequences are judged alike at every distance from the ends of a long text`(_ row: UTF8Case) {
        var wrong: [String] = []
        for before in 0..<40 {
            for after in [0, 1, 3, 4, 8, 33] {
                let ascii = [UInt8](repeating: 0x61, count: before)
                let bytes = ascii + row.bytes + [UInt8](repeating: 0x7A, count: after)
                var validator = UTF8Validator()
                let isValid = Self.feed(bytes, to: &validator) && validator.isComplete
                if isValid != row.isValid { wrong.append("\(before) before, \(after) after") }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func `Reset forgets the sequence that was open`() {
        var validator = UTF8Validator()
        #expect(Self.feed([0xE2, 0x82], to: &validator))
        #expect(!validator.isComplete)
        validator.reset()
        #expect(validator.isComplete)
        #expect(Self.feed([0x61], to: &validator))
        #expect(!Self.feed([0xAC], to: &validator))
    }

    /// Whether the validator finds what the standard library does, alone and in front of ASCII, whole and cut in two,
    /// and fails at the same byte each time.
    private static func agrees(_ bytes: [UInt8]) -> Bool {
        let isValid = String(validating: bytes, as: UTF8.self) != nil
        let failure = (1...bytes.count).first { !UTF8Case.canContinue(Array(bytes.prefix($0))) }
        for split in 0...bytes.count {
            var validator = UTF8Validator()
            let head = Self.feed(Array(bytes[..<split]), to: &validator)
            guard head == (failure.map { $0 > split } ?? true) else { return false }
            guard head else { continue }
            let tail = Self.feed(Array(bytes[split...]), to: &validator)
            guard tail == (failure == nil), !tail || validator.isComplete == isValid else { return false }
        }
        var validator = UTF8Validator()
        return Self.feed(bytes + Array("abcdefgh".utf8), to: &validator) == isValid
    }

    private static func feed(_ bytes: [UInt8], to validator: inout UTF8Validator) -> Bool {
        bytes.withUnsafeBytes { validator.validate($0) }
    }
}
