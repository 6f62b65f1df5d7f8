/// `Sec-WebSocket-Key` and the answer to it (RFC 6455 section 4.2.2, point 5.4), which proves that the server read it.
enum WebSocketKey {
    /// The value of `Sec-WebSocket-Accept`; nil unless `key` is the one base64 text of some 16 bytes: 22 digits and
    /// `==`, where the last digit carries two bits and the other four are zero (RFC 4648 section 3.5).
    static func accept(_ key: Substring.UTF8View) -> String? {
        var message: [UInt8] = []
        message.reserveCapacity(72)
        message.append(contentsOf: key)
        guard message.count == 24, message[22] == UInt8(ascii: "="), message[23] == UInt8(ascii: "=") else {
            return nil
        }
        guard message[..<21].allSatisfy({ Self.isDigit($0) }), Self.lastDigits.contains(message[21]) else { return nil }
        message.append(contentsOf: Self.suffix)
        return Self.base64(SHA1.digest(message))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        HeaderText.isAlphanumeric(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
    }

    /// Those whose value is a multiple of 16.
    private static let lastDigits = Array("AQgw".utf8)

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
