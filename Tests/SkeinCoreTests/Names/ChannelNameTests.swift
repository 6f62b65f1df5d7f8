import SkeinCore
import Testing

/// A channel is its bytes: equality, and a hash that holds against prepared names.
@Suite struct ChannelNameTests {
    @Test(arguments: [
        ("\u{E9}", "e\u{301}"), ("\u{212B}", "\u{C5}"), ("\u{1100}\u{1161}", "\u{AC00}"), ("a\u{E9}b", "ae\u{301}b"),
    ])
    func `names that only look the same are two channels`(pair: (String, String)) {
        #expect(pair.0 == pair.1, "Swift calls the strings equal")
        #expect(ChannelName(pair.0) != ChannelName(pair.1))
        #expect(ChannelName(pair.0).hashCode != ChannelName(pair.1).hashCode)
        #expect(Set([ChannelName(pair.0), ChannelName(pair.1)]).count == 2)
    }

    @Test func `the same bytes are the same channel however the text was made`() {
        let parts = ["chat", ":", "room-", "1234567", "é"]
        let joined = ChannelName(parts.joined())
        let decoded = ChannelName(String(decoding: Array(parts.joined().utf8), as: UTF8.self))
        let sliced = ChannelName(String(("x" + parts.joined()).dropFirst()))
        #expect(joined == decoded && joined == sliced)
        #expect(joined.hashCode == decoded.hashCode && joined.hashCode == sliced.hashCode)
        #expect(joined.hashValue == sliced.hashValue)
        #expect(joined.text == parts.joined() && "\(joined)" == parts.joined())
    }

    @Test func `a name differs from its prefixes and from names with a byte changed anywhere`() {
        let bytes = Array("0123456789abcdef0123456789abcdef".utf8)
        var names: Set<ChannelName> = []
        for length in 0...bytes.count { names.insert(Self.name(bytes.prefix(length))) }
        #expect(names.count == bytes.count + 1)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x40
            names.insert(Self.name(changed[...]))
        }
        #expect(names.count == 2 * bytes.count + 1)
        #expect(Set(names.map(\.hashCode)).count == names.count)
    }

    @Test func `leading NUL bytes count`() {
        let names = (0...17).map { ChannelName(String(repeating: "\u{0}", count: $0)) }
        #expect(Set(names).count == 18)
        #expect(Set(names.map(\.hashCode)).count == 18)
    }

    /// Keys that share their beginning or their end defeat hashes that look at a part of the key only.
    @Test(arguments: [
        (prefix: 240, suffix: 0), (prefix: 0, suffix: 240), (prefix: 120, suffix: 120), (prefix: 0, suffix: 0),
    ])
    func `100,000 names with long common parts collide no more than random ones`(shape: (prefix: Int, suffix: Int)) {
        let count = 100_000
        let prefix = String(repeating: "p", count: shape.prefix)
        let suffix = String(repeating: "s", count: shape.suffix)
        var codes: Set<Int> = []
        var buckets: Set<Int> = []
        for number in 0..<count {
            let code = ChannelName("\(prefix)\(number)\(suffix)").hashCode
            codes.insert(code)
            buckets.insert(code & 0x1FFFF)
        }
        #expect(codes.count == count)
        // 100,000 balls in 131,072 bins leave 69,956 of them occupied, give or take 130.
        #expect((69_000...71_000).contains(buckets.count))
    }

    private static func name(_ bytes: ArraySlice<UInt8>) -> ChannelName {
        ChannelName(String(decoding: bytes, as: UTF8.self))
    }
}
