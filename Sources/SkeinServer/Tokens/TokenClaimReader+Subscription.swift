import SkeinCore

extension TokenClaimReader {
    /// What a subscription token says.
    func grant() throws(TokenRefusal) -> SubscriptionGrant {
        let expiry = try self.checkRegisteredClaims()
        guard let channel = try self.claims.nonEmptyString("channel") else { throw .claims }
        let grant = SubscriptionGrant(
            user: try self.user(),
            channel: ChannelName(channel),
            client: try self.claims.nonEmptyString("client"),
            timeLeft: try self.claims.timeLeft(at: self.now, otherwise: expiry),
            info: try self.claims.payload("info", orBase64: "b64info"),
            overrides: try self.claims.overrides()
        )
        try self.checkExpiry(expiry)
        return grant
    }
}
