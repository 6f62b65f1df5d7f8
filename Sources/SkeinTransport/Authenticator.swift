public import SkeinCore

/// Verifies tokens for sessions. Implementations are immutable or keep their own order; called from any event loop.
public protocol Authenticator: Sendable {
    /// Verifies the token of a `connect` or `refresh` command.
    func verifyConnection(_ token: String) async -> Result<Credentials, TokenRejection>

    /// Verifies the token of a `subscribe` or `sub_refresh` command.
    func verifySubscription(_ token: String) async -> Result<SubscriptionGrant, TokenRejection>
}
