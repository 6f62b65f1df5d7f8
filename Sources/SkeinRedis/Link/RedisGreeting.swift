import NIOCore

/// What a connection says and asks before it is used.
struct RedisGreeting {
    /// Names the connection in `CLIENT LIST`.
    var name: String
    /// Text of the function library to load; nil on a connection that calls none.
    var library: String?

    /// What the answers told.
    struct Answer: Sendable, Equatable {
        /// Names the history of this Redis: another one after a restart, a restore or a failover. The first eight hex digits of
        /// `master_replid` (Redis, INFO replication).
        var tag: String
    }

    /// Sends everything in one write; completes with the first thing that was wrong.
    func perform(
        on connection: RedisConnection,
        address: RedisAddress,
        then: @escaping (Result<Answer, GreetingError>) -> Void
    ) {
        var steps: [(command: [String], check: (RESPValue) -> GreetingError?)] = []
        if !address.password.isEmpty {
            let credentials = address.user.isEmpty ? [address.password] : [address.user, address.password]
            steps.append((["AUTH"] + credentials, { _ in nil }))
        }
        if address.database != 0 { steps.append((["SELECT", "\(address.database)"], { _ in nil })) }
        steps.append((["CLIENT", "SETNAME", self.name], { _ in nil }))
        steps.append((["ROLE"], Self.checkRole))
        if let library { steps.append((["FUNCTION", "LOAD", library], { _ in nil })) }
        var outcome: GreetingError?
        for (command, check) in steps {
            connection.send {
                $0.command(command)
            } reply: { result in
                outcome = outcome ?? Self.problem(with: result, of: command[0], check)
            }
        }
        connection.send {
            $0.command(["INFO", "replication"])
        } reply: { result in
            if let outcome { return then(.failure(outcome)) }
            guard case .success(let value) = result else {
                return then(.failure(Self.problem(with: result, of: "INFO") { _ in nil } ?? .noReplicationID))
            }
            guard let tag = Self.tag(inInfo: value.text ?? "") else { return then(.failure(.noReplicationID)) }
            then(.success(Answer(tag: tag)))
        }
    }

    private static func problem(
        with result: Result<RESPValue, RedisFailure>,
        of command: String,
        _ check: (RESPValue) -> GreetingError? = { _ in nil }
    ) -> GreetingError? {
        switch result {
        case .success(let value): return check(value)
        case .failure(.refused(let reply)) where command == "FUNCTION" && reply.message.contains("already exists"):
            return nil
        case .failure(.refused(let reply)) where command == "FUNCTION" && reply.message.contains("unknown command"):
            return .tooOld
        case .failure(.refused(let reply)): return .refused(command: command, reply)
        case .failure(let failure): return .lost("\(failure)")
        }
    }

    /// `ROLE` of a master begins with the word (Redis, ROLE).
    private static func checkRole(_ value: RESPValue) -> GreetingError? {
        guard let role = value.array?.first?.text else { return .lost("ROLE has no answer") }
        return role == "master" ? nil : .notMaster(role)
    }

    /// The tag in an answer to `INFO replication`.
    static func tag(inInfo info: String) -> String? {
        for line in info.split(whereSeparator: \.isNewline) where line.hasPrefix("master_replid:") {
            let id = line.dropFirst("master_replid:".count)
            return id.count >= 8 ? String(id.prefix(8)) : nil
        }
        return nil
    }
}

/// Why a connection cannot be used.
enum GreetingError: Error, Sendable, Equatable, CustomStringConvertible {
    case refused(command: String, RedisErrorReply)
    case notMaster(String)
    case tooOld
    case noReplicationID
    case lost(String)

    var description: String {
        switch self {
        case .refused(let command, let reply):
            "\(command) was refused: \(reply.message)\(Self.advice(for: reply))"
        case .notMaster(let role):
            "this Redis is a \(role); give the address of the master"
        case .tooOld: "this Redis has no functions; use Redis 7.0 or newer"
        case .noReplicationID: "INFO replication has no master_replid"
        case .lost(let reason): reason
        }
    }

    private static func advice(for reply: RedisErrorReply) -> String {
        switch reply.category {
        case .authentication: "; check user and password of redis.url, and the user's permissions (ACL)"
        default: ""
        }
    }
}
