/// The sequences of Markus Kuhn's decoder stress test, as the conformance suite sends them.
extension UTF8Case {
    private static let greek = "ce ba e1 bd b9 cf 83 ce bc ce b5"

    /// 6.1–6.6: whole texts, and every prefix of one.
    static let texts: [Self] = [
        Self("1 an empty text", "", true),
        Self("2.1 Latin letters", text: "Hello-µ@ßöäüàá-UTF-8!!"),
        Self("2.3 Greek letters", Self.greek, true),
        Self("3.1 Greek letters, a surrogate, ASCII", Self.greek + " ed a0 80 65 64 69 74 65 64", false),
        Self("4.1 Greek letters, beyond U+10FFFF, ASCII", Self.greek + " f4 90 80 80 65 64 69 74 65 64", false),
        Self("4.2 Greek letters, a fifth byte, ASCII", Self.greek + " f8 88 80 80 80 65 64", false),
        Self("5.1 ASCII of 200 bytes", text: String(repeating: "x", count: 200)),
        Self("5.2 emoji, flags and families", text: "😀🇩🇪👨‍👩‍👧‍👦🎉"),
        Self("5.3 Chinese", text: "我能吞下玻璃而不伤身体。"),
        Self("5.4 long ASCII, then an invalid byte", String(repeating: "61", count: 100) + "ff", false),
        Self("5.5 long ASCII, then half a character", String(repeating: "61", count: 100) + "c3", false),
    ]

    static let prefixes: [Self] = (1...11).map { (count: Int) -> Self in
        let prefix = Self.greek.split(separator: " ").prefix(count)
        let isValid = [2, 5, 7, 9, 11].contains(count)
        return Self("6.\(count) the first \(count) bytes of Greek", prefix.joined(separator: " "), isValid)
    }

    private static func rows(_ name: String, _ isValid: Bool, _ sequences: [String]) -> [Self] {
        sequences.map { Self(name, $0, isValid) }
    }

    /// 6.7–6.11: the first and last sequences of each length, and the edges of the forbidden ranges.
    static let lengths: [Self] = [
        rows("7 the first of its length", true, ["00", "c2 80", "e0 a0 80", "f0 90 80 80"]),
        rows("8 the first of its length", false, ["f8 88 80 80 80", "fc 84 80 80 80 80"]),
        rows("9 the last of its length", true, ["7f", "df bf", "ef bf bf", "f4 8f bf bf"]),
        rows("10 the last of its length", false, ["f7 bf bf bf", "fb bf bf bf bf", "fd bf bf bf bf bf"]),
        rows("11 beside the edge", true, ["ed 9f bf", "ee 80 80", "ef bf bd", "f4 8f bf bf"]),
        rows("11 over the edge", false, ["f4 90 80 80"]),
    ].flatMap { $0 }

    /// 6.12 and 6.13: continuation bytes without a lead, leads without continuation.
    static let lonely: [Self] = {
        let continuations = [
            "80", "bf", "80 bf", "80 bf 80", "80 bf 80 bf", "80 bf 80 bf 80", "80 bf 80 bf 80 bf",
            Self.list(0x80...0xBF, then: ""),
        ]
        let leads: [ClosedRange<UInt8>] = [0xC0...0xDF, 0xE0...0xEF, 0xF0...0xF7, 0xF8...0xFB, 0xFC...0xFD]
        return Self.rows("12 continuation bytes", false, continuations)
            + Self.rows("13 lonely leads", false, leads.map { Self.list($0, then: "20") })
    }()

    /// 6.14 and 6.15: the last byte is missing.
    static let truncated: [Self] = {
        let sequences = [
            "c0", "e0 80", "f0 80 80", "f8 80 80 80", "fc 80 80 80 80", "df", "ef bf", "f7 bf bf", "fb bf bf bf",
            "fd bf bf bf bf", "e1 80", "ed 9f", "f0 90 80", "f4 8f bf", "f1 80",
        ]
        return sequences.map { Self("14 a missing last byte", $0, false) }
            + ["df 41", "ef bf 41 41", "f0 90 80 41", "e1 80 e1 80 80"].map { Self("14 a missing byte", $0, false) }
            + [Self("15 missing last bytes", sequences.joined(separator: " "), false)]
    }()

    /// 6.16: bytes that never occur.
    static let impossible: [Self] = ["fe", "ff", "fe fe ff ff", "61 c0 61", "61 c1 bf 61", "f5 80 80 80"].map {
        Self("16 impossible bytes", $0, false)
    }

    /// 6.17–6.19: longer than needed.
    static let overlong: [Self] = [
        "c0 af", "e0 80 af", "f0 80 80 af", "f8 80 80 80 af", "fc 80 80 80 80 af", "c1 bf", "e0 9f bf", "f0 8f bf bf",
        "f8 87 bf bf bf", "fc 83 bf bf bf bf", "c0 80", "e0 80 80", "f0 80 80 80", "f8 80 80 80 80",
        "fc 80 80 80 80 80",
    ].map { Self("17 an overlong form", $0, false) }

    /// 6.20 and 6.21: halves of UTF-16 pairs, and whole pairs.
    static let surrogates: [Self] = {
        let high = ["ed a0 80", "ed ad bf", "ed ae 80", "ed af bf"]
        let low = ["ed b0 80", "ed be 80", "ed bf bf"]
        return (high + low).map { Self("20 a surrogate", $0, false) }
            + high.flatMap { first in
                ["ed b0 80", "ed bf bf"].map { Self("21 a pair of surrogates", "\(first) \($0)", false) }
            }
    }()

    /// 6.22 and 6.23: code points without a character are valid all the same.
    static let nonCharacters: [Self] = {
        var rows: [Self] = []
        for plane in 0...16 as ClosedRange<UInt32> {
            for scalar in [0xFFFE, 0xFFFF].compactMap({ Unicode.Scalar(plane << 16 | $0) }) {
                let name = "22 the non-character U+\(String(scalar.value, radix: 16))"
                rows.append(Self(name, text: String(Character(scalar))))
            }
        }
        let special = [
            "ef b7 90", "ef b7 af", "ef bf b9", "ef bf ba", "ef bf bb", "ef bf bc", "ef bf bd", "ef bb bf",
        ]
        return rows + Self.rows("23 a special code point", true, special)
    }()

    private static func list(_ range: ClosedRange<UInt8>, then suffix: String) -> String {
        range.map { String($0, radix: 16) + suffix }.joined(separator: " ")
    }
}
