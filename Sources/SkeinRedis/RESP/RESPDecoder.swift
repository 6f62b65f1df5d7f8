import CHiredis

/// Turns the bytes of one Redis connection into replies, with hiredis' reader (RESP2).
///
/// The only file that speaks with hiredis. What comes out depends only on the bytes, never on how they were cut into
/// reads. Strings are copied once, out of the reader into an arena that all replies share; nothing is allocated for a
/// reply of usual size, and what a huge one needed is given back when it has been read.
///
/// Not thread safe: it belongs to the event loop of its connection.
struct RESPDecoder: ~Copyable {
    /// hiredis moves the unread rest of its buffer for every KiB that it has read, so that its time grows with the
    /// square of what it is fed at once.
    private static let sliceSize = 16 * 1024
    /// The shim keeps sizes in 32 bits.
    private static let sizes = 0...Int(Int32.max)

    private var state: UnsafeMutablePointer<skein_resp>?
    /// The first error; from then on nothing is decoded.
    private(set) var failure: RESPError?

    /// Starts before the first byte of a connection.
    ///
    /// - Parameters:
    ///   - maximumElements: of all arrays within one reply together.
    ///   - maximumBytes: of one string. A simple string or an error may have 64 KiB at most.
    ///   - maximumReplyBytes: of all strings within one reply together.
    init(maximumElements: Int = 1 << 20, maximumBytes: Int = 16 << 20, maximumReplyBytes: Int = 64 << 20) {
        self.state = skein_resp_create(
            Self.clamped(maximumElements),
            Self.clamped(maximumBytes),
            Self.clamped(maximumReplyBytes)
        )
        if self.state == nil {
            self.failure = RESPError(.outOfMemory, "no memory for a decoder")
        }
    }

    deinit {
        skein_resp_destroy(self.state)
    }

    private static func clamped(_ size: Int) -> Int {
        min(max(size, Self.sizes.lowerBound), Self.sizes.upperBound)
    }

    /// Bytes allocated at the moment; 0 after a failure.
    var retainedByteCount: Int {
        self.state.map { skein_resp_retained($0) } ?? 0
    }

    /// Reads on, and hands over every reply that is now complete, in order.
    ///
    /// `body` may look at its reply until it returns. When it throws, the decoder has failed as well.
    ///
    /// - Throws: the first error, at this and every later call.
    mutating func decode(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (borrowing RESPReply) throws(RESPError) -> Void
    ) throws(RESPError) {
        if let failure = self.failure { throw failure }
        guard let state = self.state else { return }
        do throws(RESPError) {
            var offset = 0
            while offset < bytes.count {
                let end = min(offset + Self.sliceSize, bytes.count)
                try Self.decode(slice: UnsafeRawBufferPointer(rebasing: bytes[offset..<end]), state, body)
                offset = end
            }
        } catch {
            self.failure = error
            skein_resp_destroy(state)
            self.state = nil
            throw error
        }
    }

    private static func decode(
        slice: UnsafeRawBufferPointer,
        _ state: UnsafeMutablePointer<skein_resp>,
        _ body: (borrowing RESPReply) throws(RESPError) -> Void
    ) throws(RESPError) {
        guard let start = slice.baseAddress else { return }
        skein_resp_feed(state, start, slice.count)
        while true {
            let outcome = skein_resp_next(state)
            if outcome == 0 { return }
            guard outcome > 0 else { throw Self.error(of: state) }
            try body(RESPReply(state.pointee.tokens, count: state.pointee.token_count, arena: state.pointee.arena))
            skein_resp_release(state)
        }
    }

    private static func error(of state: UnsafeMutablePointer<skein_resp>) -> RESPError {
        switch Int(state.pointee.failure) {
        case SKEIN_RESP_TOO_LARGE:
            return RESPError(.tooLarge, "a reply is larger than allowed")
        case SKEIN_RESP_OUT_OF_MEMORY:
            return RESPError(.outOfMemory, "no memory for a reply")
        default:
            return RESPError(.protocolViolation, Self.reason(state))
        }
    }

    /// hiredis has no words of its own for what the shim refused.
    private static func reason(_ state: UnsafeMutablePointer<skein_resp>) -> String {
        let isOurs = state.pointee.reader.pointee.err != REDIS_ERR_PROTOCOL
        return isOurs ? "not RESP2" : String(cString: skein_resp_reason(state))
    }
}

/// One value of a reply. An array is followed by its elements, depth first.
typealias RESPToken = skein_resp_token

extension RESPToken {
    /// What kind of value it is.
    var kind: RESPReply.Kind {
        switch self.type {
        case REDIS_REPLY_STRING: return .bulkString
        case REDIS_REPLY_ARRAY: return .array
        case REDIS_REPLY_INTEGER: return .integer
        case REDIS_REPLY_STATUS: return .simpleString
        case REDIS_REPLY_ERROR: return .error
        default: return .null
        }
    }

    /// Bytes of a string, elements of an array, 0 for others.
    var count: Int { Int(self.size) }
    /// The number, when it is one.
    var integer: Int64 { self.value }
    /// Where a string starts in the arena.
    var offset: Int { Int(self.value) }
}
