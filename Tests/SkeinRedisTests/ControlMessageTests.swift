import NIOCore
import SkeinCluster
import SkeinTestKit
import Testing

@testable import SkeinRedis

@Suite struct ControlMessageTests {
    private static let messages: [ControlMessage] = [
        ControlMessage(
            .question,
            id: 7,
            sender: "node-1",
            replyChannel: "skein:x:node:abc",
            content: ByteBuffer(bytes: [0, 1, 255])
        ),
        ControlMessage(.answer, id: .max, sender: "é", content: ByteBuffer(string: "content")),
        ControlMessage(.probe, id: 0, sender: ""),
    ]

    private static func read(_ bytes: [UInt8]) -> ControlMessage? { bytes.withUnsafeBytes { ControlMessage($0) } }

    private static func bytes(_ message: ControlMessage) -> [UInt8] { Array(buffer: message.encoded) }

    @Test(arguments: 0..<3)
    func `a message is read as it was written`(_ index: Int) throws {
        let message = Self.messages[index]
        let read = try #require(Self.read(Self.bytes(message)))
        #expect(read.kind == message.kind)
        #expect(read.id == message.id)
        #expect(read.sender == message.sender)
        #expect(read.replyChannel == message.replyChannel)
        #expect(read.content == message.content)
    }

    @Test(arguments: 0..<3)
    func `a message that was cut short without its end being seen is none`(_ index: Int) throws {
        let bytes = Self.bytes(Self.messages[index])
        for length in 0..<bytes.count {
            guard let cut = Self.read(Array(bytes.prefix(length))) else { continue }
            // Cut between fields: what is needed is there, the rest is optional.
            #expect(cut.id == Self.messages[index].id)
            #expect(cut.sender == Self.messages[index].sender)
        }
        #expect(Self.read(bytes + [9]) == nil)
    }

    @Test func `random bytes and damaged messages never trap`() {
        var random = SeededGenerator(seed: 1)
        let whole = Self.bytes(Self.messages[0])
        for _ in 0..<3000 {
            _ = Self.read(
                (0..<Int.random(in: 0..<40, using: &random)).map { _ in .random(in: 0 ... .max, using: &random) }
            )
            var damaged = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
            _ = Self.read(damaged)
        }
    }

    @Test(arguments: [0, 4, 5, 1000, .max] as [UInt64])
    func `a message of an unknown kind is none`(_ kind: UInt64) {
        var writer = FieldWriter()
        writer.write(kind, tag: 1)
        writer.write(1, tag: 2)
        writer.write("node", tag: 3)
        #expect(Self.read(Array(buffer: writer.message)) == nil)
    }

    @Test func `fields that a newer node adds are passed over`() throws {
        var writer = FieldWriter(version: 9)
        writer.write("new", tag: 200)
        writer.write(1, tag: 1)
        writer.write([1, 2, 3], tag: 6)
        writer.write(42, tag: 2)
        writer.write("node", tag: 3)
        let read = try #require(Self.read(Array(buffer: writer.message)))
        #expect(read.kind == .question)
        #expect(read.id == 42)
        #expect(read.replyChannel == "")
    }

    @Test(arguments: [1, 2, 3] as [UInt8])
    func `a message without a field that it needs is none`(_ missing: UInt8) {
        var writer = FieldWriter()
        if missing != 1 { writer.write(1, tag: 1) }
        if missing != 2 { writer.write(1, tag: 2) }
        if missing != 3 { writer.write("node", tag: 3) }
        #expect(Self.read(Array(buffer: writer.message)) == nil)
    }
}
