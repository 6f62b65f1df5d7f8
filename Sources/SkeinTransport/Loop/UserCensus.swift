import SkeinCore
import Synchronization

/// How many users have sessions on a node, counted while they come and go: one who is on several loops is one user.
///
/// Called from any thread; everything is O(1).
public final class UserCensus: Sendable {
    private static let shardCount = 16

    private let shards = (0..<shardCount).map { _ in Shard() }

    /// A part of the users; they are spread by their hash.
    private final class Shard: Sendable {
        let loops = Mutex<[UserID: Int]>([:])
    }

    /// Nobody.
    public init() {}

    /// A loop has the user's first session.
    func enter(_ user: UserID) {
        self.shard(of: user).loops.withLock { $0[user, default: 0] += 1 }
    }

    /// A loop has the user's last session no more.
    func leave(_ user: UserID) {
        self.shard(of: user).loops.withLock { loops in
            guard let count = loops[user] else { return }
            loops[user] = count > 1 ? count - 1 : nil
        }
    }

    /// Users with a session. Takes one lock after the other, so that it is no moment's truth while they come and go.
    public var count: Int { self.shards.reduce(0) { $0 + $1.loops.withLock(\.count) } }

    private func shard(of user: UserID) -> Shard {
        self.shards[user.hashValue & (Self.shardCount - 1)]
    }
}
