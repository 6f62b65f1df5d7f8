import NIOCore
import SkeinCore
import SkeinWire
import Testing

/// Every first pair of bytes with every interesting length: none traps, and each meets the verdict of a plain reading
/// of the RFC.
@Suite struct FrameHeaderSweepTests {
    private static let sixteenBitLengths: [UInt64] = [0, 1, 125, 126, 127, 1000, 1001, 65_535]
    private static let sixtyFourBitLengths: [UInt64] = [
        0, 1, 125, 126, 65_535, 65_536, 65_537, 1 << 24, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 62,
        (1 << 63) - 1, 1 << 63, .max,
    ]

    @Test(arguments: 0...15 as ClosedRange<UInt8>)
    func `All headers of an opcode are judged, none traps (RFC 6455 5.2)`(_ opcode: UInt8) {
        var wrong: [String] = []
        for upper in 0...15 as ClosedRange<UInt8> {
            for second in 0...255 as ClosedRange<UInt8> {
                for length in Self.lengths(second) where !Self.isJudgedRight(upper << 4 | opcode, second, length) {
                    wrong.append("\(upper << 4 | opcode) \(second) \(length)")
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    private static func lengths(_ second: UInt8) -> [UInt64] {
        switch second & 0x7F {
        case 126: Self.sixteenBitLengths
        case 127: Self.sixtyFourBitLengths
        default: [UInt64(second & 0x7F)]
        }
    }

    private static func isJudgedRight(_ first: UInt8, _ second: UInt8, _ length: UInt64) -> Bool {
        var decoder = FrameDecoder(limits: FrameLimits(maximumMessageSize: 1000))
        var header = [first, second]
        if second & 0x7F == 126 { header += ClientFrame.bigEndian(length, count: 2) }
        if second & 0x7F == 127 { header += ClientFrame.bigEndian(length, count: 8) }
        decoder.append(ByteBuffer(bytes: header))
        let verdict = Self.verdict(first, second, length)
        var event = decoder.next()
        if event == nil {
            decoder.append(ByteBuffer(bytes: [0, 0, 0, 0]))
            event = decoder.next()
        }
        if let verdict {
            guard case .failure(let error) = event else { return false }
            return error.closeCode.code == verdict && decoder.next() == nil
        }
        guard decoder.retainedByteCount <= 256 else { return false }
        // Nothing is wrong so far: without payload the frame is complete, unless it only starts a message.
        let endsHere = length == 0 && (first & 0x80 != 0)
        return (event != nil) == endsHere
    }

    /// The close code that a header deserves; nil when the frame may go on.
    private static func verdict(_ first: UInt8, _ second: UInt8, _ length: UInt64) -> UInt16? {
        let opcode = first & 0x0F
        let isControl = opcode >= 8
        if first & 0x70 != 0 || second & 0x80 == 0 || ![0, 1, 2, 8, 9, 10].contains(opcode) { return 1002 }
        if isControl && (first & 0x80 == 0 || second & 0x7F > 125) { return 1002 }
        if second & 0x7F == 126 && length < 126 { return 1002 }
        if second & 0x7F == 127 && (length < 65_536 || length >= 1 << 63) { return 1002 }
        if opcode == 0 { return 1002 }
        return !isControl && length > 1000 ? 1009 : nil
    }
}
