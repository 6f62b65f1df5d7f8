import NIOCore

/// Writes commands as Redis reads them, arrays of bulk strings, one behind the other into one buffer.
///
/// For each command `begin` with the number of its words, then `append` each of them:
///
///     writer.begin(3)
///     writer.append("PUBLISH")
///     writer.append(channel)
///     writer.append(payload)
///
/// Nothing is allocated but the growing buffer. A command with a word too many or too few would shift the meaning of
/// everything behind it on the connection, so it stops the process instead.
struct RESPCommandWriter {
    /// Room for a type byte, a 64-bit number with sign, and a line end.
    private static let maximumLineLength = 1 + 20 + 2

    private var buffer: ByteBuffer
    private var missingWords = 0

    /// Writes behind what is in a buffer already.
    init(_ buffer: ByteBuffer = ByteBuffer()) {
        self.buffer = buffer
    }

    /// Bytes that have been written and not taken.
    var byteCount: Int { self.buffer.readableBytes }

    /// Takes the commands out, all of them complete, and leaves the writer empty and without room.
    mutating func take() -> ByteBuffer {
        self.checkComplete()
        let commands = self.buffer
        self.buffer = ByteBuffer()
        return commands
    }

    /// Uses the room of what was taken for the next commands. If somebody still has it, sets as much aside as there was in it, which may
    /// be far less than the room: while Redis stands still many wait, each with its own. Does nothing when there are commands already.
    mutating func reuse(_ taken: consuming ByteBuffer) {
        guard self.byteCount == 0 else { return }
        let size = taken.readableBytes
        self.buffer = taken
        self.buffer.clear(minimumCapacity: size)
    }

    /// Starts a command.
    ///
    /// - Parameter wordCount: the name of the command and its arguments; 1 at least.
    mutating func begin(_ wordCount: Int) {
        self.checkComplete()
        precondition(wordCount > 0, "a command of \(wordCount) words")
        self.missingWords = wordCount
        self.writeLine("*", wordCount)
    }

    /// Writes a word as it is.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        self.countWord()
        let needed = Self.maximumLineLength + bytes.count + 2
        self.buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: needed) { room in
            let start = Self.line("$", bytes.count, into: room)
            let end = start + bytes.count
            UnsafeMutableRawBufferPointer(rebasing: room[start..<end]).copyMemory(from: bytes)
            return end + Self.lineEnd(into: room, at: end)
        }
    }

    /// Writes a word as it is.
    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { self.append($0) }
    }

    /// Writes the UTF-8 of a text.
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { self.append(UnsafeRawBufferPointer($0)) }
    }

    /// Writes two texts as one word.
    mutating func append(_ first: String, _ second: String) {
        var first = first
        var second = second
        self.countWord()
        first.withUTF8 { first in
            second.withUTF8 { second in
                let count = first.count + second.count
                self.buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.maximumLineLength + count + 2) {
                    room in
                    let start = Self.line("$", count, into: room)
                    let middle = start + first.count
                    let end = start + count
                    UnsafeMutableRawBufferPointer(rebasing: room[start..<middle])
                        .copyMemory(from: UnsafeRawBufferPointer(first))
                    UnsafeMutableRawBufferPointer(rebasing: room[middle..<end])
                        .copyMemory(from: UnsafeRawBufferPointer(second))
                    return end + Self.lineEnd(into: room, at: end)
                }
            }
        }
    }

    /// Writes the UTF-8 of a constant.
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { self.append(UnsafeRawBufferPointer($0)) }
    }

    /// Writes the readable bytes of a buffer.
    mutating func append(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { self.append($0) }
    }

    /// Writes a number in decimal.
    mutating func append(_ value: Int) {
        self.countWord()
        let length = Self.digitCount(value.magnitude) + (value < 0 ? 1 : 0)
        self.writeLine("$", length)
        self.buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.maximumLineLength) { room in
            Self.number(value, into: room, at: 0) + Self.lineEnd(into: room, at: length)
        }
    }

    /// Writes a word that consists of several parts, without putting them together first.
    ///
    /// - Parameters:
    ///   - byteCount: of the whole word.
    ///   - write: appends exactly that many bytes.
    mutating func append(byteCount: Int, _ write: (inout ByteBuffer) -> Void) {
        self.countWord()
        self.writeLine("$", byteCount)
        let start = self.buffer.writerIndex
        write(&self.buffer)
        precondition(self.buffer.writerIndex - start == byteCount, "a word of another length than announced")
        self.buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 2) { Self.lineEnd(into: $0, at: 0) }
    }

    private func checkComplete() {
        precondition(self.missingWords == 0, "a command with \(self.missingWords) words missing")
    }

    private mutating func countWord() {
        precondition(self.missingWords > 0, "a word behind the end of a command")
        self.missingWords -= 1
    }

    private mutating func writeLine(_ type: Unicode.Scalar, _ value: Int) {
        self.buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.maximumLineLength) { room in
            Self.line(type, value, into: room)
        }
    }

    // MARK: Into room that is large enough; each returns what it wrote

    private static func line(_ type: Unicode.Scalar, _ value: Int, into room: UnsafeMutableRawBufferPointer) -> Int {
        room[0] = UInt8(truncatingIfNeeded: type.value)
        let length = 1 + Self.number(value, into: room, at: 1)
        return length + Self.lineEnd(into: room, at: length)
    }

    private static func lineEnd(into room: UnsafeMutableRawBufferPointer, at index: Int) -> Int {
        room[index] = 0x0D
        room[index + 1] = 0x0A
        return 2
    }

    private static func number(_ value: Int, into room: UnsafeMutableRawBufferPointer, at index: Int) -> Int {
        var rest = value.magnitude
        let length = Self.digitCount(rest) + (value < 0 ? 1 : 0)
        var position = index + length
        repeat {
            position -= 1
            room[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if value < 0 { room[index] = 0x2D }
        return length
    }

    private static func digitCount(_ value: UInt) -> Int {
        var count = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }
}
