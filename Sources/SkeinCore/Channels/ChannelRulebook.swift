/// The rules of every namespace of an application.
public struct ChannelRulebook: Sendable, Equatable {
    /// Longest channel name, in bytes.
    public var maximumLength: Int
    /// Rules of channels without a namespace.
    public var rules: ChannelRules
    /// Rules by namespace.
    public var namespaces: [String: ChannelRules]
    /// Every session may do everything: for development only.
    public var isInsecure: Bool
    /// Namespace of the personal channel that every user is subscribed to at connect; nil for none, empty for no namespace.
    public var personalNamespace: String?

    /// Collects rules.
    public init(
        maximumLength: Int = 255,
        rules: ChannelRules = ChannelRules(),
        namespaces: [String: ChannelRules] = [:],
        isInsecure: Bool = false,
        personalNamespace: String? = nil
    ) {
        self.maximumLength = maximumLength
        self.rules = rules
        self.namespaces = namespaces
        self.isInsecure = isInsecure
        self.personalNamespace = personalNamespace
    }

    /// The rules of a channel, or the error that a command on it gets: 107 for a name that is not allowed, 102 for an unknown
    /// namespace. O(length).
    public func lookUp(_ channel: ChannelName) -> LookUp {
        if channel.violation(maximumLength: self.maximumLength) != nil { return .refused(.badRequest) }
        guard let namespace = channel.namespace else { return .found(self.rules) }
        // Dictionaries of strings know canonical equivalence only; names compare by bytes.
        guard
            let index = self.namespaces.index(forKey: String(namespace)),
            self.namespaces[index].key.utf8.elementsEqual(namespace.utf8)
        else { return .refused(.unknownChannel) }
        return .found(self.namespaces[index].value)
    }

    /// What ``lookUp(_:)`` finds.
    public enum LookUp: Sendable, Equatable {
        case found(ChannelRules)
        case refused(ErrorCode)
    }
}
