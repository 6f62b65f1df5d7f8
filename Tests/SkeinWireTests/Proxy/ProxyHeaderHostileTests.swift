import NIOCore
import SkeinTestKit
import SkeinWire
import Testing

/// Everything that can be done to a header: cutting, changing, continuing, making it up.
@Suite struct ProxyHeaderHostileTests {
    @Test(arguments: ProxyHeaderSample.all.indices)
    func `a header is read whole, and nothing of what follows`(_ index: Int) {
        let (bytes, header) = ProxyHeaderSample.all[index]
        let expected = ProxyHeaderParser.Outcome.header(header, consumed: bytes.count)
        #expect(ProxyHeaderSample.parse(bytes) == expected)
        for rest in [[0], Array("GET / HTTP/1.1\r\n".utf8), bytes, [UInt8](repeating: 0xFF, count: 5000)] {
            #expect(ProxyHeaderSample.parse(bytes + rest) == expected)
        }
    }

    @Test(arguments: ProxyHeaderSample.all.indices)
    func `a header that is cut off anywhere is waited for`(_ index: Int) {
        let bytes = ProxyHeaderSample.all[index].bytes
        for count in 0..<bytes.count { #expect(ProxyHeaderSample.parse(bytes.prefix(count)) == .needsMore) }
    }

    @Test func `bytes in front of the reader index are not looked at`() {
        for (bytes, header) in ProxyHeaderSample.all {
            var buffer = ByteBuffer(bytes: Array("PROXY ".utf8) + bytes + [1, 2, 3])
            buffer.moveReaderIndex(forwardBy: 6)
            #expect(ProxyHeaderParser.parse(buffer) == .header(header, consumed: bytes.count))
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `changed headers never trap, and end the same however they are cut`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var outcomes: Set<String> = []
        for _ in 0..<400 {
            let sample = Int.random(in: 0..<ProxyHeaderSample.all.count, using: &random)
            let bytes = Self.changed(ProxyHeaderSample.all[sample].bytes, &random)
            outcomes.insert(Self.label(ProxyHeaderSample.parse(bytes)))
            Self.expectOneOutcome(bytes)
        }
        #expect(
            outcomes.isSuperset(of: ["header", "signature", "address", "field", "checksum", "length", "needsMore"])
        )
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `random bytes never trap, and end the same however they are cut`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let starts = [[], ProxyHeaderSample.signature, ProxyHeaderSample.signature + [0x21], Array("PROXY ".utf8)]
        let alphabet = Array("TCP46UNKOWN 0129.:f\r\n".utf8)
        for round in 0..<400 {
            let isText = round % 4 == 3
            let tail = (0..<Int.random(in: 0...150, using: &random)).map { _ in
                isText
                    ? alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                    : UInt8.random(in: 0...255, using: &random)
            }
            Self.expectOneOutcome(starts[round % 4] + tail)
        }
    }

    @Test func `every failure can be reached by changing valid headers`() {
        var random = SeededGenerator(seed: 1)
        var seen: Set<String> = []
        for _ in 0..<20_000 {
            let sample = Int.random(in: 0..<ProxyHeaderSample.all.count, using: &random)
            seen.insert(Self.label(ProxyHeaderSample.parse(Self.changed(ProxyHeaderSample.all[sample].bytes, &random))))
        }
        #expect(seen == Set(["header", "needsMore"] + ProxyHeaderError.Kind.allCases.map(\.rawValue)))
    }

    /// Byte by byte and in any two pieces, the first verdict is that of the whole, and it stays.
    private static func expectOneOutcome(_ bytes: [UInt8]) {
        let whole = ProxyHeaderSample.parse(bytes)
        let verdicts = (0...bytes.count).map { ProxyHeaderSample.parse(bytes.prefix($0)) }
        let first = verdicts.firstIndex { $0 != .needsMore } ?? verdicts.count
        #expect(verdicts[first...].allSatisfy { $0 == whole }, "\(bytes)")
        #expect(verdicts.last == whole)
        if case .header(_, let length) = whole { #expect(first == length, "\(bytes)") }
    }

    private static func changed(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            // Mostly near the start, where the rules are.
            let place = Int.random(in: 0..<min(bytes.count, Bool.random(using: &random) ? 20 : .max), using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(Array(" .:0\r\n".utf8).randomElement(using: &random) ?? 0, at: place)
            case 4: bytes += bytes[place...]
            default: bytes.insert(contentsOf: [UInt8](repeating: bytes[place], count: 60), at: place)
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }

    private static func label(_ outcome: ProxyHeaderParser.Outcome) -> String {
        switch outcome {
        case .needsMore: "needsMore"
        case .header: "header"
        case .failure(let error): error.kind.rawValue
        }
    }
}
