import SkeinWire
import Testing

@testable import SkeinBench

@Suite struct ServerFrameReaderTests {
    private struct Event: Equatable {
        let opcode: FrameOpcode
        let payload: [UInt8]
    }

    private static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        let first = opcode | (isFinal ? 0x80 : 0)
        switch payload.count {
        case ..<126: return [first, UInt8(payload.count)] + payload
        case ...0xFFFF: return [first, 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload
        default: return [first, 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 0xFF) } + payload
        }
    }

    private func events(_ reads: [ArraySlice<UInt8>]) throws -> [Event] {
        var reader = ServerFrameReader()
        var events: [Event] = []
        for read in reads {
            try Array(read).withUnsafeBytes { bytes in
                try reader.read(bytes) { (opcode, payload) throws(BenchmarkFailure) in
                    events.append(Event(opcode: opcode, payload: Array(payload)))
                }
            }
        }
        return events
    }

    private static let long = [UInt8](repeating: 0x61, count: 300)
    private static let bytes =
        frame(1, Array("{}".utf8)) + frame(9, [1, 2]) + frame(1, [0x61], isFinal: false) + frame(9, [])
        + frame(0, [0x62], isFinal: false) + frame(0, [0x63]) + frame(2, Self.long) + frame(1, []) + frame(8, [3, 232])
    private static let expected = [
        Event(opcode: .text, payload: Array("{}".utf8)), Event(opcode: .ping, payload: [1, 2]),
        Event(opcode: .ping, payload: []), Event(opcode: .text, payload: Array("abc".utf8)),
        Event(opcode: .binary, payload: Self.long), Event(opcode: .text, payload: []),
        Event(opcode: .close, payload: [3, 232]),
    ]

    @Test func aWholeReadIsCutIntoMessagesAndControlFrames() throws {
        #expect(try self.events([Self.bytes[...]]) == Self.expected)
    }

    @Test func theCutOfTheReadsChangesNothing() throws {
        for cut in 0...Self.bytes.count {
            #expect(try self.events([Self.bytes[..<cut], Self.bytes[cut...]]) == Self.expected, "cut at \(cut)")
        }
        #expect(try self.events(Self.bytes.indices.map { Self.bytes[$0...$0] }) == Self.expected)
    }

    @Test func lengthsOfSixtyFourBitsAreRead() throws {
        let payload = [UInt8](repeating: 0x62, count: 70_000)
        let frame = Self.frame(2, payload)
        #expect(try self.events([frame[..<9], frame[9..<60_000], frame[60_000...]]).map(\.payload) == [payload])
    }

    @Test(
        arguments: [
            [0xC1, 0], [0x81, 0x80], [0x83, 0], [0x80, 0], [0x01, 0, 0x81, 0],
            [0x82, 127, 0, 0, 0, 0, 0xFF, 0, 0, 0], [0x82, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]]
    )
    func whatNoServerMaySendIsAFailure(_ bytes: [UInt8]) {
        #expect(throws: BenchmarkFailure.self) { try self.events([bytes[...]]) }
    }
}
