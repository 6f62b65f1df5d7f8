import NIOCore
import SkeinTestKit
import SkeinWire
import Testing

/// The cases of the public conformance suite for servers, at the level of the decoder.
@Suite struct FrameConformanceTests {
    @Test(arguments: ConformanceCase.all)
    func `Each row decodes as RFC 6455 says, however it is cut into reads`(_ row: ConformanceCase) {
        #expect(FrameFeeding.events(row.bytes, limits: row.limits) == row.expected)
        var random = SeededGenerator(seed: UInt64(row.bytes.count))
        for spacing in [3, 20, 997] where row.bytes.count / spacing < 4000 {
            let cuts = FrameFeeding.cuts(count: row.bytes.count, spacing: spacing, random: &random)
            #expect(FrameFeeding.events(row.bytes, cutAt: cuts, limits: row.limits) == row.expected)
        }
        guard row.bytes.count < 12_000 else { return }
        #expect(FrameFeeding.events(row.bytes, readSize: 1, limits: row.limits) == row.expected)
        guard row.bytes.count < 300 else { return }
        for cut in 0...row.bytes.count {
            #expect(FrameFeeding.events(row.bytes, cutAt: [cut], limits: row.limits) == row.expected)
        }
    }

    @Test(arguments: ConformanceCase.all)
    func `Nothing comes out of a prefix that the whole stream takes back`(_ row: ConformanceCase) {
        let step = max(1, row.bytes.count / 100)
        for count in stride(from: 0, to: row.bytes.count, by: step) {
            let events = FrameFeeding.events(Array(row.bytes.prefix(count)), limits: row.limits)
            #expect(row.expected.starts(with: events))
        }
    }

    @Test(arguments: UTF8Case.all)
    func `Text is what it claims to be`(_ row: UTF8Case) {
        let expected: FrameEvent = row.isValid ? .text(ByteBuffer(bytes: row.bytes)) : .failure(.utf8)
        #expect((String(validating: row.bytes, as: UTF8.self) != nil) == row.isValid, "the table itself is wrong")
        let whole = ClientFrame(1, row.bytes).bytes
        #expect(FrameFeeding.events(whole) == [expected])
        #expect(FrameFeeding.events(whole, readSize: 1) == [expected])
        for cut in 0...row.bytes.count {
            let frames = [
                ClientFrame(1, Array(row.bytes.prefix(cut)), final: false),
                ClientFrame(0, Array(row.bytes.dropFirst(cut))),
            ]
            #expect(FrameFeeding.events(frames.flatMap(\.bytes)) == [expected])
            #expect(FrameFeeding.events(whole, cutAt: [min(cut + 6, whole.count)]) == [expected])
        }
        let octets = row.bytes.map { ClientFrame(0, [$0], final: false).bytes }
        let fragments = ClientFrame(1, final: false).bytes + octets.joined() + ClientFrame(0).bytes
        #expect(FrameFeeding.events(fragments) == [expected])
    }

    @Test(arguments: UTF8Case.all.filter { !$0.isValid })
    func `Invalid text fails at the first byte that nothing can repair (RFC 6455 8.1)`(_ row: UTF8Case) {
        let frame = ClientFrame(1, row.bytes + Array("and more".utf8)).bytes
        let fragment = ClientFrame(1, row.bytes, final: false).bytes
        guard let position = row.failsAfter else {
            #expect(FrameFeeding.events(fragment).isEmpty)
            return
        }
        let header = frame.count - row.bytes.count - 8
        #expect(FrameFeeding.events(Array(frame.prefix(header + position - 1))).isEmpty)
        #expect(FrameFeeding.events(Array(frame.prefix(header + position))) == [.failure(.utf8)])
        #expect(FrameFeeding.events(Array(frame.prefix(header + position)), readSize: 1) == [.failure(.utf8)])
        #expect(FrameFeeding.events(fragment) == [.failure(.utf8)])
    }
}
