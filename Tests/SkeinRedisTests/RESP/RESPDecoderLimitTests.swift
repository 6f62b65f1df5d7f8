import NIOCore
import Testing

@testable import SkeinRedis

@Suite struct RESPDecoderLimitTests {
    /// Whole and octet by octet must agree, with a decoder of the given limits each.
    private func outcome(
        _ text: String,
        elements: Int = 4,
        bytes: Int = 10,
        reply: Int = 20,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> RESPOutcome {
        func decoder() -> RESPDecoder {
            RESPDecoder(maximumElements: elements, maximumBytes: bytes, maximumReplyBytes: reply)
        }
        let whole = RESPOutcome(text, decoder())
        let octets = RESPOutcome(octetsOf: [UInt8](text.utf8), decoder())
        #expect(whole.agrees(with: octets), sourceLocation: sourceLocation)
        return whole
    }

    @Test func `an array may have as many elements as allowed and not one more`() {
        #expect(self.outcome("*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n").error == nil)
        #expect(self.outcome("*5\r\n").error?.code == .tooLarge)
    }

    @Test func `elements of nested arrays count together`() {
        #expect(self.outcome("*2\r\n*1\r\n:1\r\n*1\r\n:1\r\n").error == nil)
        #expect(self.outcome("*2\r\n*1\r\n:1\r\n*2\r\n").error?.code == .tooLarge)
    }

    @Test func `the count of elements starts again with every reply`() {
        #expect(self.outcome(String(repeating: "*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n", count: 50)).values.count == 50)
    }

    @Test func `a string may have as many bytes as allowed and not one more`() {
        #expect(self.outcome("$10\r\n0123456789\r\n").error == nil)
        #expect(self.outcome("$11\r\n0123456789a\r\n").error?.code == .tooLarge)
        #expect(self.outcome("+0123456789\r\n").error == nil)
        #expect(self.outcome("+0123456789a\r\n").error?.code == .tooLarge)
    }

    @Test func `a string that is too long is refused by its length, before its bytes come`() {
        #expect(self.outcome("$11").error?.code == .tooLarge)
        #expect(self.outcome("$10\r\n").error == nil)
        #expect(self.outcome("$2147483648\r\n").error?.code == .tooLarge)
        #expect(self.outcome("*1\r\n$9223372036854775807\r\n").error?.code == .tooLarge)
    }

    @Test func `the strings of one reply count together`() {
        #expect(self.outcome("*2\r\n$10\r\n0123456789\r\n$10\r\n0123456789\r\n").error == nil)
        let refused = self.outcome("*3\r\n$10\r\n0123456789\r\n$9\r\n012345678\r\n$2\r\n")
        #expect(refused.error?.code == .tooLarge)
    }

    @Test func `the count of bytes starts again with every reply`() {
        #expect(self.outcome(String(repeating: "$10\r\n0123456789\r\n", count: 50)).values.count == 50)
    }

    @Test(arguments: [
        "*2147483647\r\n", "*2147483648\r\n", "*4294967297\r\n", "*9223372036854775807\r\n", "*1048577\r\n",
    ])
    func `a huge array is refused by its length, with the usual limits`(_ text: String) {
        #expect(RESPOutcome(text).error != nil)
        #expect(RESPOutcome(octetsOf: [UInt8](text.utf8)).error != nil)
    }

    @Test(arguments: ["$16777217\r\n", "$2147483647\r\n", "$18446744073709551615\r\n", "$99999999999999999999999"])
    func `a huge string is refused by its length, with the usual limits`(_ text: String) {
        #expect(RESPOutcome(octetsOf: [UInt8](text.utf8)).error?.code == .tooLarge)
    }

    @Test func `eight arrays may nest and not nine`() {
        let eight = String(repeating: "*1\r\n", count: 8)
        let value = (0..<8).reduce(RESPValue.integer(7)) { value, _ in .array([value]) }
        #expect(RESPOutcome(eight + ":7\r\n").values == [value])
        #expect(RESPOutcome(eight + "*0\r\n").error?.code == .protocolViolation)
        #expect(RESPOutcome(eight + "*-1\r\n").error?.code == .protocolViolation)
        #expect(RESPOutcome(String(repeating: "*1\r\n", count: 100_000)).error?.code == .protocolViolation)
    }

    @Test func `a line of 64 KiB is read and a longer one refused, also without its end`() {
        let limit = 64 * 1024
        let longest = String(repeating: "a", count: limit)
        #expect(RESPOutcome("+\(longest)\r\n").values == [.simple(longest)])
        #expect(RESPOutcome("-\(longest)a\r\n").error?.code == .tooLarge)
        for start in ["+", "-", ":", "*"] {
            #expect(RESPOutcome(start + longest + "\r").error == nil, "\(start) may still end")
            #expect(RESPOutcome(start + longest + "aa").error?.code == .tooLarge, "\(start) without an end")
        }
        #expect(RESPOutcome("$" + String(repeating: "0", count: 33)).error?.code == .protocolViolation)
        #expect(RESPOutcome("$-" + String(repeating: "1", count: 32)).error?.code == .protocolViolation)
    }

    @Test func `limits outside of what can be counted are brought into it`() {
        func decoder(_ limit: Int) -> RESPDecoder {
            RESPDecoder(maximumElements: limit, maximumBytes: limit, maximumReplyBytes: limit)
        }
        #expect(RESPOutcome("*1\r\n$1\r\na\r\n", decoder(.max)).values == [.array([.bulk("a")])])
        #expect(RESPOutcome("*2147483648\r\n", decoder(.max)).error != nil)
        #expect(RESPOutcome("*0\r\n$0\r\n\r\n", decoder(.min)).values == [.array([]), .bulk([])])
        #expect(RESPOutcome("*1\r\n", decoder(-1)).error?.code == .tooLarge)
        #expect(RESPOutcome("$1\r\n", decoder(-1)).error?.code == .tooLarge)
    }

    @Test func `memory of a huge reply is given back although the next one has begun`() throws {
        var decoder = RESPDecoder()
        let huge = RESPValue.array([RESPValue](repeating: .bulk(String(repeating: "x", count: 90)), count: 100_000))
        let largest = RESPValue.bulk([UInt8](repeating: 1, count: 16 << 20))
        let halfway = [UInt8]("*2\r\n+a\r\n".utf8)
        var peak = 0
        var count = 0
        for value in [huge, largest, huge, largest] {
            let bytes = halfway + [UInt8]("+b\r\n".utf8) + value.encoded + halfway
            var rest = bytes[...]
            while !rest.isEmpty {
                try decoder.decode(ByteBuffer(bytes: rest.prefix(10_000))) { _ in count += 1 }
                rest = rest.dropFirst(10_000)
                peak = max(peak, decoder.retainedByteCount)
            }
            #expect(decoder.retainedByteCount < 128 * 1024)
            try decoder.decode(ByteBuffer(string: "+b\r\n")) { _ in count += 1 }
        }
        #expect(count == 12)
        #expect(peak > 16 << 20)
    }
}
