/// Frames as clients send them: masked (RFC 6455 section 5.3).
enum ClientFrame {
    private static let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    /// A whole text frame; at most 65,535 bytes.
    static func text(_ payload: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = [0x81]
        if payload.count < 126 {
            frame.append(0x80 | UInt8(payload.count))
        } else {
            frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        frame += Self.mask
        frame += payload.enumerated().map { $1 ^ Self.mask[$0 & 3] }
        return frame
    }

    static func text(_ text: String) -> [UInt8] { Self.text(Array(text.utf8)) }
}
