import Foundation
import SkeinCore

/// The claims that Centrifugo added to those of RFC 7519. They mean the same at the top of a token and in the options
/// of one of its subscriptions.
extension TokenJSONObject {
    /// The value, unless it is `null`.
    func present(_ name: String) -> TokenJSON? {
        guard let value = self[name], !value.isNull else { return nil }
        return value
    }

    /// A string; nil when it is absent or empty.
    func nonEmptyString(_ name: String) throws(TokenRefusal) -> String? {
        guard let value = self.present(name) else { return nil }
        guard let string = value.string else { throw .claims }
        return string.isEmpty ? nil : string
    }

    /// Bytes for clients: those that `base64Name` encodes, or else the JSON of `name` exactly as it is written.
    func payload(_ name: String, orBase64 base64Name: String) throws(TokenRefusal) -> [UInt8]? {
        guard let encoded = try self.nonEmptyString(base64Name) else { return self.present(name)?.raw }
        guard let data = Data(base64Encoded: encoded) else { throw .claims }
        return Array(data)
    }

    /// Time left until `expire_at`, or until `expiry` without it; nil for never, which an `expire_at` of 0 means.
    func timeLeft(at now: Double, otherwise expiry: Double? = nil) throws(TokenRefusal) -> Duration? {
        var end = expiry
        if let value = self.present("expire_at") {
            guard let time = TokenClaimReader.time(value) else { throw .claims }
            end = time == 0 ? nil : time
        }
        return end.map { .seconds($0 - now) }
    }

    /// Deviations from the channel rules: `{"presence":{"value":true}, …}`.
    func overrides() throws(TokenRefusal) -> SubscriptionOverrides {
        var overrides = SubscriptionOverrides()
        guard let value = self.present("override") else { return overrides }
        guard let object = TokenJSONObject(value) else { throw .claims }
        overrides.presence = try object.overrideValue("presence")
        overrides.joinLeave = try object.overrideValue("join_leave")
        overrides.forceRecovery = try object.overrideValue("force_recovery")
        overrides.forcePositioning = try object.overrideValue("force_positioning")
        overrides.forcePushJoinLeave = try object.overrideValue("force_push_join_leave")
        return overrides
    }

    private func overrideValue(_ name: String) throws(TokenRefusal) -> Bool? {
        guard let value = self.present(name) else { return nil }
        guard let bool = TokenJSONObject(value)?["value"]?.bool else { throw .claims }
        return bool
    }
}
