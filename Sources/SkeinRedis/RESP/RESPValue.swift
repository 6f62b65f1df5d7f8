/// A reply that owns what it says: for everything but the hot path.
enum RESPValue: Sendable, Hashable {
    case simple(String)
    case error(String)
    case integer(Int64)
    case bulk([UInt8])
    case null
    case array([RESPValue])

    /// Copies a reply. O(bytes and elements); it calls itself for arrays, of which the decoder lets eight nest.
    ///
    /// Lines are text by definition: what is not UTF-8 in a simple string or an error becomes U+FFFD.
    init(_ reply: borrowing RESPReply) {
        let bytes = reply.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
        switch reply.kind {
        case .simpleString: self = .simple(String(decoding: bytes, as: UTF8.self))
        case .error: self = .error(String(decoding: bytes, as: UTF8.self))
        case .integer: self = .integer(reply.integer ?? 0)
        case .bulkString: self = .bulk([UInt8](bytes))
        case .null: self = .null
        case .array:
            var elements: [RESPValue] = []
            elements.reserveCapacity(reply.count)
            reply.forEachElement { elements.append(RESPValue($0)) }
            self = .array(elements)
        }
    }

    /// The number; nil for anything else, also for digits in a string.
    var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// A simple or bulk string as text, with U+FFFD for what is not UTF-8. Nil for anything else; an error is no text.
    var text: String? {
        switch self {
        case .simple(let text): return text
        case .bulk(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .error, .integer, .null, .array: return nil
        }
    }

    /// A simple or bulk string as it came; nil for anything else.
    var bytes: [UInt8]? {
        switch self {
        case .simple(let text): return [UInt8](text.utf8)
        case .bulk(let bytes): return bytes
        case .error, .integer, .null, .array: return nil
        }
    }

    /// The elements; nil for anything else.
    var array: [RESPValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// What went wrong; nil for anything but an error.
    var error: RedisErrorReply? {
        guard case .error(let line) = self else { return nil }
        return RedisErrorReply(line)
    }
}
