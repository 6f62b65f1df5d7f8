#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the text of a listening address says without asking a resolver.
enum NetworkAddress {
    /// An IPv4 or IPv6 address, or something that could be a host name.
    static func isWellFormed(_ text: String) -> Bool {
        if Self.bytes(text, of: AF_INET, count: 4) != nil || Self.bytes(text, of: AF_INET6, count: 16) != nil {
            return true
        }
        return (1...253).contains(text.utf8.count)
            && text.utf8.contains { !Self.isDigitOrDot($0) }
            && text.utf8.allSatisfy(Self.isHostNameByte)
    }

    /// Whether only this machine can connect to the address. A host name other than `localhost` counts as public,
    /// because what it resolves to may change.
    static func isLoopback(_ text: String) -> Bool {
        if let bytes = Self.bytes(text, of: AF_INET, count: 4) { return bytes.first == 127 }
        if let bytes = Self.bytes(text, of: AF_INET6, count: 16) {
            let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127]
            return bytes == [UInt8](repeating: 0, count: 15) + [1] || bytes.starts(with: mapped)
        }
        return text == "localhost"
    }

    private static func bytes(_ text: String, of family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let isAddress = bytes.withUnsafeMutableBytes { inet_pton(family, text, $0.baseAddress) == 1 }
        return isAddress ? bytes : nil
    }

    private static func isDigitOrDot(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHostNameByte(_ byte: UInt8) -> Bool {
        Self.isDigitOrDot(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
