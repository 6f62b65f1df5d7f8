import NIOCore
import SkeinWire
import Testing

@Suite struct ProxyHeaderBlockTests {
    private static let v4 = ProxyHeaderSample.v4Addresses
    private static let zeroChecksum = ProxyHeaderSample.field(3, [0, 0, 0, 0])

    @Test(arguments: 0..<12)
    func `a signature is refused at its first wrong byte`(_ place: Int) {
        for wrong in 0...255 as ClosedRange<UInt8> where wrong != ProxyHeaderSample.signature[place] {
            guard place > 0 || wrong != UInt8(ascii: "P") else { continue }
            let bytes = ProxyHeaderSample.signature[..<place] + [wrong]
            #expect(ProxyHeaderSample.parse(bytes) == .failure(.signature))
        }
    }

    @Test func `of the versions and commands only 2, LOCAL and PROXY are accepted, and the others refused at once`() {
        for byte in 0...255 as ClosedRange<UInt8> {
            let outcome = ProxyHeaderSample.parse(ProxyHeaderSample.signature + [byte])
            switch (byte >> 4, byte & 0x0F) {
            case (2, 0), (2, 1): #expect(outcome == .needsMore)
            case (2, _): #expect(outcome == .failure(.command))
            default: #expect(outcome == .failure(.version))
            }
        }
    }

    @Test func `an undefined family or transport is refused at once, but ignored in a LOCAL header`() {
        for byte in 0...255 as ClosedRange<UInt8> {
            let isDefined = byte >> 4 <= 3 && byte & 0x0F <= 2
            let proxy = ProxyHeaderSample.parse(ProxyHeaderSample.signature + [0x21, byte])
            #expect(proxy == (isDefined ? .needsMore : .failure(.family)))
            let local = ProxyHeaderSample.block(command: 0x20, family: byte)
            #expect(ProxyHeaderSample.parse(local) == .header(.local, consumed: 16))
        }
    }

    @Test(arguments: [(0x00, 0), (0x11, 12), (0x12, 12), (0x21, 36), (0x22, 36), (0x31, 216), (0x32, 216)])
    func `a header too short for its addresses is refused before they come`(_ family: UInt8, _ length: Int) {
        for count in max(0, length - 3)...length {
            let whole = ProxyHeaderSample.block(family: family, [UInt8](repeating: 1, count: count))
            let isLongEnough = count == length
            let expected: ProxyHeaderParser.Outcome = isLongEnough && length > 0 ? .needsMore : .failure(.length)
            if length > 0 { #expect(ProxyHeaderSample.parse(whole.prefix(16)) == expected) }
            if isLongEnough, case .failure = ProxyHeaderSample.parse(whole) { Issue.record("refused") }
        }
    }

    @Test func `4 KiB may follow the first 16 bytes, and a longer header is refused before it comes`() {
        let padding = ProxyHeaderSample.field(4, [UInt8](repeating: 0, count: 4096 - 12 - 3))
        let longest = ProxyHeaderSample.block(family: 0x11, Self.v4 + padding)
        #expect(ProxyHeaderSample.parse(longest + [1]) == .header(ProxyHeaderSample.v4, consumed: 16 + 4096))
        let start = ProxyHeaderSample.signature + [0x21, 0x11]
        #expect(ProxyHeaderSample.parse(start + [0x10]) == .needsMore)
        #expect(ProxyHeaderSample.parse(start + [0x10, 0x01]) == .failure(.length))
        #expect(ProxyHeaderSample.parse(start + [0x11]) == .failure(.length))
        #expect(ProxyHeaderSample.parse(start + [0xFF, 0xFF]) == .failure(.length))
        #expect(ProxyHeaderSample.parse(ProxyHeaderSample.signature + [0x20, 0xFF, 0xFF]) == .failure(.length))
    }

    @Test(arguments: [
        [4], [4, 0], [4, 0, 1], [4, 0, 0, 4], [4, 0, 2, 0], [4, 0xFF, 0xFF, 0], [4, 0, 0, 4, 0, 9, 9],
    ])
    func `fields must fill the header exactly`(_ fields: [UInt8]) {
        #expect(ProxyHeaderSample.parse(ProxyHeaderSample.block(family: 0x11, Self.v4 + fields)) == .failure(.field))
        let local = ProxyHeaderSample.block(command: 0x20, family: 0x00, fields)
        #expect(ProxyHeaderSample.parse(local) == .failure(.field))
        let ignored = ProxyHeaderSample.block(command: 0x20, family: 0x11, fields)
        #expect(ProxyHeaderSample.parse(ignored) == .header(.local, consumed: ignored.count))
    }

    @Test(arguments: [0x0100, 0x1100, 0x2000, 0x3000, 0x1000] as [UInt16])
    func `fields of types that mean nothing here are skipped, and so are addresses without a transport`(_ kind: UInt16)
    {
        let fields = (0...255 as ClosedRange<UInt8>).filter { $0 != 3 }.flatMap { ProxyHeaderSample.field($0, [$0]) }
        let family = UInt8(kind >> 8)
        let addresses = [UInt8](repeating: 7, count: [0, 12, 36, 216][Int(family >> 4)])
        let bytes = ProxyHeaderSample.block(family: family, addresses + fields)
        guard case .header(let header, bytes.count) = ProxyHeaderSample.parse(bytes) else {
            Issue.record("refused")
            return
        }
        #expect((header == .local) == (family != 0x11))
    }

    @Test func `the checksum is CRC32c (RFC 4960 appendix B)`() {
        #expect(ProxyHeaderSample.checksum(Array("123456789".utf8)) == 0xE306_9283)
    }

    @Test(arguments: [(0x21, 0x11, 12), (0x21, 0x21, 36), (0x21, 0x31, 216), (0x21, 0x00, 0), (0x20, 0x00, 0)])
    func `a checksum is verified over the whole header`(_ command: UInt8, _ family: UInt8, _ length: Int) {
        let right = ProxyHeaderSample.checked(
            command: command,
            family: family,
            [UInt8](repeating: 9, count: length),
            before: [ProxyHeaderSample.field(4, [1, 2])],
            after: [ProxyHeaderSample.field(2, [3])]
        )
        guard case .header(_, right.count) = ProxyHeaderSample.parse(right) else {
            Issue.record("refused")
            return
        }
        let untouchable = Set(0..<16).union([16 + length, 17 + length, 18 + length])
        let checksumStart = 16 + length + 5
        for place in right.indices where !untouchable.contains(place) {
            // Types and lengths of fields lead elsewhere when they change.
            guard !(checksumStart..<checksumStart + 3).contains(place),
                place < right.count - 4 || place == right.count - 1
            else { continue }
            for bit in 0..<8 {
                var wrong = right
                wrong[place] ^= 1 << bit
                #expect(ProxyHeaderSample.parse(wrong) == .failure(.checksum), "byte \(place), bit \(bit)")
            }
        }
    }

    @Test(arguments: [0, 3, 5])
    func `a checksum of another length is refused`(_ length: Int) {
        let field = ProxyHeaderSample.field(3, [UInt8](repeating: 0, count: length))
        #expect(ProxyHeaderSample.parse(ProxyHeaderSample.block(family: 0x11, Self.v4 + field)) == .failure(.field))
    }

    @Test func `two checksums are refused`() {
        let bytes = ProxyHeaderSample.block(family: 0x11, Self.v4 + Self.zeroChecksum + Self.zeroChecksum)
        #expect(ProxyHeaderSample.parse(bytes) == .failure(.field))
    }
}
