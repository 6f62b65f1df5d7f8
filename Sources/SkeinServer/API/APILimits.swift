/// How much one request may ask for. Backends are trusted, but a mistake in one must not take the node's memory.
enum APILimits {
    /// Most commands of a batch.
    static let commands = 1000
    /// Most commands of a parallel batch that run at once.
    static let parallelCommands = 8
    /// Most channels of a broadcast.
    static let channels = 10_000
    /// Most publications that `history` returns, also for a negative limit.
    static let publications = 10_000
    /// Most bytes of payload that `history` returns.
    static let historyBytes = 16 << 20
    /// Once the replies of a batch have so many bytes, the commands that are left are not carried out.
    static let batchBytes = 64 << 20
    /// Longest idempotency key in bytes.
    static let idempotencyKey = 256
    /// Longest pattern of `channels` in bytes.
    static let pattern = 1024
    /// Addresses whose wrong keys are counted apart.
    static let addresses = 4096
}
