import SkeinWire

/// Cuts what a server sends into messages and control frames: no mask, no extension, no copy of a frame that is whole
/// within a read. Confined to the loop of its connection.
///
/// The end of a read that is no whole frame is kept and goes on with the next read. The payload that `body` is given is
/// valid only while `body` runs.
struct ServerFrameReader {
    /// A server has no reason to send a larger frame; larger ones are refused before anything is kept for them.
    static let maximumFrameLength = 64 << 20

    private var kept: [UInt8] = []
    private var message: [UInt8] = []
    private var messageOpcode: FrameOpcode?

    /// Hands each message (text or binary, its fragments joined) and each control frame to `body`, in order.
    mutating func read(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (FrameOpcode, UnsafeRawBufferPointer) throws(BenchmarkFailure) -> Void
    ) throws(BenchmarkFailure) {
        if self.kept.isEmpty {
            let used = try self.consume(bytes, body)
            if used < bytes.count { self.kept.append(contentsOf: bytes[used...]) }
            return
        }
        self.kept.append(contentsOf: bytes)
        var pending: [UInt8] = []
        swap(&pending, &self.kept)
        let outcome = pending.withUnsafeBytes { bytes -> Result<Int, BenchmarkFailure> in
            do throws(BenchmarkFailure) {
                return .success(try self.consume(bytes, body))
            } catch {
                return .failure(error)
            }
        }
        pending.removeFirst(try outcome.get())
        swap(&pending, &self.kept)
    }

    /// Returns how many bytes were whole frames.
    private mutating func consume(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (FrameOpcode, UnsafeRawBufferPointer) throws(BenchmarkFailure) -> Void
    ) throws(BenchmarkFailure) -> Int {
        var start = 0
        while let header = try Self.header(bytes, at: start) {
            guard bytes.count - start - header.length >= header.payloadLength else { break }
            let first = start + header.length
            let payload = UnsafeRawBufferPointer(rebasing: bytes[first..<first + header.payloadLength])
            if header.isFinal, header.opcode != .continuation, header.opcode.isControl || self.messageOpcode == nil {
                try body(header.opcode, payload)
            } else {
                try self.fragment(header, payload, body)
            }
            start = first + header.payloadLength
        }
        return start
    }

    private mutating func fragment(
        _ header: Header,
        _ payload: UnsafeRawBufferPointer,
        _ body: (FrameOpcode, UnsafeRawBufferPointer) throws(BenchmarkFailure) -> Void
    ) throws(BenchmarkFailure) {
        guard (header.opcode == .continuation) == (self.messageOpcode != nil) else {
            throw BenchmarkFailure("The server sent a continuation frame where none may be.")
        }
        let opcode = self.messageOpcode ?? header.opcode
        self.messageOpcode = opcode
        self.message.append(contentsOf: payload)
        guard header.isFinal else { return }
        var message: [UInt8] = []
        swap(&message, &self.message)
        self.messageOpcode = nil
        let outcome = message.withUnsafeBytes { bytes -> Result<Void, BenchmarkFailure> in
            do throws(BenchmarkFailure) {
                return .success(try body(opcode, bytes))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    private struct Header {
        let isFinal: Bool
        let opcode: FrameOpcode
        /// 2, 4 or 10.
        let length: Int
        let payloadLength: Int
    }

    /// Nil while the header is not complete.
    @inline(__always)
    private static func header(
        _ bytes: UnsafeRawBufferPointer,
        at start: Int
    ) throws(BenchmarkFailure) -> Header? {
        guard bytes.count - start >= 2 else { return nil }
        let first = bytes[start]
        let second = bytes[start + 1]
        guard first & 0x70 == 0, second & 0x80 == 0, let opcode = FrameOpcode(rawValue: first & 0x0F) else {
            throw BenchmarkFailure("The server sent a frame that RFC 6455 forbids (first bytes \(first), \(second)).")
        }
        let short = Int(second)
        let length = short < 126 ? 2 : short == 126 ? 4 : 10
        guard bytes.count - start >= length else { return nil }
        let payloadLength: Int
        switch short {
        case ..<126: payloadLength = short
        case 126:
            let word = bytes.loadUnaligned(fromByteOffset: start + 2, as: UInt16.self)
            payloadLength = Int(UInt16(bigEndian: word))
        default:
            let word = bytes.loadUnaligned(fromByteOffset: start + 2, as: UInt64.self)
            payloadLength = Int(clamping: UInt64(bigEndian: word))
        }
        guard payloadLength <= Self.maximumFrameLength else {
            throw BenchmarkFailure("The server sent a frame of \(payloadLength) bytes.")
        }
        return Header(
            isFinal: first & 0x80 != 0,
            opcode: opcode,
            length: length,
            payloadLength: payloadLength
        )
    }
}
