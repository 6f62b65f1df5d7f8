import NIOCore
import SkeinTestKit
import SkeinWire
import Testing

/// Random streams, cut at random, against the model.
@Suite struct FrameDecoderHistoryTests {
    private static let limits = FrameLimits(maximumMessageSize: 400, maximumFragments: 6)

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `Random histories agree with the model, however they are cut`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let frames = Self.history(&random)
            var model = FrameModel(limits: Self.limits)
            for frame in frames { model.receive(frame) }
            let bytes = frames.flatMap(\.bytes)
            #expect(FrameFeeding.events(bytes, limits: Self.limits) == model.events, "seed \(seed): \(frames)")
            for spacing in [2, 20, 300] {
                let cuts = FrameFeeding.cuts(count: bytes.count, spacing: spacing, random: &random)
                let events = FrameFeeding.events(bytes, cutAt: cuts, limits: Self.limits)
                #expect(events == model.events, "seed \(seed), cuts \(cuts): \(frames)")
            }
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `Random bytes never trap, and end the same however they are cut`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            var bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if bytes.count > 2 { bytes.replaceSubrange(0..<2, with: [0x82, 0x80 | bytes[1]]) }
            let expected = FrameFeeding.events(bytes, limits: Self.limits)
            #expect(FrameFeeding.events(bytes, readSize: 1, limits: Self.limits) == expected)
            let cuts = FrameFeeding.cuts(count: bytes.count, spacing: 9, random: &random)
            #expect(FrameFeeding.events(bytes, cutAt: cuts, limits: Self.limits) == expected)
        }
    }

    @Test func `Random histories reach every kind of event and of failure`() {
        var seen: Set<String> = []
        for seed in 0..<10 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            for _ in 0..<60 {
                var model = FrameModel(limits: Self.limits)
                for frame in Self.history(&random) { model.receive(frame) }
                seen.formUnion(model.events.map(Self.label))
            }
        }
        let failures = FrameError.Kind.allCases.map(\.rawValue)
        #expect(seen == Set(["text", "binary", "ping", "pong", "close"] + failures))
    }

    private static func label(_ event: FrameEvent) -> String {
        switch event {
        case .text: "text"
        case .binary: "binary"
        case .ping: "ping"
        case .pong: "pong"
        case .close: "close"
        case .failure(let error): error.kind.rawValue
        }
    }

    /// Mostly well-formed, so that histories get far; one frame in 25 has a defect.
    private static func history(_ random: inout SeededGenerator) -> [ClientFrame] {
        var isInside = false
        return (0..<Int.random(in: 1...30, using: &random)).map { _ in
            var frame = Self.frame(isInside: isInside, &random)
            if frame.opcode < 8 { isInside = !frame.isFinal }
            if Int.random(in: 0..<25, using: &random) == 0 { Self.damage(&frame, &random) }
            return frame
        }
    }

    private static func frame(isInside: Bool, _ random: inout SeededGenerator) -> ClientFrame {
        var frame: ClientFrame
        switch Int.random(in: 0..<40, using: &random) {
        case 0: frame = .close([1000, 1005, 3000, 4999, 5000].randomElement(using: &random) ?? 0, Self.text(&random))
        case 1..<8: frame = ClientFrame(Bool.random(using: &random) ? 9 : 10, Self.text(&random))
        default:
            frame = ClientFrame(isInside ? 0 : Bool.random(using: &random) ? 1 : 2, Self.text(&random))
            frame.isFinal = Bool.random(using: &random)
        }
        frame.key = UInt32.random(in: 0...(.max), using: &random)
        return frame
    }

    private static func text(_ random: inout SeededGenerator) -> [UInt8] {
        let characters = Array("aZ 0é世😀")
        return (0..<Int.random(in: 0...30, using: &random)).flatMap { _ in
            Array((characters.randomElement(using: &random) ?? " ").utf8)
        }
    }

    private static func damage(_ frame: inout ClientFrame, _ random: inout SeededGenerator) {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: frame.reserved = UInt8.random(in: 1...7, using: &random)
        case 1: frame.opcode = UInt8.random(in: 0...15, using: &random)
        case 2: frame.isMasked = false
        case 3: frame.isFinal.toggle()
        case 4: frame.lengthForm = Bool.random(using: &random) ? .sixteenBits : .sixtyFourBits
        case 5: frame.payload += [UInt8](repeating: 0x61, count: Int.random(in: 100...500, using: &random))
        case 6: frame.payload = Array(frame.payload.dropLast())
        default: frame.payload.append(UInt8.random(in: 0x80...0xFF, using: &random))
        }
    }
}
