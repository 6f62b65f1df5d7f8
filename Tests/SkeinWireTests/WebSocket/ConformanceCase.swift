import SkeinWire
import Testing

/// One row of the table: what a client sends, and what comes out of the decoder.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let expected: [FrameEvent]
    let limits: FrameLimits

    init(_ name: String, _ frames: [ClientFrame], _ expected: [FrameEvent], limits: FrameLimits = FrameLimits()) {
        self.init(name, bytes: frames.flatMap(\.bytes), expected, limits: limits)
    }

    init(_ name: String, bytes: [UInt8], _ expected: [FrameEvent], limits: FrameLimits = FrameLimits()) {
        self.name = name
        self.bytes = bytes
        self.expected = expected
        self.limits = limits
    }

    var testDescription: String { self.name }

    static let all: [Self] = [
        Self.framing, Self.pings, Self.reservedBits, Self.opcodes, Self.fragmentation, Self.closing, Self.headers,
        Self.boundaries,
    ].flatMap { $0 }
}
