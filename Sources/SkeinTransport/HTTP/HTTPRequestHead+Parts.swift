package import NIOHTTP1

extension HTTPRequestHead {
    /// The part of the target in front of the query; not decoded. O(length).
    package var path: Substring {
        let target = self.uri.utf8
        return Substring(target.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
    }

    /// The query, decoded; the last one of a name counts. O(length).
    package var query: [String: String] {
        let bytes = self.uri.utf8.prefix { $0 != UInt8(ascii: "#") }
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else { return [:] }
        let target = Substring(bytes)
        var query: [String: String] = [:]
        for pair in target[target.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[Self.decoded(parts[0])] = parts.count > 1 ? Self.decoded(parts[1]) : ""
        }
        return query
    }

    /// Whether the length of the body is told in one way only; anything else is read differently by different proxies.
    var hasOneLength: Bool {
        let lengths = self.headers["content-length"]
        let encodings = self.headers["transfer-encoding"]
        if encodings.isEmpty { return lengths.count <= 1 }
        return lengths.isEmpty && encodings.count == 1 && encodings[0].lowercased() == "chunked"
    }

    /// What Content-Length says; 0 without one, the greatest number for one that is not a number.
    var announcedLength: Int {
        self.headers.first(name: "content-length").map { Int($0) ?? .max } ?? 0
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default:
            false
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                if digits.count == 2, digits.allSatisfy(Self.isHexDigit),
                    let value = UInt8(String(Substring(digits)), radix: 16)
                {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default:
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
