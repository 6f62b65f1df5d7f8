/// What the benchmark wants to know of a message that is no publication of its own.
struct ServerReply: Equatable {
    /// An error in place of a result.
    struct Failure: Equatable {
        var code: UInt64 = 0
        var message = ""
        var isTemporary = false
    }

    /// The answer to subscribe.
    struct Subscription: Equatable {
        var recoverable = false
        var recovered = false
        var epoch = ""
        var offset: UInt64 = 0
    }

    /// Which command it answers; 0 for a push.
    var id: UInt64 = 0
    var failure: Failure?
    var subscription: Subscription?
    /// From the answer to connect: whether pings want an answer.
    var wantsPong: Bool?
    /// The offset of a publication, when it is a push of one.
    var publicationOffset: UInt64?
    /// Whether the server ended a subscription.
    var isUnsubscribe = false

    /// Says nothing.
    init() {}
}
