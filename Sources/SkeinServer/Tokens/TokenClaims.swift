/// What a token to be signed says. One property for each claim; what is nil or empty is left out.
///
/// Times are seconds since 1970.
public struct TokenClaims: Sendable {
    /// `sub`: the user; empty or nil for anonymous.
    public var subject: String?
    /// `exp`: from then on the token is refused.
    public var expiresAt: Int64?
    /// `iat`: when the token was made.
    public var issuedAt: Int64?
    /// `nbf`: before then the token is refused.
    public var notBefore: Int64?
    /// `aud`: one audience is written as a string, more as an array.
    public var audience: [String] = []
    /// `iss`: who made the token.
    public var issuer: String?
    /// `expire_at`: end of the session or subscription when it is not that of the token; 0 for never.
    public var sessionExpiresAt: Int64?
    /// `info`: JSON about the user for other clients, signed as it is.
    public var info: String?
    /// `meta`: JSON that stays on the server, signed as it is.
    public var meta: String?
    /// `channels`: where the server subscribes the session.
    public var channels: [String] = []
    /// `subs`: JSON object of channel to options.
    public var subscriptions: String?
    /// `channel`: makes it a subscription token.
    public var channel: String?
    /// `client`: the only session that may use the subscription token.
    public var client: String?

    /// Says nothing: a connection token for an anonymous user without end.
    public init() {}

    /// The claims set as JSON.
    func json() throws(TokenConfigurationError) -> String {
        var members: [(name: String, json: String?)] = [
            ("sub", self.subject.map(TokenText.quoted)),
            ("exp", self.expiresAt.map(String.init)),
            ("iat", self.issuedAt.map(String.init)),
            ("nbf", self.notBefore.map(String.init)),
            ("iss", self.issuer.map(TokenText.quoted)),
            ("expire_at", self.sessionExpiresAt.map(String.init)),
            ("channel", self.channel.map(TokenText.quoted)),
            ("client", self.client.map(TokenText.quoted)),
            ("info", try Self.checked(self.info, "info")),
            ("meta", try Self.checked(self.meta, "meta")),
            ("subs", try Self.checked(self.subscriptions, "subs")),
        ]
        if self.audience.count > 1 {
            members.append(("aud", TokenText.array(self.audience)))
        } else {
            members.append(("aud", self.audience.first.map(TokenText.quoted)))
        }
        members.append(("channels", self.channels.isEmpty ? nil : TokenText.array(self.channels)))
        return TokenText.object(members)
    }

    private static func checked(_ json: String?, _ claim: String) throws(TokenConfigurationError) -> String? {
        guard let json else { return nil }
        guard TokenJSON(parsing: Array(json.utf8)) != nil else {
            throw TokenConfigurationError("the claim \(claim) must be JSON")
        }
        return json
    }
}
