import CAllocationCounter
import NIOCore
import SkeinCore
import SkeinWire

/// From a publication to the message that all subscribers of a format share: once per publication, whatever the audience.
enum PushBenchmarks {
    static let all: [Benchmark] = [
        Self.encode("push/json", "What a publication costs before it is sent to anybody who reads JSON.", .json),
        Self.encode("push/protobuf", "The same for the binary format.", .protobuf),
        Self.delta(
            "delta/1k",
            "The patch of a small document in which one value has changed: made once per publication, for all who asked.",
            size: 1024
        ),
        Self.delta("delta/16k", "The same of a large document: linear in its size.", size: 16 * 1024),
    ]

    static let publication = Publication(
        data: Array(#"{"text":"The quick brown fox jumps over the lazy dog","room":42,"urgent":false}"#.utf8),
        info: ClientInfo(user: "user-42", client: "0c6e1b52-3d4f-4a7b-8f61-2b9d7c1e5a90"),
        offset: 1234,
        epoch: "Ab3dEf6h",
        time: 1_700_000_000_000
    )

    private static let channel = ChannelName("chat:room-42")

    private static func encode(_ name: String, _ reason: String, _ format: WireFormat) -> Benchmark {
        var sample = ByteBuffer()
        Self.append(format, to: &sample)
        let size = sample.readableBytes
        return .plain(name, reason, bytes: size, yardstick: .byteLoop(size)) {
            var buffer = ByteBufferAllocator().buffer(capacity: 1024)
            return { iterations in
                for _ in 0..<iterations {
                    buffer.clear()
                    Self.append(format, to: &buffer)
                }
                benchmark_keep_number(UInt64(buffer.readableBytes))
            }
        }
    }

    private static func append(_ format: WireFormat, to buffer: inout ByteBuffer) {
        format.encodePublication(
            channel: Self.channel,
            Self.publication,
            payload: .plain,
            into: &buffer,
            first: true
        )
    }

    private static func delta(_ name: String, _ reason: String, size: Int) -> Benchmark {
        .plain(name, reason, bytes: size, yardstick: .byteLoop(size)) {
            let base = Self.document(size: size, changed: 7)
            let target = Self.document(size: size, changed: 8)
            return { iterations in
                for _ in 0..<iterations {
                    benchmark_keep_number(UInt64(FossilDelta.create(from: base, to: target).count))
                }
            }
        }
    }

    /// JSON of that many bytes; one number in the middle depends on `changed`.
    private static func document(size: Int, changed: Int) -> [UInt8] {
        var text = "{"
        var number = 0
        while text.utf8.count < size - 40 {
            let value = text.utf8.count * 2 / size == 1 && number % 10 == 0 ? changed : number &* 7919 % 1000
            text += #""value-\#(number)":\#(value),"#
            number += 1
        }
        text += #""end":""#
        return Array(text.utf8) + Array(repeating: UInt8(ascii: "x"), count: size - text.utf8.count - 2)
            + Array("\"}".utf8)
    }
}
