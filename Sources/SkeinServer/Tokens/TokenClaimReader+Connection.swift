import SkeinCore

extension TokenClaimReader {
    /// What a connection token says.
    func credentials() throws(TokenRefusal) -> Credentials {
        let expiry = try self.checkRegisteredClaims()
        // A token for one channel must not open a connection, though the same key signs both (RFC 8725 section 3.12).
        guard try self.claims.nonEmptyString("channel") == nil else { throw .claims }
        let credentials = Credentials(
            user: try self.user(),
            timeLeft: try self.claims.timeLeft(at: self.now, otherwise: expiry),
            info: try self.claims.payload("info", orBase64: "b64info"),
            meta: self.claims.present("meta")?.raw,
            subscriptions: try self.subscriptions()
        )
        try self.checkExpiry(expiry)
        return credentials
    }

    /// Those of `subs`, which has options, then those that only `channels` names.
    private func subscriptions() throws(TokenRefusal) -> [ServerSubscription] {
        var subscriptions: [ServerSubscription] = []
        if let value = self.claims.present("subs") {
            guard let object = TokenJSONObject(value) else { throw .claims }
            for member in object.members {
                subscriptions.append(try self.subscription(to: member.name, options: member.value))
            }
        }
        var named = Set(subscriptions.map(\.channel))
        for channel in try self.channels() where named.insert(channel).inserted {
            subscriptions.append(ServerSubscription(channel: channel))
        }
        return subscriptions
    }

    private func subscription(to name: String, options: TokenJSON) throws(TokenRefusal) -> ServerSubscription {
        let channel = ChannelName(name)
        if options.isNull { return ServerSubscription(channel: channel) }
        guard let options = TokenJSONObject(options) else { throw .claims }
        return ServerSubscription(
            channel: channel,
            info: try options.payload("info", orBase64: "b64info"),
            data: try options.payload("data", orBase64: "b64data"),
            timeLeft: try options.timeLeft(at: self.now),
            overrides: try options.overrides()
        )
    }

    private func channels() throws(TokenRefusal) -> [ChannelName] {
        guard let value = self.claims.present("channels") else { return [] }
        guard let elements = value.elements else { throw .claims }
        var channels: [ChannelName] = []
        for element in elements {
            guard let name = element.string else { throw .claims }
            channels.append(ChannelName(name))
        }
        return channels
    }
}
