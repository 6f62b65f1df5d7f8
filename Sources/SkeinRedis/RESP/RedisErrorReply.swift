/// What an error that Redis answered means to Skein: what to do about it, and whether the command may have had an
/// effect.
///
/// Redis puts the kind of an error into its first word and promises nothing about the rest
/// (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors, the words with their causes:
/// https://redis.io/docs/latest/develop/reference/errors/). Two decisions need more than that word: a function that is
/// not loaded has the general `ERR`, and an error raised inside a running function ends with the place it comes from
/// (`… script: name, on @user_function:2.`), after commands that may have written.
struct RedisErrorReply: Error, Sendable, Hashable, CustomStringConvertible {
    /// What to do about an error.
    enum Category: String, Sendable, CaseIterable {
        /// `LOADING`, `MASTERDOWN`, `READONLY`, `UNBLOCKED`: this server cannot answer now, or is not the master any
        /// more. Back off, and ask again who the master is.
        case reconnect
        /// `NOAUTH`, `WRONGPASS`, `NOPERM`, `DENIED` (protected mode): an operator has to change credentials or rules.
        case authentication
        /// `ERR Function not found`, `NOSCRIPT`: load the library, then repeat the command.
        case missingFunction
        /// `BUSY`: a script or function has been running for longer than `busy-reply-threshold`. Try later.
        case busy
        /// `OOM`: `maxmemory` is reached and nothing may be evicted.
        case outOfMemory
        /// `MISCONF` (the last snapshot or append-only write failed), `NOREPLICAS` (fewer replicas than
        /// `min-replicas-to-write`): writes are refused until an operator or time helps.
        case misconfigured
        /// `WRONGTYPE`: something else uses our key.
        case wrongType
        /// `STALE`, ours: the reader's idea of a stream or lease is older than what Redis holds.
        case stale
        /// `FORKED`, ours: the history of this Redis has another name than the node knows; read it again.
        case forked
        /// `FENCED`, ours: a newer process has this node's name.
        case fenced
        /// `GONE`, ours: the node's lease has ended.
        case gone
        /// Anything else: a mistake of ours or of the set-up.
        case other
    }

    /// What to do about it.
    let category: Category
    /// The first word, `ERR` for most.
    let word: String
    /// The whole line without its `-`. It is not for clients: `ERR unknown command` quotes what was sent.
    let message: String

    /// Reads the line of an error reply.
    init(_ line: String) {
        self.message = line
        self.word = String(line.prefix { $0 != " " })
        let isMissing = line.hasPrefix("ERR Function not found")
        self.category = isMissing ? .missingFunction : Self.categories[self.word] ?? .other
    }

    /// Reads an error where the decoder left it; nil for other kinds of replies.
    init?(_ reply: borrowing RESPReply) {
        guard reply.kind == .error, let bytes = reply.bytes else { return nil }
        self.init(String(decoding: bytes, as: UTF8.self))
    }

    /// Whether the command changed nothing for certain, so that it may be repeated as it is.
    ///
    /// Redis refuses what the known words name before it runs a command or a function, and functions of ours answer
    /// our own words before their first write. What comes from inside a function, and every other word, leaves it
    /// open. Functions must not return what `pcall` caught, because then the line does not say where it comes from.
    var isCertainlyNotExecuted: Bool {
        // `FORKED` is raised inside a function, but in front of its first write.
        self.category == .forked || (self.category != .other && !self.isRaisedInsideFunction)
    }

    private var isRaisedInsideFunction: Bool {
        self.message.contains(", on @user_")
    }

    private static let categories: [String: Category] = [
        "LOADING": .reconnect,
        "MASTERDOWN": .reconnect,
        "READONLY": .reconnect,
        "UNBLOCKED": .reconnect,
        "NOAUTH": .authentication,
        "WRONGPASS": .authentication,
        "NOPERM": .authentication,
        "DENIED": .authentication,
        "NOSCRIPT": .missingFunction,
        "BUSY": .busy,
        "OOM": .outOfMemory,
        "MISCONF": .misconfigured,
        "NOREPLICAS": .misconfigured,
        "WRONGTYPE": .wrongType,
        "STALE": .stale,
        "FORKED": .forked,
        "FENCED": .fenced,
        "GONE": .gone,
    ]

    var description: String { self.message }
}
