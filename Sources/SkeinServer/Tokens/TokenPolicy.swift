/// Which tokens this server accepts. Changing keys means making a new policy and a new ``TokenVerifier`` from it.
public struct TokenPolicy: Sendable {
    /// The keys, in the order in which tokens without `kid` try them; ids must differ.
    public var keys: [TokenKey]
    /// When set, `aud` must be or contain it. When nil, `aud` is not looked at.
    public var audience: String?
    /// When set, `iss` must be it. When nil, `iss` is not looked at.
    public var issuer: String?
    /// How far the clocks of issuer and server may differ: 0 to 60 seconds, applied to `exp` and `nbf`.
    public var leeway: Duration

    /// Collects the settings; ``TokenVerifier`` checks them.
    public init(keys: [TokenKey], audience: String? = nil, issuer: String? = nil, leeway: Duration = .zero) {
        self.keys = keys
        self.audience = audience
        self.issuer = issuer
        self.leeway = leeway
    }
}
