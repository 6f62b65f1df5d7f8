import NIOCore
import NIOPosix
public import SkeinCluster
public import SkeinCore
import SkeinWire

/// A publication that the server API makes, with everything that the broker has to know.
public struct ServerPublication: Sendable {
    /// What to publish, without a position.
    public var publication: Publication
    /// Where to.
    public var topic: Topic
    /// How much of the topic's stream is kept.
    public var retention: Retention
    /// Names the intended publication, so that it is made once; nil when every request makes one.
    public var idempotencyKey: IdempotencyKey?

    /// Describes a publication.
    public init(
        _ publication: Publication,
        to topic: Topic,
        retention: Retention,
        idempotencyKey: IdempotencyKey? = nil
    ) {
        self.publication = publication
        self.topic = topic
        self.retention = retention
        self.idempotencyKey = idempotencyKey
    }
}

/// The broker for tasks: the server API is async, brokers complete on event loops. Each function costs one hop to a
/// loop and back.
extension Transport {
    /// Publishes in the order of the array, without waiting for one before the next is given to the broker, so that
    /// publications on one topic get increasing offsets in that order (guarantee G7). One result for each, in the
    /// same order.
    public func publish(_ publications: [ServerPublication]) async -> [Result<StreamPosition, BrokerError>] {
        let eventLoop = self.group.any()
        let promises = publications.map { publication in
            let promise = eventLoop.makePromise(of: Result<StreamPosition, BrokerError>.self)
            self.node.metrics.published()
            self.node.broker.publish(
                publication.publication,
                to: publication.topic,
                retention: publication.retention,
                idempotencyKey: publication.idempotencyKey,
                completion: Completion(on: eventLoop) { promise.succeed($0) }
            )
            return promise
        }
        var results: [Result<StreamPosition, BrokerError>] = []
        results.reserveCapacity(promises.count)
        for promise in promises {
            do {
                results.append(try await promise.futureResult.get())
            } catch {
                results.append(.failure(BrokerError(.outcomeUnknown, "\(error)")))
            }
        }
        return results
    }

    /// Reads a part of a stream. See ``HistoryBroker/history(of:query:retention:completion:)``.
    public func history(
        of topic: Topic,
        query: HistoryQuery,
        retention: Retention
    ) async throws(BrokerError) -> HistoryResult {
        try await self.ask {
            self.node.broker.history(of: topic, query: query, retention: retention, completion: $0)
        }
    }

    /// Forgets the publications of a stream.
    public func removeHistory(of topic: Topic) async throws(BrokerError) {
        try await self.ask { self.node.broker.removeHistory(of: topic, completion: $0) }
    }

    /// Lists the sessions that are present on a topic, in no order. O(members).
    public func presence(of topic: Topic) async throws(BrokerError) -> [PresenceMember] {
        try await self.ask { self.node.broker.presence(of: topic, completion: $0) }
    }

    /// Counts the sessions and users that are present on a topic. O(1).
    public func presenceStats(of topic: Topic) async throws(BrokerError) -> PresenceStats {
        try await self.ask { self.node.broker.presenceStats(of: topic, completion: $0) }
    }

    /// Calls a method of ``RPCTable`` on behalf of the server API: the caller has neither a user nor a session.
    public func call(
        _ method: String,
        data: [UInt8],
        policy: SessionPolicy
    ) async -> Result<[UInt8], ErrorCode.Failure> {
        let methods = self.node.methods
        let caller = RPCTable.Caller(info: ClientInfo(user: "", client: ""), policy: policy)
        return await withCheckedContinuation { continuation in
            self.group.any().execute {
                continuation.resume(
                    returning: methods.call(RPCRequest(method: method, data: data), caller: caller)
                )
            }
        }
    }

    private func ask<Value: Sendable>(_ start: (Completion<Value>) -> Void) async throws(BrokerError) -> Value {
        let result = await withCheckedContinuation { continuation in
            start(Completion(on: self.group.any()) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }
}
