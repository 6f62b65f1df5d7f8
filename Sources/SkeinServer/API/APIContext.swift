import Logging
import SkeinCluster
import SkeinCore
import SkeinTransport

/// What every method works with: the node, and the rules as they were when the request arrived.
struct APIContext: Sendable {
    let transport: Transport
    /// Of all nodes.
    let sessions: ClusterSessions
    let policy: SessionPolicy
    let node: APINode

    /// Where a channel's events and streams are.
    func topic(_ channel: String) -> Topic {
        Topic(ChannelName(channel), app: self.policy.app)
    }

    /// The rules of a channel: 107 for a name that is not allowed, 102 for an unknown namespace. O(length).
    func rules(of channel: String) throws(APIError) -> ChannelRules {
        let name = ChannelName(channel)
        switch self.policy.rulebook.lookUp(name) {
        case .found(let rules): return rules
        case .refused(let code): throw APIError(code, self.violation(of: name))
        }
    }

    private func violation(of channel: ChannelName) -> String {
        let maximumLength = self.policy.rulebook.maximumLength
        return switch channel.violation(maximumLength: maximumLength) {
        case nil: ""
        case .empty: "channel is missing"
        case .tooLong: "channel is longer than \(maximumLength) bytes"
        case .forbiddenCharacter: "channel has a space or a control character"
        }
    }

    /// From now to a time in seconds since 1970; nil for 0, which stands for never. Negative for a time in the past.
    func timeLeft(until seconds: Int64) throws(APIError) -> Duration? {
        guard seconds >= 0 else { throw .badRequest("expire_at is negative") }
        guard seconds > 0 else { return nil }
        return .seconds(seconds) - .milliseconds(self.transport.node.clock.wallMilliseconds())
    }

    /// What a backend is told when the broker could not do something: 100, it may try again.
    func failure(_ error: BrokerError) -> APIError {
        self.transport.node.logger.debug("broker refused an API call", metadata: ["skein.broker_error": "\(error)"])
        return APIError(.internal)
    }

    /// Asks the sessions of all nodes.
    func ask(_ question: SessionQuestion) async throws(APIError) -> SessionAnswer {
        do throws(BrokerError) {
            return try await self.sessions.ask(question)
        } catch {
            throw self.failure(error)
        }
    }

    /// Waits for the broker, whose error becomes one of the API.
    func ask<Value: Sendable>(
        _ question: (Transport) async throws(BrokerError) -> Value
    ) async throws(APIError) -> Value {
        do throws(BrokerError) {
            return try await question(self.transport)
        } catch {
            throw self.failure(error)
        }
    }
}
