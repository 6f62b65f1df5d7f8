import NIOCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

@Suite struct RESPCommandWriterTests {
    private func text(_ buffer: ByteBuffer) -> String { String(buffer: buffer) }

    @Test func `every type of word has its known bytes`() {
        var writer = RESPCommandWriter()
        writer.begin(7)
        writer.append("SET")
        writer.append("key" as StaticString)
        writer.append([0x00, 0xFF, 0x0D, 0x0A])
        [UInt8]("raw".utf8).withUnsafeBytes { writer.append($0) }
        writer.append(ByteBuffer(string: "buffer"))
        writer.append(-42)
        writer.append(byteCount: 4) { buffer in
            buffer.writeInteger(0x6162 as UInt16)
            buffer.writeString("cd")
        }
        let expected =
            [UInt8]("*7\r\n$3\r\nSET\r\n$3\r\nkey\r\n$4\r\n".utf8) + [0x00, 0xFF, 0x0D, 0x0A]
            + [UInt8]("\r\n$3\r\nraw\r\n$6\r\nbuffer\r\n$3\r\n-42\r\n$4\r\nabcd\r\n".utf8)
        #expect(Array(writer.take().readableBytesView) == expected)
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, -1, -9, -10, 999_999_999, 1_000_000_000, Int.max, Int.min, Int.min + 1])
    func `an integer is written in decimal`(_ value: Int) {
        var writer = RESPCommandWriter()
        writer.begin(1)
        writer.append(value)
        #expect(self.text(writer.take()) == "*1\r\n$\(String(value).utf8.count)\r\n\(value)\r\n")
    }

    @Test func `words without bytes have the length 0`() {
        var writer = RESPCommandWriter()
        writer.begin(6)
        writer.append("")
        writer.append("" as StaticString)
        writer.append([])
        writer.append(UnsafeRawBufferPointer(start: nil, count: 0))
        writer.append(ByteBuffer())
        writer.append(byteCount: 0) { _ in }
        #expect(self.text(writer.take()) == "*6\r\n" + String(repeating: "$0\r\n\r\n", count: 6))
    }

    @Test func `text is written as UTF-8, also when it is not stored so`() {
        var writer = RESPCommandWriter()
        writer.begin(2)
        writer.append("grün")
        writer.append(String(String("abc€".reversed()).reversed()))
        #expect(self.text(writer.take()) == "*2\r\n$5\r\ngrün\r\n$6\r\nabc€\r\n")
    }

    @Test func `a buffer is appended without being read, and only what is readable of it`() {
        var argument = ByteBuffer(string: "skip-this")
        argument.moveReaderIndex(forwardBy: 5)
        var writer = RESPCommandWriter()
        writer.begin(1)
        writer.append(argument)
        #expect(self.text(writer.take()) == "*1\r\n$4\r\nthis\r\n")
        #expect(argument.readableBytes == 4)
    }

    @Test func `commands follow each other, behind what the buffer held`() {
        var writer = RESPCommandWriter(ByteBuffer(string: "before"))
        for _ in 0..<2 {
            writer.begin(1)
            writer.append("PING")
        }
        #expect(writer.byteCount == 6 + 28)
        #expect(self.text(writer.take()) == "before*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n")
        #expect(writer.byteCount == 0)
        writer.begin(1)
        writer.append("QUIT")
        #expect(self.text(writer.take()) == "*1\r\n$4\r\nQUIT\r\n")
    }

    @Test func `the room of what was taken is used again, and nothing of what was in it`() {
        var writer = RESPCommandWriter()
        writer.begin(1)
        writer.append("PING")
        let taken = writer.take()
        #expect(self.text(taken) == "*1\r\n$4\r\nPING\r\n")
        writer.reuse(taken)
        #expect(writer.byteCount == 0)
        #expect(self.text(taken) == "*1\r\n$4\r\nPING\r\n")
        writer.begin(1)
        writer.append("QUIT")
        writer.reuse(ByteBuffer(string: "old"))
        #expect(self.text(writer.take()) == "*1\r\n$4\r\nQUIT\r\n")
    }

    @Test func `commands that somebody keeps do not make others as large as the largest`() {
        var writer = RESPCommandWriter(ByteBuffer(repeating: 0, count: 60_000))
        var kept = [writer.take()]
        for _ in 0..<3 {
            kept[kept.count - 1].moveReaderIndex(forwardBy: max(0, kept[kept.count - 1].readableBytes - 14))
            writer.reuse(kept[kept.count - 1])
            writer.begin(1)
            writer.append("PING")
            kept.append(writer.take())
        }
        #expect(kept.dropFirst().allSatisfy { $0.capacity < 1000 })
    }

    @Test func `a rare command is one line`() {
        var buffer = ByteBuffer(string: "x")
        buffer.writeCommand("CLIENT", "SETNAME", "a b")
        buffer.writeCommand("PING")
        #expect(self.text(buffer) == "x*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$3\r\na b\r\n*1\r\n$4\r\nPING\r\n")
    }

    @Test func `what was written reads back as the same words`() {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<1000 {
            var writer = RESPCommandWriter()
            var words: [RESPValue] = []
            let count = Int.random(in: 1...12, using: &random)
            writer.begin(count)
            for _ in 0..<count {
                let size = Int.random(in: 0...Int.random(in: 1...500, using: &random), using: &random)
                let bytes = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                let number = Int(truncatingIfNeeded: random.next() >> UInt64.random(in: 0..<64, using: &random))
                switch Int.random(in: 0..<5, using: &random) {
                case 0: writer.append(bytes)
                case 1: writer.append(ByteBuffer(bytes: bytes))
                case 2: writer.append(byteCount: size) { $0.writeBytes(bytes) }
                case 3:
                    let (first, second) = (String(repeating: "é", count: size), number % 2 == 0 ? "" : "\(number)")
                    writer.append(first, second)
                    words.append(.bulk(Array((first + second).utf8)))
                    continue
                default:
                    writer.append(number)
                    words.append(.bulk("\(number)"))
                    continue
                }
                words.append(.bulk(bytes))
            }
            #expect(RESPOutcome([Array(writer.take().readableBytesView)]).values == [.array(words)])
        }
    }

    @Test func `a command with a word too many stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = RESPCommandWriter()
            writer.begin(1)
            writer.append("PING")
            writer.append("again")
        }
    }

    @Test func `a command with a word too few stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = RESPCommandWriter()
            writer.begin(2)
            writer.append("GET")
            writer.begin(1)
        }
        await #expect(processExitsWith: .failure) {
            var writer = RESPCommandWriter()
            writer.begin(1)
            _ = writer.take()
        }
    }

    @Test func `a word of another length than announced stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = RESPCommandWriter()
            writer.begin(1)
            writer.append(byteCount: 3) { $0.writeString("four") }
        }
    }
}
