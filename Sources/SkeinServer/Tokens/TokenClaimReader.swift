import SkeinCore

/// Reads the claims of a token whose signature holds.
///
/// The issuer is trusted but may be wrong, so types are strict: a claim of RFC 7519 that is there must have its type,
/// and `null` is none, because an `exp` that some library turned into `null` must not become a session without end. The
/// other claims may be `null`, which means absent, as in Centrifugo.
struct TokenClaimReader {
    let claims: TokenJSONObject
    let policy: TokenPolicy
    /// Seconds since 1970.
    let now: Double

    /// 1970-01-01 to 9999-12-31T23:59:59Z. Also refuses the usual mistake, milliseconds.
    static let times = 0...253_402_300_799.0

    /// Checks the claims of RFC 7519 but `exp`, which waits until everything else has been read: `expired` tells the
    /// client that another token of the same kind would do.
    ///
    /// - Returns: `exp`, if there is one, for ``checkExpiry(_:)``.
    func checkRegisteredClaims() throws(TokenRefusal) -> Double? {
        let leeway = self.policy.leeway / .seconds(1)
        _ = try self.time("iat")
        if let notBefore = try self.time("nbf") {
            guard self.now >= notBefore - leeway else { throw .notBefore }
        }
        try self.checkAudience()
        let issuer = try self.registered("iss") { $0.string }
        if let expected = self.policy.issuer {
            guard let issuer, issuer.hasSameBytes(as: expected) else { throw .issuer }
        }
        return try self.time("exp")
    }

    /// Refuses a token whose `exp` has come: from that second on, and not only after it (RFC 7519 section 4.1.4).
    func checkExpiry(_ expiry: Double?) throws(TokenRefusal) {
        guard let expiry else { return }
        let leeway = self.policy.leeway / .seconds(1)
        guard self.now < expiry + leeway else { throw .expired }
    }

    /// The user; anonymous when there is no `sub`.
    func user() throws(TokenRefusal) -> UserID {
        UserID(try self.registered("sub") { $0.string } ?? "")
    }

    private func checkAudience() throws(TokenRefusal) {
        let audiences = try self.registered("aud") { value -> [String]? in
            if let single = value.string { return [single] }
            let strings = value.elements?.map { $0.string }
            return strings.flatMap { $0.contains(nil) ? nil : $0.compactMap(\.self) }
        }
        if let expected = self.policy.audience {
            guard let audiences, audiences.contains(where: { $0.hasSameBytes(as: expected) }) else { throw .audience }
        }
    }

    /// A NumericDate in whole seconds; nil when absent. A fraction is cut off.
    private func time(_ name: String) throws(TokenRefusal) -> Double? {
        try self.registered(name) { Self.time($0) }?.rounded(.down)
    }

    private func registered<Value>(_ name: String, _ read: (TokenJSON) -> Value?) throws(TokenRefusal) -> Value? {
        guard let json = self.claims[name] else { return nil }
        guard let value = read(json) else { throw .claims }
        return value
    }

    /// Seconds since 1970 within reason; nil for all else.
    static func time(_ json: TokenJSON) -> Double? {
        guard let number = json.number, Self.times ~= number else { return nil }
        return number
    }
}
