import CAllocationCounter
import NIOCore
import SkeinWire

/// Reading frames from clients and writing the headers of our own.
///
/// A read is handed over as NIO does it, in a buffer that nobody else refers to. The buffer comes back with the last message and is filled
/// again: that copy is part of what is measured, an allocation is not.
enum FrameBenchmarks {
    static let all: [Benchmark] = [
        Self.decode(
            "frame-decode/text-64",
            "The usual message of a client: every command that it sends passes here.",
            payload: 64,
            frames: 1
        ),
        Self.decode(
            "frame-decode/text-16k",
            "A large message: unmasking and validation count, not the header.",
            payload: 16 * 1024,
            frames: 1
        ),
        Self.decode(
            "frame-decode/many",
            "100 frames of 64 B in one read, per frame: must not become quadratic in the frames of a read.",
            payload: 64,
            frames: 100
        ),
        Self.splitHeader,
        Self.encode("frame-encode/small", "The header of nearly every frame that leaves.", payload: 64),
        Self.encode("frame-encode/large", "The longest form of a header.", payload: 70_000),
    ]

    private static func decode(_ name: String, _ reason: String, payload: Int, frames: Int) -> Benchmark {
        // A copy of a few bytes takes less than a clock can tell apart.
        let yardstick: Yardstick = payload < 1024 ? .byteLoop(payload) : .memcpy(payload)
        return .plain(name, reason, operations: frames, bytes: payload, yardstick: yardstick) {
            let frame = ClientFrame.text([UInt8](repeating: UInt8(ascii: "a"), count: payload))
            let read = Array(repeatElement(frame, count: frames).joined())
            var decoder = FrameDecoder()
            var buffer = ByteBufferAllocator().buffer(capacity: read.count)
            return { iterations in
                for _ in 0..<iterations {
                    buffer.clear()
                    buffer.writeBytes(read)
                    decoder.append(Self.take(&buffer))
                    while case .text(let message)? = decoder.next() {
                        benchmark_keep_number(UInt64(message.readableBytes))
                        buffer = message
                    }
                }
            }
        }
    }

    /// Gives the only reference away.
    private static func take(_ buffer: inout ByteBuffer) -> ByteBuffer {
        var taken = Self.empty
        swap(&taken, &buffer)
        return taken
    }

    private static let empty = ByteBuffer()

    private static var splitHeader: Benchmark {
        .plain(
            "frame-decode/split-header",
            "A frame whose header ends in the next read: what TCP may do to every frame must cost little more.",
            bytes: 64,
            yardstick: .byteLoop(64)
        ) {
            let frame = ClientFrame.text([UInt8](repeating: UInt8(ascii: "a"), count: 64))
            var decoder = FrameDecoder()
            var first = ByteBufferAllocator().buffer(capacity: 256)
            let second = ByteBuffer(bytes: frame[3...])
            return { iterations in
                for _ in 0..<iterations {
                    first.clear()
                    first.writeBytes(frame[..<3])
                    decoder.append(Self.take(&first))
                    benchmark_keep_number(decoder.next() == nil ? 0 : 1)
                    decoder.append(second)
                    guard case .text(let message)? = decoder.next() else { preconditionFailure("no message") }
                    first = message
                }
            }
        }
    }

    private static func encode(_ name: String, _ reason: String, payload: Int) -> Benchmark {
        .plain(name, reason) {
            let room = FrameEncoder.maximumHeaderLength
            var buffer = ByteBufferAllocator().buffer(capacity: room + payload)
            buffer.writeRepeatingByte(0x61, count: room + payload)
            return { iterations in
                for _ in 0..<iterations {
                    let start = FrameEncoder.setHeader(.text, payloadLength: payload, endingAt: room, in: &buffer)
                    benchmark_keep_number(UInt64(start))
                }
            }
        }
    }
}
