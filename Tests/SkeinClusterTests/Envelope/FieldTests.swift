import NIOCore
import SkeinTestKit
import Testing

@testable import SkeinCluster

@Suite
struct FieldTests {
    @Test
    func `a message has a version and then tags, lengths and values`() {
        var writer = FieldWriter()
        writer.write("é", tag: 1)
        writer.write(0x0102_0304_0506_0708, tag: 2)
        writer.write(true, tag: 3)
        writer.write([0xAA, 0xBB], tag: 0xFF)
        var nested = FieldWriter(version: 2)
        nested.write(false, tag: 0)
        writer.write(nested, tag: 5)
        let expected: [UInt8] = [
            0x01,
            0x01, 0x00, 0x00, 0x00, 0x02, 0xC3, 0xA9,
            0x02, 0x00, 0x00, 0x00, 0x08, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
            0x03, 0x00, 0x00, 0x00, 0x01, 0x01,
            0xFF, 0x00, 0x00, 0x00, 0x02, 0xAA, 0xBB,
            0x05, 0x00, 0x00, 0x00, 0x07, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
        ]
        #expect(Array(writer.message.readableBytesView) == expected)
    }

    @Test
    func `fields come back in their order, with their values`() throws {
        let texts = EnvelopeSamples.texts + [String(repeating: "x", count: 1_000_000)]
        var writer = FieldWriter()
        for text in texts { writer.write(text, tag: 7) }
        for number in [0, 1, UInt64.max] { writer.write(number, tag: 8) }
        for flag in [true, false] { writer.write(flag, tag: 9) }
        for bytes in EnvelopeSamples.payloads { writer.write(bytes, tag: 0) }
        let reader = try #require(FieldReader(writer.message))
        #expect(reader.version == 1)
        #expect(reader.all(7).map { $0.text.map { Array($0.utf8) } } == texts.map { Array($0.utf8) })
        #expect(reader.all(8).map { $0.number } == [0, 1, .max])
        #expect(reader.all(9).map { $0.flag } == [true, false])
        #expect(reader.all(0).map { $0.bytes } == EnvelopeSamples.payloads)
        #expect(reader.first(8)?.number == 0)
        #expect(reader.first(10) == nil)
        #expect(reader.all(10).isEmpty)
        let tags = [7, 7, 7, 7, 7, 7, 7, 8, 8, 8, 9, 9, 0, 0, 0, 0, 0] as [UInt8]
        #expect(reader.map { $0.tag } == tags)
        #expect(reader.map { $0.tag } == tags, "a reader can be walked again")
    }

    @Test
    func `messages nest, each with its version`() throws {
        var inner = FieldWriter(version: 9)
        inner.write("deep", tag: 1)
        var middle = FieldWriter()
        middle.write(inner, tag: 2)
        middle.write(FieldWriter(), tag: 2)
        var writer = FieldWriter()
        writer.write(middle, tag: 3)
        let nested = try #require(FieldReader(writer.message)?.first(3)?.message?.all(2))
        #expect(nested.count == 2)
        let first = try #require(nested.first?.message)
        #expect(first.version == 9)
        #expect(first.first(1)?.text == "deep")
        let last = try #require(nested.last?.message)
        #expect(last.map { $0.tag }.isEmpty)
    }

    @Test
    func `the version of a newer sender is told, and its fields are read`() throws {
        for version in 1...UInt8.max {
            var writer = FieldWriter(version: version)
            writer.write("name", tag: 1)
            writer.write([1, 2, 3], tag: 200)
            let reader = try #require(FieldReader(writer.message))
            #expect(reader.version == version)
            #expect(reader.first(1)?.text == "name")
        }
    }

    @Test
    func `a message without fields is one, and one without a version is none`() throws {
        let reader = try #require(FieldReader(ByteBuffer(bytes: [1])))
        #expect(reader.map { $0.tag }.isEmpty)
        #expect(FieldReader(ByteBuffer()) == nil)
        #expect(FieldReader(ByteBuffer(bytes: [0])) == nil)
        #expect(FieldReader(ByteBuffer(bytes: [0, 1, 0, 0, 0, 0])) == nil)
    }

    @Test
    func `a message is read from where its buffer stands`() throws {
        var writer = FieldWriter()
        writer.write(5, tag: 1)
        writer.write(true, tag: 2)
        var buffer = ByteBuffer(bytes: [9, 9, 9])
        buffer.writeImmutableBuffer(writer.message)
        buffer.moveReaderIndex(forwardBy: 3)
        let reader = try #require(FieldReader(buffer))
        #expect(reader.first(1)?.number == 5)
        #expect(reader.first(2)?.flag == true)
    }

    @Test
    func `a value of another type is nil`() throws {
        var writer = FieldWriter()
        for bytes in [[], [2], [0xFF], Array(repeating: 0, count: 7), Array(repeating: 0, count: 9)] as [[UInt8]] {
            writer.write(bytes, tag: 1)
        }
        let reader = try #require(FieldReader(writer.message))
        #expect(reader.allSatisfy { $0.number == nil })
        #expect(reader.allSatisfy { $0.flag == nil })
        #expect(reader.allSatisfy { $0.message == nil || $0.bytes == [2] || $0.bytes == [0xFF] })
        #expect(reader.map { $0.text != nil } == [true, true, false, true, true])
    }

    @Test
    func `a message that is cut short inside a field is nothing`() {
        var writer = FieldWriter()
        var ends: Set<Int> = [1]
        for text in EnvelopeSamples.texts {
            writer.write(text, tag: 1)
            ends.insert(writer.message.readableBytes)
        }
        let bytes = Array(writer.message.readableBytesView)
        for count in 0...bytes.count {
            let reader = FieldReader(ByteBuffer(bytes: bytes[..<count]))
            #expect((reader != nil) == ends.contains(count))
        }
    }

    @Test
    func `lengths near the largest are nothing`() {
        for length in [0xFFFF_FFFF, 0x8000_0000, 0x7FFF_FFFF, 5] as [UInt32] {
            var message = ByteBuffer(bytes: [1, 1])
            message.writeInteger(length)
            message.writeBytes([0, 0, 0, 0])
            #expect(FieldReader(message) == nil)
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `random bytes are nothing, or fields that are written as those bytes`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<5_000 {
            let bytes = Self.message(&generator)
            guard let reader = FieldReader(ByteBuffer(bytes: bytes)) else { continue }
            accepted += 1
            var writer = FieldWriter(version: reader.version)
            for field in reader {
                _ = (field.text, field.number, field.flag, field.message)
                writer.write(field.bytes, tag: field.tag)
            }
            if Array(writer.message.readableBytesView) != bytes { Issue.record("\(bytes)") }
        }
        #expect((500..<4_500).contains(accepted))
    }

    /// Fields with small lengths, some of which are wrong.
    private static func message(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = [.random(in: 0...3, using: &generator)]
        for _ in 0..<Int.random(in: 0..<5, using: &generator) {
            let length = UInt8.random(in: 0..<12, using: &generator)
            bytes += [generator.next(), 0, 0, 0, length]
            for _ in 0..<length { bytes.append(generator.next()) }
        }
        if Bool.random(using: &generator) {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0..<12, using: &generator)
        }
        if generator.next() % 4 == 0 { bytes.removeLast() }
        return bytes
    }
}
