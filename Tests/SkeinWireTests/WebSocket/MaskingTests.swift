import SkeinWire
import Testing

@Suite struct MaskingTests {
    @Test func `The example of the RFC unmasks to Hello (RFC 6455 5.7)`() {
        #expect(Self.mask([0x7F, 0x9F, 0x4D, 0x51, 0x58], key: 0x37FA_213D) == Array("Hello".utf8))
    }

    @Test(arguments: 0..<8)
    func `Every length and alignment is masked byte by byte as the RFC says (RFC 6455 5.3)`(_ offset: Int) {
        let key: UInt32 = 0x1234_56AB
        let keyBytes = ClientFrame.bigEndian(UInt64(key), count: 4)
        var wrong: [String] = []
        for count in 0...200 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let expected = bytes.enumerated().map { $1 ^ keyBytes[($0 + offset) % 4] }
            for alignment in 0..<8 where Self.mask(bytes, key: key, offset: offset, alignment: alignment) != expected {
                wrong.append("\(count) bytes at alignment \(alignment)")
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func `Masking twice restores the payload`() {
        let bytes = Array("any payload at all".utf8)
        let masked = Self.mask(bytes, key: .max, offset: 3)
        #expect(masked != bytes)
        #expect(Self.mask(masked, key: .max, offset: 3) == bytes)
    }

    /// Masks a copy that starts `alignment` bytes behind an aligned address; the bytes around it have to stay.
    private static func mask(_ bytes: [UInt8], key: UInt32, offset: Int = 0, alignment: Int = 0) -> [UInt8] {
        let guards = [UInt8](repeating: 0x55, count: 8)
        var memory = guards[..<alignment] + bytes + guards
        memory.withUnsafeMutableBytes { all in
            let range = alignment..<alignment + bytes.count
            Masking.apply(key: key, offset: offset, to: UnsafeMutableRawBufferPointer(rebasing: all[range]))
        }
        #expect(memory.prefix(alignment).allSatisfy { $0 == 0x55 } && memory.suffix(8).elementsEqual(guards))
        return Array(memory.dropFirst(alignment).dropLast(8))
    }
}
