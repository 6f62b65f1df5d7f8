import SkeinCluster

/// Why a command has no result.
enum RedisFailure: Error, Sendable, Equatable {
    /// It was not sent.
    case notSent(String)
    /// It was sent, and the connection ended before its reply: nobody knows.
    case lost(String)
    /// Redis said no.
    case refused(RedisErrorReply)
    /// The reply has a form that the command does not have.
    case unexpectedReply(String)

    /// What the callers of a broker are told.
    var brokerError: BrokerError {
        switch self {
        case .notSent(let reason): BrokerError(.unavailable, reason)
        case .lost(let reason): BrokerError(.outcomeUnknown, reason)
        case .refused(let reply):
            BrokerError(reply.isCertainlyNotExecuted ? .unavailable : .outcomeUnknown, reply.message)
        case .unexpectedReply(let reason): BrokerError(.outcomeUnknown, reason)
        }
    }
}

extension RedisFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .notSent(let reason), .lost(let reason), .unexpectedReply(let reason): reason
        case .refused(let reply): reply.message
        }
    }
}

extension RedisErrorReply {
    /// Whether another connection may find what this one does not: another server, another set of functions, other credentials.
    var endsConnection: Bool {
        switch self.category {
        case .reconnect, .authentication, .missingFunction: true
        case .busy, .outOfMemory, .misconfigured, .wrongType, .stale, .forked, .fenced, .gone, .other: false
        }
    }
}
