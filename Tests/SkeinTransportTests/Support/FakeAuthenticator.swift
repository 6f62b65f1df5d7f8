import SkeinCore
import SkeinTransport

/// Knows some tokens, and refuses all others as invalid.
struct FakeAuthenticator: Authenticator {
    var connections: [String: Result<Credentials, TokenRejection>] = [:]
    var subscriptions: [String: Result<SubscriptionGrant, TokenRejection>] = [:]

    func verifyConnection(_ token: String) async -> Result<Credentials, TokenRejection> {
        self.connections[token] ?? .failure(TokenRejection(.invalid, reason: "unknown"))
    }

    func verifySubscription(_ token: String) async -> Result<SubscriptionGrant, TokenRejection> {
        self.subscriptions[token] ?? .failure(TokenRejection(.invalid, reason: "unknown"))
    }
}
