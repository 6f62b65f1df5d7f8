import NIOCore
import SkeinCore
import SkeinTestKit
import SkeinWire

/// Ways to bring bytes to a decoder.
enum FrameFeeding {
    /// Everything that comes out of `bytes`, which arrive in reads that end at `cuts`.
    static func events(
        _ bytes: [UInt8],
        cutAt cuts: [Int] = [],
        limits: FrameLimits = FrameLimits()
    ) -> [FrameEvent] {
        var decoder = FrameDecoder(limits: limits)
        var events: [FrameEvent] = []
        var start = 0
        for end in cuts + [bytes.count] {
            decoder.append(ByteBuffer(bytes: bytes[start..<end]))
            while let event = decoder.next() { events.append(event) }
            start = end
        }
        return events
    }

    /// The same with reads of `size` bytes.
    static func events(
        _ bytes: [UInt8],
        readSize size: Int,
        limits: FrameLimits = FrameLimits()
    ) -> [FrameEvent] {
        self.events(bytes, cutAt: Array(stride(from: size, to: bytes.count, by: size)), limits: limits)
    }

    /// Ascending random cuts, on average one in `spacing` bytes; some reads are empty.
    static func cuts(count: Int, spacing: Int, random: inout SeededGenerator) -> [Int] {
        (0..<max(1, count / spacing)).map { _ in Int.random(in: 0...count, using: &random) }.sorted()
    }
}

extension FrameEvent {
    static func text(_ text: String) -> Self { .text(ByteBuffer(string: text)) }
    static func ping(_ text: String) -> Self { .ping(ByteBuffer(string: text)) }
    static func pong(_ text: String) -> Self { .pong(ByteBuffer(string: text)) }
    static func binary(_ bytes: [UInt8]) -> Self { .binary(ByteBuffer(bytes: bytes)) }
    static func failure(_ kind: FrameError.Kind) -> Self { .failure(FrameError(kind)) }
    static func close(_ code: UInt16, _ reason: String = "") -> Self { .close(DisconnectCode(code, reason)) }
}
