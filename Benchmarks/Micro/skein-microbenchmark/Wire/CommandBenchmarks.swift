import CAllocationCounter
import NIOCore
import SkeinCore
import SkeinWire

/// From the content of a frame to a command.
enum CommandBenchmarks {
    static let all: [Benchmark] = [
        Self.decode(
            "command/json-publish",
            "The command that a chatting client sends most.",
            .json,
            Array(Self.publish.utf8)
        ),
        Self.decode(
            "command/json-connect",
            "The first command of every client: after a restart of a node all of them come at once.",
            .json,
            Array(Self.connect.utf8)
        ),
        Self.decode(
            "command/protobuf-publish",
            "The same command of a client that chose the binary format.",
            .protobuf,
            Self.protobufPublish
        ),
    ]

    private static let data = #"{"text":"The quick brown fox jumps over the lazy dog","room":42,"urgent":false}"#
    private static let publish = #"{"id":17,"publish":{"channel":"chat:room-42","data":\#(Self.data)}}"#
    /// With a token of the usual size, and a subscription to recover.
    private static let connect = """
        {"id":1,"connect":{"token":"\(String(repeating: "eyJhbGciOiJIUzI1NiJ9", count: 12))","name":"js","version":"5.2.2",\
        "data":{"device":"phone"},"subs":{"chat:room-42":{"recover":true,"epoch":"Ab3dEf6h","offset":1234}}}}
        """

    /// `Command { id: 17, publish: { channel, data } }` with its length in front.
    private static let protobufPublish: [UInt8] = {
        func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
            [number << 3 | 2] + Self.varint(content.count) + content
        }
        let publish = field(1, Array("chat:room-42".utf8)) + field(2, Array(Self.data.utf8))
        let command: [UInt8] = [1 << 3, 17] + field(7, publish)
        return Self.varint(command.count) + command
    }()

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + Self.varint(value >> 7)
    }

    private static func decode(_ name: String, _ reason: String, _ format: WireFormat, _ message: [UInt8]) -> Benchmark
    {
        .plain(name, reason, bytes: message.count, yardstick: .byteLoop(message.count)) {
            let buffer = ByteBuffer(bytes: message)
            var decoded = 0
            try format.decodeCommands(in: buffer, limit: 64) { _ in decoded += 1 }
            guard decoded == 1 else { throw BenchmarkFailure("\(name): \(decoded) commands instead of one") }
            return { iterations in
                for _ in 0..<iterations {
                    do {
                        try format.decodeCommands(in: buffer, limit: 64) { benchmark_keep_number(UInt64($0.id)) }
                    } catch {
                        preconditionFailure("was valid before")
                    }
                }
            }
        }
    }
}
