/// The members of an object whose names are known to differ.
///
/// Two claims of one name are the classic way to show one value to the check and another to the use, so an object that
/// the server reads must not have any (RFC 7519 section 4). What it only passes on, such as `info`, may.
struct TokenJSONObject: Sendable {
    /// In the order of the text.
    let members: [(name: String, value: TokenJSON)]

    /// Nil when the value is not an object, a name comes twice, or a name is not Unicode.
    init?(_ json: TokenJSON) {
        guard case .object(let pairs) = json.content else { return nil }
        var members: [(name: String, value: TokenJSON)] = []
        var names: Set<[UInt8]> = []
        for pair in pairs {
            guard let name = pair.name.string, names.insert(Array(name.utf8)).inserted else { return nil }
            members.append((name, pair.value))
        }
        self.members = members
    }

    /// The value of that name, which may be `null`; nil when there is none. O(members).
    subscript(name: String) -> TokenJSON? {
        self.members.first { $0.name.hasSameBytes(as: name) }?.value
    }
}
