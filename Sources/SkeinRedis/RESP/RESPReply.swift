import Glibc

/// A reply, or an element of one, where the decoder has put it. Reading it allocates nothing.
///
/// It is lent to whoever handles replies and cannot be kept: the next reply takes its place. The same holds for the
/// bytes it gives out. Questions that do not fit a value have harmless answers, so that no order of checks is needed;
/// this finds a publication and nothing else:
///
///     if reply.count == 3, reply[0].equals("message"), let channel = reply[1].bytes, let payload = reply[2].bytes {
struct RESPReply: ~Copyable {
    /// What RESP2 can send. Null is a string or an array that is not there.
    enum Kind: Sendable {
        case simpleString
        case error
        case integer
        case bulkString
        case null
        case array
    }

    /// The token of this value and those of everything inside it. None for an element that is not there.
    private let tokens: UnsafeBufferPointer<RESPToken>
    private let arena: UnsafeRawPointer

    /// Looks at complete tokens, as the decoder leaves them.
    init(_ tokens: UnsafePointer<RESPToken>, count: Int, arena: UnsafeRawPointer) {
        self.tokens = UnsafeBufferPointer(start: tokens, count: count)
        self.arena = arena
    }

    private init(_ tokens: UnsafeBufferPointer<RESPToken>, arena: UnsafeRawPointer) {
        self.tokens = tokens
        self.arena = arena
    }

    /// What kind of value it is.
    var kind: Kind { self.tokens.isEmpty ? .null : self.tokens[0].kind }

    /// The number of elements; 0 when it is not an array.
    var count: Int { self.kind == .array ? self.tokens[0].count : 0 }

    /// The number; nil when it is not an integer. A number sent as a string is a string.
    var integer: Int64? { self.kind == .integer ? self.tokens[0].integer : nil }

    /// The text of a simple string, an error or a bulk string; nil for other kinds. Gone when the handler returns.
    var bytes: UnsafeRawBufferPointer? {
        switch self.kind {
        case .simpleString, .error, .bulkString:
            let token = self.tokens[0]
            return UnsafeRawBufferPointer(start: self.arena + token.offset, count: token.count)
        case .integer, .null, .array:
            return nil
        }
    }

    /// Whether it is a string, or an error, with exactly this text.
    func equals(_ text: StaticString) -> Bool {
        guard let bytes = self.bytes else { return false }
        return text.withUTF8Buffer { other in
            guard bytes.count == other.count, let left = bytes.baseAddress, let right = other.baseAddress else {
                return bytes.isEmpty && other.isEmpty
            }
            return memcmp(left, right, bytes.count) == 0
        }
    }

    /// An element, null where there is none. O(1) in an array without arrays, otherwise O(what is in front of it).
    subscript(index: Int) -> RESPReply {
        _read {
            yield RESPReply(self.element(index), arena: self.arena)
        }
    }

    /// Calls `body` with every element in order. O(everything inside).
    func forEachElement(_ body: (borrowing RESPReply) throws -> Void) rethrows {
        var start = 1
        for _ in 0..<self.count {
            let end = self.end(of: start)
            try body(RESPReply(self.slice(start, end), arena: self.arena))
            start = end
        }
    }

    private func element(_ index: Int) -> UnsafeBufferPointer<RESPToken> {
        guard index >= 0, index < self.count else { return self.slice(0, 0) }
        if self.tokens.count == self.count + 1 { return self.slice(index + 1, index + 2) }
        var start = 1
        for _ in 0..<index { start = self.end(of: start) }
        return self.slice(start, self.end(of: start))
    }

    /// Where the value that starts at an index ends, with all that is inside it.
    private func end(of start: Int) -> Int {
        var index = start
        var pending = 1
        while pending > 0, index < self.tokens.count {
            let token = self.tokens[index]
            pending += token.kind == .array ? token.count - 1 : -1
            index += 1
        }
        return index
    }

    private func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<RESPToken> {
        UnsafeBufferPointer(rebasing: self.tokens[start..<end])
    }
}
