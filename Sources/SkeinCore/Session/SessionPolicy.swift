/// What every session of a node shares: limits, channel rules and the node's own names. Replaced as a whole on reload.
public final class SessionPolicy: Sendable {
    /// What one connection may use.
    public let limits: SessionLimits
    /// What may happen on channels.
    public let rulebook: ChannelRulebook
    /// Whether a session may connect without a token.
    public let allowsAnonymous: Bool
    /// The tenant.
    public let app: AppID
    /// How many handshakes the node takes.
    public let admission: AdmissionLimits
    /// Version of the server, for clients.
    public let version: String
    /// Name of the node, for clients.
    public let node: String

    /// Collects what sessions share.
    public init(
        limits: SessionLimits = SessionLimits(),
        rulebook: ChannelRulebook = ChannelRulebook(),
        allowsAnonymous: Bool = false,
        app: AppID = .default,
        admission: AdmissionLimits = AdmissionLimits(),
        version: String = "",
        node: String = ""
    ) {
        self.limits = limits
        self.rulebook = rulebook
        self.allowsAnonymous = allowsAnonymous
        self.app = app
        self.admission = admission
        self.version = version
        self.node = node
    }
}
