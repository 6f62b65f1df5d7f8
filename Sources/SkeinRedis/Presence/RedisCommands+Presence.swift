import SkeinCluster
import SkeinCore

/// Whether the removal of a member is announced.
enum LeaveAnnouncement: String {
    case never = "0"
    case always = "1"
    /// As its node asked for when it entered.
    case asStored = "s"
}

/// The commands on presence, encoded and their replies decoded.
extension RedisCommands {
    /// See the function `leave`. `handler` gets how many were removed.
    func leave(
        _ clients: [String],
        from part: String,
        owner: String,
        announcing: LeaveAnnouncement,
        keys: RedisKeys,
        functions: RedisFunctions,
        then handler: @escaping (Result<Int64, RedisFailure>) -> Void
    ) {
        self.send { writer in
            writer.call(
                functions.leave,
                keys: [keys.presence(part), keys.users(part), keys.index(owner)],
                arguments: 3 + 2 * clients.count
            )
            writer.append(owner)
            writer.append(keys.channel(part))
            writer.append(announcing.rawValue)
            for client in clients {
                writer.append(client)
                writer.append(RedisKeys.indexEntry(part, client))
            }
        } reply: { result in
            handler(
                result.flatMap { value in
                    value.integer.map { .success($0) } ?? .failure(.unexpectedReply("leave has no number"))
                }
            )
        }
    }

    /// Lists the members of a topic in pages, so that no page keeps Redis from others for long. Members who come or go
    /// while it runs may be missing or listed; everybody else is listed once.
    func members(
        of part: String,
        keys: RedisKeys,
        then handler: @escaping (Result<[ClientInfo], RedisFailure>) -> Void
    ) {
        self.nextPage(of: keys.presence(part), cursor: "0", found: [:]) { handler($0.map { Array($0.values) }) }
    }

    private func nextPage(
        of key: String,
        cursor: String,
        found: [[UInt8]: ClientInfo],
        then handler: @escaping (Result<[[UInt8]: ClientInfo], RedisFailure>) -> Void
    ) {
        self.send { writer in
            writer.begin(5)
            writer.append("HSCAN" as StaticString)
            writer.append(key)
            writer.append(cursor)
            writer.append("COUNT" as StaticString)
            writer.append(Self.membersPerPage)
        } reply: { result in
            let value: RESPValue
            switch result {
            case .success(let page): value = page
            case .failure(let failure): return handler(.failure(failure))
            }
            guard let parts = value.array, parts.count == 2, let next = parts[0].text, let fields = parts[1].array
            else {
                return handler(.failure(.unexpectedReply("HSCAN has no page")))
            }
            var found = found
            for index in stride(from: 0, to: fields.count - 1, by: 2) {
                guard let client = fields[index].bytes, let entry = fields[index + 1].bytes else { continue }
                found[client] = Self.info(inEntry: entry)
            }
            guard next != "0" else { return handler(.success(found)) }
            self.nextPage(of: key, cursor: next, found: found, then: handler)
        }
    }

    private static let membersPerPage = 500

    /// An entry is `owner_length(u8) owner flag(u8) user_length(u32) user info`.
    private static func info(inEntry entry: [UInt8]) -> ClientInfo? {
        guard let ownerLength = entry.first.map({ Int($0) }), entry.count >= 1 + ownerLength + 5 else { return nil }
        let start = 2 + ownerLength
        let userLength = entry[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
        guard userLength <= entry.count - start - 4 else { return nil }
        return entry[(start + 4 + userLength)...].withUnsafeBytes { Envelope.decodeInfo($0) }
    }

    /// Counts sessions and users in O(1).
    func presenceStats(
        of part: String,
        keys: RedisKeys,
        then handler: @escaping (Result<PresenceStats, RedisFailure>) -> Void
    ) {
        var clients: Result<RESPValue, RedisFailure>?
        self.count(keys.presence(part)) { clients = $0 }
        self.count(keys.users(part)) { users in
            handler(
                (clients ?? .failure(.unexpectedReply("HLEN is missing"))).flatMap { clients in
                    users.flatMap { users in
                        guard let clients = clients.integer, let users = users.integer else {
                            return .failure(.unexpectedReply("HLEN has no number"))
                        }
                        return .success(
                            PresenceStats(clients: UInt32(clamping: clients), users: UInt32(clamping: users))
                        )
                    }
                }
            )
        }
    }

    private func count(_ key: String, then handler: @escaping RedisConnection.ReplyHandler) {
        self.send { writer in
            writer.begin(2)
            writer.append("HLEN" as StaticString)
            writer.append(key)
        } reply: {
            handler($0)
        }
    }
}

extension RedisFailure {
    /// Whether the same command may come to something another time: not when Redis knows of no lease.
    var isWorthRepeating: Bool {
        if case .refused(let reply) = self { reply.category != .stale } else { true }
    }
}
