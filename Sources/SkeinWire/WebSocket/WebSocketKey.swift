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
        let length = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: length) { text in
            for group in 0..<length / 4 {
                let count = min(3, bytes.count - group * 3)
                var bits = 0
                for index in 0..<3 { bits = bits << 8 | (index < count ? Int(bytes[group * 3 + index]) : 0) }
                for digit in 0..<4 {
                    let value = bits >> (18 - 6 * digit) & 0x3F
                    text[group * 4 + digit] = digit <= count ? Self.alphabet[value] : UInt8(ascii: "=")
                }
            }
            return length
        }
    }
}
