/// What may stand in HAProxy's configuration and commands without quotes, and how values are written there.
enum HAProxyWord {
    /// The name as it is, when HAProxy takes it as the name of a server or a backend: letters, digits, `_`, `-`, `.`,
    /// `:`.
    static func name(_ name: String) throws(BalancerError) -> String {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard allowed, !name.isEmpty else {
            throw BalancerError(
                .invalidName,
                "\"\(name)\" cannot be a name in HAProxy; use letters, digits, and the characters _ - . : only"
            )
        }
        return name
    }

    /// The value as it is, when nothing in it has a meaning of its own: no space, quote, `#`, `$`, `%`, `;`, backslash.
    static func plain(_ value: String, for purpose: String) throws(BalancerError) -> String {
        let refused = Set("\"'#$%;\\{}<>".utf8)
        guard !value.isEmpty, value.utf8.allSatisfy({ (33...126).contains($0) && !refused.contains($0) }) else {
            throw BalancerError(
                .invalidValue,
                "\(purpose): \"\(value)\" cannot be written into HAProxy's configuration; "
                    + "choose one without spaces, quotes and the characters # $ % ; \\ { } < >"
            )
        }
        return value
    }

    /// A time for HAProxy, in whole milliseconds, or seconds where that says the same; at least 1 ms.
    static func time(_ duration: Duration) -> String {
        let milliseconds = max(
            1,
            duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        )
        return milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
