import CAllocationCounter
import SkeinWire

/// What is done to every byte that a client sends: unmasking and UTF-8 validation. At best as fast as memory.
enum BytesBenchmarks {
    static let all: [Benchmark] =
        [16, 1024, 65_536].map(Self.unmask) + [
            Self.validate(
                "utf8/ascii-64",
                "A short command, nearly always ASCII.",
                Array(repeating: UInt8(ascii: "a"), count: 64)
            ),
            Self.validate(
                "utf8/ascii-64k",
                "The largest message in ASCII: eight bytes at a step.",
                Array(repeating: UInt8(ascii: "a"), count: 65_536)
            ),
            Self.validate(
                "utf8/mixed-64k",
                "Text of people: one to four bytes a character, where no shortcut helps.",
                Self.mixed(count: 65_536)
            ),
        ]

    private static func unmask(_ count: Int) -> Benchmark {
        .plain(
            "unmask/\(count)",
            "Every byte of every client passes here once; a memory copy is the least that a step over all bytes costs.",
            bytes: count,
            yardstick: .memcpy(count)
        ) {
            var bytes = [UInt8](repeating: 0x61, count: count)
            return { iterations in
                bytes.withUnsafeMutableBytes { bytes in
                    for _ in 0..<iterations {
                        Masking.apply(key: 0x37FA_213D, to: bytes)
                        benchmark_keep_memory(bytes.baseAddress)
                    }
                }
            }
        }
    }

    private static func validate(_ name: String, _ reason: String, _ text: [UInt8]) -> Benchmark {
        .plain(name, reason, bytes: text.count, yardstick: .memcpy(text.count)) {
            { iterations in
                text.withUnsafeBytes { bytes in
                    for _ in 0..<iterations { benchmark_keep_number(UTF8Validator.isValid(bytes) ? 1 : 0) }
                }
            }
        }
    }

    /// Words in several scripts, filled up with spaces.
    private static func mixed(count: Int) -> [UInt8] {
        let words = Array(
            "plain text, \u{FC}ber Stra\u{DF}en, \u{43F}\u{440}\u{438}\u{432}\u{435}\u{442}, \u{65E5}\u{672C}\u{8A9E}, \u{1F600}; "
                .utf8
        )
        let whole = count / words.count
        return Array(repeatElement(words, count: whole).joined())
            + Array(repeating: UInt8(ascii: " "), count: count - whole * words.count)
    }
}
