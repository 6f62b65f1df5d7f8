/// `Sec-WebSocket-Key` and the answer to it (RFC 6455 section 4.2.2, point 5.4), which proves that the server read it.
enum WebSocketKey {
    /// The value of `Sec-WebSocket-Accept`; nil unless `key` is the one base64 text of some 16 bytes: 22 digits and
    /// `==`, where the last digit carries two bits and the other four are zero (RFC 4648 section 3.5).
    static func accept(_ key: Substring.UTF8View) -> String? {
        let key = Array(key)
        guard key.count == 24, key[22] == UInt8(ascii: "="), key[23] == UInt8(ascii: "=") else { return nil }
        guard key[..<21].allSatisfy({ Self.alphabet.contains($0) }) else { return nil }
        guard let last = Self.alphabet.firstIndex(of: key[21]), last & 0x0F == 0 else { return nil }
        return Self.base64(SHA1.digest(key + Self.suffix))
    }

    private static let suffix = Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let padded = Array(group) + [0, 0]
            let bits = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
            for digit in 0..<4 {
                let value = bits >> (18 - 6 * digit) & 0x3F
                text.append(digit <= group.count ? Self.alphabet[value] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
