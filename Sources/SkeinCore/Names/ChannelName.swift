/// The name that clients subscribe to, compared by bytes.
///
/// `String` compares by canonical equivalence, so `é` written in one scalar or in two would be one channel here and two
/// in every other part of a cluster. A channel name therefore compares and hashes its UTF-8. The hash is computed once, from
/// the process-wide random seed, and serves every table that the name is looked up in.
public struct ChannelName: Hashable, Sendable, CustomStringConvertible {
    /// The name as text; its UTF-8 is what counts.
    public let text: String
    /// Seeded by the process: the same name has another code in the next run.
    public let hashCode: Int
    /// Among ASCII names, equal text is equal bytes; the standard library compares them by machine words.
    let isASCII: Bool
    /// Whether the name has a space or an ASCII control character.
    let hasSpaceOrControl: Bool
    /// Where the `:` behind the namespace is, in bytes; -1 when the name has none.
    let namespaceEnd: Int32

    /// Names a channel. Says nothing about whether the name is allowed: see ``violation(maximumLength:)``. O(length).
    public init(_ text: String) {
        var text = text
        text.makeContiguousUTF8()
        self.text = text
        // Every command asks for all of this, so it is read once, with the hash.
        let reading = ByteHash.of(text.utf8)
        self.hashCode = reading.hash
        self.isASCII = reading.isASCII
        self.hasSpaceOrControl = reading.hasSpaceOrControl
        self.namespaceEnd = reading.namespaceEnd
    }

    public static func == (left: Self, right: Self) -> Bool {
        guard left.hashCode == right.hashCode, left.isASCII == right.isASCII else { return false }
        return left.isASCII ? left.text == right.text : left.text.utf8.elementsEqual(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.hashCode)
    }

    public var description: String { self.text }
}

extension ChannelName: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) {
        self.init(value)
    }
}
