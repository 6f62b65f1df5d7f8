public import SkeinCore

/// Reads never trim and never lengthen a life: only publications do, by the retention they come with.
///
/// With a retention that keeps nothing there is no stream to read: the position is offset 0 without an epoch, and
/// nothing is recovered. A negative limit is taken for 0.
extension MemoryBroker: HistoryBroker {
    public func history(
        of topic: Topic,
        query: HistoryQuery,
        retention: Retention,
        completion: Completion<HistoryResult>
    ) {
        let result = self.read(topic, retention: retention) { stream in
            HistoryResult(publications: stream.read(query), position: stream.position)
        }
        completion.succeed(result ?? HistoryResult(publications: [], position: .none))
    }

    /// In cache mode the newest publication alone makes a recovery, wherever the client was; it is left out for a
    /// client that has its position already, and without one only such a client is recovered.
    public func recover(
        _ topic: Topic,
        since: StreamPosition,
        mode: ChannelRules.RecoveryMode,
        limit: Int,
        retention: Retention,
        completion: Completion<Recovery>
    ) {
        let recovery = self.read(topic, retention: retention) { stream in
            stream.recover(since: since, mode: mode, limit: limit)
        }
        completion.succeed(recovery ?? Recovery(position: .none, publications: [], recovered: false))
    }

    public func removeHistory(of topic: Topic, completion: Completion<Void>) {
        self.withShard(of: topic) { shard in
            _ = shard.withExistingStream(of: topic, now: self.clock.now()) { $0.removePublications() }
        }
        completion.succeed(())
    }

    private func read<Result: Sendable>(
        _ topic: Topic,
        retention: Retention,
        _ body: (MemoryStream) -> Result
    ) -> Result? {
        guard retention.keepsStream else { return nil }
        return self.withShard(of: topic) { shard in
            let now = self.clock.now()
            return shard.withStream(of: topic, retention: retention, now: now, makeEpoch: self.makeEpoch) { body($0) }
        }
    }
}
