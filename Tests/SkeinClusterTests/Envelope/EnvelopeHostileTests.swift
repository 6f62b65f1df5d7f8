import Foundation
import NIOCore
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinCluster

/// Whoever may write to the bus may write anything. What is accepted has one form: it is written as the same bytes.
@Suite
struct EnvelopeHostileTests {
    @Test
    func `every piece of an envelope is nothing, or an event that is written as that piece`() {
        for envelope in EnvelopeSamples.envelopes {
            for count in 0..<envelope.count {
                self.expectOneForm(Array(envelope[..<count]))
            }
        }
    }

    @Test
    func `an announcement that is cut short or has something left over does not decode`() {
        for info in EnvelopeSamples.infos {
            let join = EnvelopeSamples.bytes { Envelope.writeJoin(of: info, into: &$0) }
            for count in 0..<join.count { #expect(EnvelopeSamples.decode(Array(join[..<count])) == nil) }
            #expect(EnvelopeSamples.decode(join + [0]) == nil)
            let bytes = Array(join[2...])
            for count in 0..<bytes.count {
                #expect(bytes[..<count].withUnsafeBytes { Envelope.decodeInfo($0) } == nil)
            }
            #expect((bytes + [0]).withUnsafeBytes { Envelope.decodeInfo($0) } == nil)
        }
    }

    @Test
    func `a publication decodes from where its data starts and not before`() throws {
        for publication in EnvelopeSamples.publications {
            let envelope = EnvelopeSamples.bytes { Envelope.writePositioned(publication, into: &$0) }
            let dataStart = envelope.count - publication.data.count
            for count in 0...envelope.count {
                let decoded = EnvelopeSamples.publication(Array(envelope[..<count]))
                let expected = count < dataStart ? nil : count - dataStart
                if decoded?.data.count != expected { Issue.record("\(count) bytes of \(envelope)") }
            }
        }
    }

    @Test
    func `unknown versions and kinds do not decode`() {
        for envelope in [EnvelopeSamples.envelopes[1], EnvelopeSamples.envelopes[EnvelopeSamples.envelopes.count - 1]] {
            for byte in UInt8.min...UInt8.max {
                if byte != 1 { #expect(EnvelopeSamples.decode([byte] + envelope[1...]) == nil) }
                if !(1...4).contains(byte) {
                    #expect(EnvelopeSamples.decode([envelope[0], byte] + envelope[2...]) == nil)
                }
            }
        }
        #expect(EnvelopeSamples.decode([]) == nil)
        #expect(Envelope.decode(UnsafeRawBufferPointer(start: nil, count: 0)) == nil)
    }

    @Test
    func `unknown flags do not decode`() {
        let zeros = [UInt8](repeating: 0, count: 64)
        for flags in UInt8.min...UInt8.max where flags & 0xF0 != 0 {
            #expect(EnvelopeSamples.decode([1, 1, flags] + zeros) == nil)
        }
        for flags in UInt8.min...UInt8.max {
            let rest = zeros.prefix(4 * (flags & 0b11).nonzeroBitCount)
            #expect((EnvelopeSamples.decode([1, 3] + zeros.prefix(8) + [flags] + rest) != nil) == (flags < 4))
        }
    }

    @Test(arguments: [[0xFF], [0xC0, 0x80], [0xC3], [0xED, 0xA0, 0x80], [0xF0, 0x90, 0x80], [0x80]] as [[UInt8]])
    func `text that is not UTF-8 does not decode, wherever it stands`(_ text: [UInt8]) {
        let good: [UInt8] = [0x78]
        func sized(_ text: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(text.count)] + text }
        let envelopes: [([UInt8]) -> [UInt8]] = [
            { [1, 3] + sized($0) + sized(good) + [0] },
            { [1, 4] + sized(good) + sized($0) + [0] },
            { [1, 1, 2, 0, 0, 0, UInt8(10 + $0.count)] + sized($0) + sized(good) + [0] },
            { [1, 1, 4, 0, 0, 0, 1] + sized($0) + sized(good) },
            { [1, 1, 4, 0, 0, 0, 1] + sized(good) + sized($0) },
            { [1, 1, 8] + sized($0) },
            { [1, 2] + [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 0, UInt8($0.count)] + $0 + [0] },
        ]
        for envelope in envelopes {
            #expect(EnvelopeSamples.decode(envelope(good)) != nil)
            #expect(EnvelopeSamples.decode(envelope(text)) == nil)
        }
    }

    @Test
    func `a place that is none, and a time before 1970, do not decode`() {
        func envelope(offset: UInt8, time: UInt8, epoch: [UInt8]) -> [UInt8] {
            [1, 2] + [0, 0, 0, 0, 0, 0, 0, offset] + [time, 0, 0, 0, 0, 0, 0, 0, UInt8(epoch.count)] + epoch + [0]
        }
        #expect(EnvelopeSamples.decode(envelope(offset: 1, time: 0x7F, epoch: [0x65])) != nil)
        #expect(EnvelopeSamples.decode(envelope(offset: 0, time: 0x7F, epoch: [0x65])) == nil)
        #expect(EnvelopeSamples.decode(envelope(offset: 1, time: 0x80, epoch: [0x65])) == nil)
        #expect(EnvelopeSamples.decode(envelope(offset: 1, time: 0x7F, epoch: [])) == nil)
    }

    @Test
    func `no tags are told by the flag, not by a count of 0`() {
        #expect(EnvelopeSamples.decode([1, 1, 4, 0, 0, 0, 0, 7]) == nil)
    }

    @Test
    func `an info inside a body fills its length exactly`() {
        let info = [UInt8](repeating: 0, count: 9)
        #expect(EnvelopeSamples.decode([1, 1, 2, 0, 0, 0, 9] + info + [7, 7]) != nil)
        #expect(EnvelopeSamples.decode([1, 1, 2, 0, 0, 0, 8] + info + [7, 7]) == nil)
        #expect(EnvelopeSamples.decode([1, 1, 2, 0, 0, 0, 10] + info + [7, 7]) == nil)
    }

    @Test
    func `lengths and counts near the largest neither trap nor take memory`() throws {
        let before = try Self.largestAddressSpace()
        for length in [0xFFFF_FFFF, 0xFFFF_FFFE, 0x8000_0000, 0x7FFF_FFFF, 0x2000_0000, 0x1FFF_FFFF] as [UInt32] {
            let bytes = withUnsafeBytes(of: length.bigEndian) { Array($0) }
            for rest in [0, 1, 8, 64] {
                let rest = [UInt8](repeating: 0, count: rest)
                for head in [[1, 1, 2], [1, 1, 4], [1, 1, 4, 0, 0, 0, 1], [1, 1, 8], [1, 3], [1, 4]] as [[UInt8]] {
                    #expect(EnvelopeSamples.decode(head + bytes + rest) == nil)
                }
                let info: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 1]
                #expect(EnvelopeSamples.decode([1, 3] + info + bytes + rest) == nil)
            }
        }
        #expect(try Self.largestAddressSpace() - before < 1 << 20, "in KiB")
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `random bytes are nothing, or an event that is written as those bytes`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<25_000 {
            var bytes = (0..<Int.random(in: 0..<64, using: &generator)).map { _ in
                Bool.random(using: &generator) ? UInt8.random(in: 0...12, using: &generator) : generator.next()
            }
            if bytes.count > 2, generator.next() % 8 != 0 {
                bytes[0] = 1
                bytes[1] = .random(in: 1...4, using: &generator)
            }
            if self.expectOneForm(bytes) { accepted += 1 }
            self.expectNoTrap(bytes)
        }
        #expect(accepted > 100)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `damaged envelopes are nothing, or events that are written as the damaged bytes`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let envelopes = EnvelopeSamples.envelopes
        var accepted = 0
        for step in 0..<25_000 {
            var bytes = envelopes[step % envelopes.count]
            for _ in 0..<Int.random(in: 1...3, using: &generator) { Self.damage(&bytes, &generator) }
            if self.expectOneForm(bytes) { accepted += 1 }
            self.expectNoTrap(bytes)
        }
        #expect((1_000..<24_000).contains(accepted))
    }

    /// Whether the bytes decode; if so, they have to be what the event is written as.
    @discardableResult
    private func expectOneForm(_ bytes: [UInt8]) -> Bool {
        guard let event = EnvelopeSamples.decode(bytes, knownEpoch: "0123456789abcdef.89abcdef") else { return false }
        if EnvelopeSamples.encode(event) != bytes { Issue.record("\(bytes) is \(event)") }
        return true
    }

    /// The decoders of what is not in an envelope.
    private func expectNoTrap(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            if let info = Envelope.decodeInfo(bytes), Envelope.infoSize(of: info) != bytes.count {
                Issue.record("\(Array(bytes)) is \(info)")
            }
            let entry = Envelope.decodeEntry(offset: 1, epoch: "e", entry: bytes)
            if let entry, Envelope.bodySize(of: entry) != bytes.count - 8 {
                Issue.record("\(Array(bytes)) is \(entry)")
            }
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        // The heads and lengths stand in front, so that is where damage is most interesting.
        let reach = Bool.random(using: &generator) ? bytes.count : min(bytes.count, 48)
        let index = Int.random(in: 0..<reach, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes[index] = generator.next()
        case 1: bytes[index] ^= 1 << Int.random(in: 0..<8, using: &generator)
        case 2: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF][Int.random(in: 0..<5, using: &generator)]
        case 3: bytes.remove(at: index)
        case 4: bytes.insert(generator.next(), at: index)
        default: bytes.removeSubrange(index...)
        }
    }

    /// The most address space this process has ever had, in KiB: grows with memory that is asked for and never touched.
    private static func largestAddressSpace() throws -> Int {
        #if os(Linux)
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") })
        return try #require(line.split { !$0.isNumber }.first.flatMap { Int($0) })
        #else
        return 0
        #endif
    }
}
