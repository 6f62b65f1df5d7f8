extension WebOrigin {
    /// A host and perhaps a port, as in an origin and in the `Host` header.
    struct Authority: Equatable {
        /// Lower case; IPv6 addresses in their brackets.
        let host: String
        /// nil when the text names none.
        let port: Int?

        /// Nil unless `bytes` is a host name of letters, digits, `-` and `_` in labels, or a bracketed IPv6 address,
        /// followed by nothing or by a port from 1 to 65535 without leading zeros.
        init?(_ bytes: Substring.UTF8View) {
            let isBracketed = bytes.first == UInt8(ascii: "[")
            let end: Substring.UTF8View.Index
            if isBracketed {
                guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
                end = bytes.index(after: bracket)
            } else {
                end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            }
            let host = bytes[..<end]
            guard isBracketed ? Self.isAddress(host.dropFirst().dropLast()) : Self.isName(host) else { return nil }
            self.host = String(Substring(host)).lowercased()
            guard end < bytes.endIndex else {
                self.port = nil
                return
            }
            guard bytes[end] == UInt8(ascii: ":"), let port = Self.port(bytes[end...].dropFirst()) else { return nil }
            self.port = port
        }

        private static func isName(_ bytes: Substring.UTF8View) -> Bool {
            guard bytes.count <= 253 else { return false }
            var labelLength = 0
            for byte in bytes {
                if byte == UInt8(ascii: ".") {
                    guard labelLength > 0 else { return false }
                    labelLength = 0
                } else {
                    guard HeaderText.isAlphanumeric(byte) || byte == 0x2D || byte == 0x5F else { return false }
                    labelLength += 1
                    guard labelLength <= 63 else { return false }
                }
            }
            return labelLength > 0
        }

        /// Enough to keep everything but an address out; two different texts of one address do not compare equal.
        private static func isAddress(_ bytes: Substring.UTF8View) -> Bool {
            (2...45).contains(bytes.count) && bytes.contains(UInt8(ascii: ":"))
                && bytes.allSatisfy { byte in
                    HeaderText.isDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
                        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(HeaderText.lowercased(byte))
                }
        }

        private static func port(_ bytes: Substring.UTF8View) -> Int? {
            guard (1...5).contains(bytes.count), bytes.first != UInt8(ascii: "0"),
                bytes.allSatisfy({ HeaderText.isDigit($0) }), let port = Int(Substring(bytes)), port <= 65_535
            else { return nil }
            return port
        }
    }
}
