import NIOCore
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinWire

/// A publish that is read by hand is what the generated code reads, and nothing else is read by hand.
@Suite struct PublishProtobufTests {
    private static let plain: [UInt8] =
        [0x08, 3, 0x3A, 9, 0x0A, 3] + Array("a:b".utf8) + [0x12, 2] + Array("{}".utf8)

    private func read(_ bytes: [UInt8]) -> Command? {
        bytes.withUnsafeBytes { PublishProtobuf.read($0) }
    }

    private func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private func publish(id: UInt64, channel: [UInt8], data: [UInt8]) -> [UInt8] {
        let request =
            [0x0A] + self.varint(UInt64(channel.count)) + channel + [0x12] + self.varint(UInt64(data.count)) + data
        return [0x08] + self.varint(id) + [0x3A] + self.varint(UInt64(request.count)) + request
    }

    @Test func `a plain publish is read by hand`() {
        let expected = Command(id: 3, .publish(PublishRequest(channel: "a:b", data: Array("{}".utf8))))
        #expect(self.read(Self.plain) == expected)
    }

    @Test(arguments: [1, 127, 128, 16_383, 16_384, 65_536])
    func `data of every length is read by hand`(length: Int) throws {
        let data = [UInt8](repeating: 7, count: length)
        let bytes = self.publish(id: UInt64(UInt32.max), channel: Array("é".utf8), data: data)
        let command = try #require(self.read(bytes))
        #expect(command == Command(id: .max, .publish(PublishRequest(channel: "é", data: data))))
        #expect(try CommandProtobuf.generated(ByteBuffer(bytes: bytes)) == command)
    }

    @Test func `an id of more than 32 bits is left to the generated code`() {
        #expect(self.read(self.publish(id: 1 << 32, channel: [0x61], data: [1])) == nil)
    }

    @Test func `what is cut off or goes on is left to the generated code`() {
        for length in 0..<Self.plain.count { #expect(self.read(Array(Self.plain.prefix(length))) == nil) }
        #expect(self.read(Self.plain + [0x08, 4]) == nil)
    }

    @Test func `a channel that is no UTF-8 is left to the generated code, which refuses it`() {
        let bytes = self.publish(id: 1, channel: [0xFF], data: [1])
        #expect(self.read(bytes) == nil)
        #expect(throws: CommandDecodingError.self) { try CommandProtobuf.generated(ByteBuffer(bytes: bytes)) }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `whatever bytes come, both readers agree`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let channel = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator) & (Bool.random(using: &generator) ? 0x7F : 0xFF)
        }
        let data = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        let id = UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64.random(in: 0...64, using: &generator)
        let whole = self.publish(id: id, channel: channel, data: data)
        for changes in 0..<40 {
            var bytes = whole
            for _ in 0..<min(changes, 3) {
                // The front decides what the rest is taken for.
                let place = Int.random(in: 0..<min(bytes.count, 12), using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let command = self.read(bytes) else { continue }
            let generated = try? CommandProtobuf.generated(ByteBuffer(bytes: bytes))
            #expect(generated == command, "\(bytes)")
        }
    }

    @Test(arguments: [0, 1, 127, 128, 300, UInt32.max])
    func `the reply has the bytes that generated code writes`(id: UInt32) {
        let reply = Reply(id: id, .publish)
        var written = ByteBuffer()
        WireFormat.protobuf.encodePublishReply(id: id, into: &written, first: true)
        var generated = ByteBuffer()
        ProtobufFrame.append(Skein_Centrifuge_Reply(reply), to: &generated)
        #expect(written == generated)
    }
}
