import NIOCore
import SkeinCluster
import SkeinCore

/// The commands on streams, encoded and their replies decoded.
extension RedisCommands {
    /// See the function `publish`. `handler` gets the position.
    func publish(
        _ publication: Publication,
        to part: String,
        retention: Retention,
        idempotencyKey: IdempotencyKey?,
        keys: RedisKeys,
        functions: RedisFunctions,
        then handler: @escaping (Result<StreamPosition, RedisFailure>) -> Void
    ) {
        self.send { writer in
            writer.call(
                functions.publish,
                keys: [
                    keys.meta(part), keys.stream(part),
                    // Without one the place is taken by a key that the function does not write then.
                    idempotencyKey.map { keys.idempotency(part, $0.key) } ?? keys.meta(part),
                ],
                arguments: 8
            )
            writer.append(keys.channel(part))
            writer.append(byteCount: Envelope.bodySize(of: publication)) {
                Envelope.writeBody(of: publication, into: &$0)
            }
            writer.append(max(0, retention.size))
            writer.append(milliseconds: retention.ttl)
            writer.append(milliseconds: retention.metaTTL)
            writer.append(self.tag)
            writer.append(Self.makeEpoch())
            writer.append(milliseconds: idempotencyKey?.window ?? .zero)
        } reply: { result in
            handler(
                result.flatMap { value in
                    guard let parts = value.array, parts.count == 2, let offset = parts[0].offset,
                        let epoch = parts[1].text
                    else { return .failure(.unexpectedReply("publish has no position")) }
                    return .success(StreamPosition(offset: offset, epoch: epoch))
                }
            )
        }
    }

    /// Publishes on a channel that keeps nothing.
    func publishLive(
        _ publication: Publication,
        to topic: Topic,
        keys: RedisKeys,
        then handler: @escaping RedisConnection.OutcomeHandler
    ) {
        func write(_ writer: inout RESPCommandWriter) {
            writer.begin(3)
            writer.append("PUBLISH" as StaticString)
            writer.append(keys.channelHead(topic.app), topic.channel.text)
            writer.append(byteCount: Envelope.liveSize(of: publication)) { Envelope.writeLive(publication, into: &$0) }
        }
        if let connection = self.ready { return connection.send(write, outcome: handler) }
        self.send(write) { result in
            if case .failure(let failure) = result { handler(failure) } else { handler(nil) }
        }
    }

    /// Publishes bytes as they are.
    func publish(_ message: ByteBuffer, to channel: String, then handler: @escaping (Bool) -> Void = { _ in }) {
        self.send { writer in
            writer.begin(3)
            writer.append("PUBLISH" as StaticString)
            writer.append(channel)
            writer.append(byteCount: message.readableBytes) { $0.writeImmutableBuffer(message) }
        } reply: { result in
            if case .success = result { handler(true) } else { handler(false) }
        }
    }

    /// See the function `history`.
    func history(
        _ part: String,
        query: HistoryQuery,
        metaTTL: Duration,
        keys: RedisKeys,
        functions: RedisFunctions,
        then handler: @escaping (Result<StreamReply, RedisFailure>) -> Void
    ) {
        self.send { writer in
            writer.call(functions.history, keys: [keys.meta(part), keys.stream(part)], arguments: 7)
            writer.append(self.tag)
            writer.append(Self.makeEpoch())
            writer.append(milliseconds: metaTTL)
            writer.append(query.since.map { String($0.offset) } ?? "")
            writer.append(query.since?.epoch ?? "")
            writer.append(max(0, query.limit))
            writer.append(query.reverse ? 1 : 0)
        } reply: { result in
            handler(
                result.flatMap { value in
                    StreamReply(value).map { .success($0) } ?? .failure(.unexpectedReply("history has no position"))
                }
            )
        }
    }

    /// See the function `recover`.
    func recover(
        _ part: String,
        since: StreamPosition,
        mode: ChannelRules.RecoveryMode,
        limit: Int,
        metaTTL: Duration,
        keys: RedisKeys,
        functions: RedisFunctions,
        then handler: @escaping (Result<Recovery, RedisFailure>) -> Void
    ) {
        self.send { writer in
            writer.call(functions.recover, keys: [keys.meta(part), keys.stream(part)], arguments: 7)
            writer.append(self.tag)
            writer.append(Self.makeEpoch())
            writer.append(milliseconds: metaTTL)
            writer.append(String(since.offset))
            writer.append(since.epoch)
            writer.append(mode.rawValue)
            writer.append(max(0, limit))
        } reply: { result in
            handler(
                result.flatMap { value in
                    guard let reply = StreamReply(value, head: 3), let recovered = value.array?[2].integer else {
                        return .failure(.unexpectedReply("recover has no position"))
                    }
                    return .success(
                        Recovery(
                            position: reply.position,
                            publications: reply.publications,
                            recovered: recovered == 1
                        )
                    )
                }
            )
        }
    }

    /// The name of a stream that begins with this command, if it does: eight random characters, 47 bits.
    private static func makeEpoch() -> String { MemoryBroker.randomEpoch() }
}
