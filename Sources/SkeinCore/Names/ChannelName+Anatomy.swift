/// The parts of a channel name: `[$][namespace:]rest[#user[,user…]]`.
///
/// - `$` at the start: a private channel; only a subscription token opens it.
/// - `namespace:`: everything before the first `:` selects the channel rules.
/// - `#users`: everything after the last `#`, separated by commas, lists the users who may subscribe.
extension ChannelName {
    /// Whether the name starts with `$`.
    public var isPrivate: Bool { self.text.utf8.first == UInt8(ascii: "$") }

    /// The namespace, without the private prefix; nil when the name has none. A `:` in the list of users means nothing.
    public var namespace: Substring? {
        guard self.namespaceEnd >= 0 else { return nil }
        let utf8 = self.text.utf8
        let end = utf8.index(utf8.startIndex, offsetBy: Int(self.namespaceEnd))
        let start = self.isPrivate ? utf8.index(after: utf8.startIndex) : utf8.startIndex
        return self.text[start..<end]
    }

    /// Whether the name lists the users that it is for.
    public var isUserLimited: Bool { self.text.utf8.contains(UInt8(ascii: "#")) }

    /// Whether `user` is on the list behind the last `#`. False for names without a list. O(length).
    public func admits(_ user: UserID) -> Bool {
        let utf8 = self.text.utf8
        guard !user.isAnonymous, let mark = utf8.lastIndex(of: UInt8(ascii: "#")) else { return false }
        return utf8[utf8.index(after: mark)...].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .contains { $0.elementsEqual(user.text.utf8) }
    }

    /// The channel of one user: `[namespace:]#user`; nil for an id that the list would read as several users or as none.
    public static func personal(of user: UserID, namespace: String) -> ChannelName? {
        guard !user.isAnonymous, !user.text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "#") })
        else { return nil }
        return ChannelName(namespace.isEmpty ? "#\(user.text)" : "\(namespace):#\(user.text)")
    }

    /// Why the name is not allowed, or nil.
    ///
    /// A name has 1 to `maximumLength` bytes of UTF-8 without spaces and control characters (U+0000–U+0020, U+007F–U+00A0).
    /// Everything else is an ordinary character: no name is a pattern, and brokers never read one as such. O(length).
    public func violation(maximumLength: Int) -> Violation? {
        let utf8 = self.text.utf8
        if utf8.isEmpty { return .empty }
        if utf8.count > maximumLength { return .tooLong }
        if self.hasSpaceOrControl { return .forbiddenCharacter }
        // Beyond ASCII: the C1 control characters and the no-break space.
        let isForbidden = !self.isASCII && self.text.unicodeScalars.contains { (0x80...0xA0).contains($0.value) }
        return isForbidden ? .forbiddenCharacter : nil
    }

    /// Why a name is not allowed.
    public enum Violation: Sendable, Equatable {
        case empty
        case tooLong
        case forbiddenCharacter
    }
}
