import NIOCore
import SkeinWire
import Testing

/// A WebSocket frame as a client reads it (RFC 6455 section 5.2): written apart from the server's own code.
struct ServerFrame: Equatable {
    let opcode: UInt8
    /// 2, 4 or 10.
    let headerLength: Int
    let payload: [UInt8]

    /// The messages that a frame of a format holds; none for control frames.
    func messages(_ format: WireFormat) -> [[UInt8]] {
        guard self.opcode < 8 else { return [] }
        if format == .json { return self.payload.split(separator: 0x0A).map(Array.init) }
        var messages: [[UInt8]] = []
        var rest = self.payload[...]
        while !rest.isEmpty {
            var length = 0
            var shift = 0
            while let byte = rest.popFirst() {
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            messages.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return messages
    }

    var text: String { String(decoding: self.payload, as: UTF8.self) }

    /// The code of a close frame; nil without one.
    var closeCode: UInt16? {
        self.opcode == 8 && self.payload.count >= 2 ? UInt16(self.payload[0]) << 8 | UInt16(self.payload[1]) : nil
    }

    /// Takes whole frames from the front of `bytes`. Notes an issue for what a server must not send: fragments,
    /// reserved bits, masks and lengths that are not in their shortest form.
    static func take(from bytes: inout [UInt8]) -> [ServerFrame] {
        var frames: [ServerFrame] = []
        var start = 0
        while let (frame, end) = Self.parse(bytes, from: start) {
            frames.append(frame)
            start = end
        }
        bytes.removeFirst(start)
        return frames
    }

    private static func parse(_ bytes: [UInt8], from start: Int) -> (ServerFrame, end: Int)? {
        guard bytes.count >= start + 2 else { return nil }
        #expect(bytes[start] & 0xF0 == 0x80, "FIN is set and no reserved bit")
        #expect(bytes[start + 1] & 0x80 == 0, "servers do not mask")
        var length = Int(bytes[start + 1] & 0x7F)
        let extra = length == 127 ? 8 : length == 126 ? 2 : 0
        guard bytes.count >= start + 2 + extra else { return nil }
        if extra > 0 {
            length = bytes[(start + 2)..<(start + 2 + extra)].reduce(0) { $0 << 8 | Int($1) }
            #expect(length > (extra == 2 ? 125 : 0xFFFF), "the length is in its shortest form")
        }
        let payloadStart = start + 2 + extra
        guard bytes.count >= payloadStart + length else { return nil }
        let frame = ServerFrame(
            opcode: bytes[start] & 0x0F,
            headerLength: 2 + extra,
            payload: Array(bytes[payloadStart..<(payloadStart + length)])
        )
        return (frame, payloadStart + length)
    }
}
