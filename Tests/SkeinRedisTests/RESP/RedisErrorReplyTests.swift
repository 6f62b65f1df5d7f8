import NIOCore
import Testing

@testable import SkeinRedis

@Suite struct RedisErrorReplyTests {
    /// Lines of Redis 7.0.15, and of Skein's own functions.
    static let refusals: [(String, RedisErrorReply.Category)] = [
        ("LOADING Redis is loading the dataset in memory", .reconnect),
        ("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", .reconnect),
        ("READONLY You can't write against a read only replica.", .reconnect),
        ("UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)", .reconnect),
        ("NOAUTH Authentication required.", .authentication),
        ("WRONGPASS invalid username-password pair or user is disabled.", .authentication),
        ("NOPERM this user has no permissions to run the 'get' command", .authentication),
        ("DENIED Redis is running in protected mode because protected mode is enabled", .authentication),
        ("ERR Function not found", .missingFunction),
        ("NOSCRIPT No matching script. Please use EVAL.", .missingFunction),
        ("BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.", .busy),
        ("OOM command not allowed when used memory > 'maxmemory'.", .outOfMemory),
        (
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            .misconfigured
        ),
        ("NOREPLICAS Not enough good replicas to write.", .misconfigured),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", .wrongType),
        ("STALE epoch moved", .stale),
        ("FENCED newer generation", .fenced),
        ("GONE", .gone),
    ]

    @Test(arguments: Self.refusals)
    func `a refusal is known by its first word and changed nothing`(
        _ line: String,
        _ category: RedisErrorReply.Category
    ) {
        let error = RedisErrorReply(line)
        #expect(error.category == category)
        #expect(error.isCertainlyNotExecuted)
        #expect(error.word == line.split(separator: " ").first.map(String.init))
        #expect(error.message == line)
    }

    @Test(arguments: [
        "", " ", "ERR", "ERR unknown command 'x'", "ERR function not found",
        "BUSYGROUP Consumer Group name already exists",
        "busy", "OOMX", "EXECABORT Transaction discarded because of previous errors.", "ERR BUSY",
        "ERR user_function:5: boom script: r, on @user_function:5.",
    ])
    func `any other line leaves open whether the command had an effect`(_ line: String) {
        #expect(RedisErrorReply(line).category == .other)
        #expect(!RedisErrorReply(line).isCertainlyNotExecuted)
    }

    @Test(arguments: ["WRONGTYPE Operation against a key holding the wrong kind of value", "OOM command not allowed"])
    func `an error from inside a function keeps its category but may come after a write`(_ line: String) {
        let error = RedisErrorReply(line + " script: publish, on @user_function:2.")
        #expect(error.category == RedisErrorReply(line).category)
        #expect(!error.isCertainlyNotExecuted)
    }

    @Test func `only error replies are errors`() throws {
        var decoder = RESPDecoder()
        var errors: [RedisErrorReply?] = []
        let bytes = [UInt8]("-STALE x\r\n+STALE x\r\n$7\r\nSTALE x\r\n:1\r\n*1\r\n-STALE x\r\n$-1\r\n".utf8)
        try decoder.decode(ByteBuffer(bytes: bytes)) { errors.append(RedisErrorReply($0)) }
        #expect(errors == [RedisErrorReply("STALE x"), nil, nil, nil, nil, nil])
    }
}
