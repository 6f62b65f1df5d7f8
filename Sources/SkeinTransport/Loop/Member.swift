import SkeinCore

typealias ChannelGroup = LocalHub<Member, ChannelFanout>.Group

/// A subscriber in a channel's list: what fan-out has to know of it, in one cache line with its neighbours.
struct Member {
    let session: SessionHandler
    let subscription: Subscription
    /// The encoding that it gets.
    var variant: EncodingVariant
    /// Whether it cannot simply get what the others get; see ``Subscription/catchUp``.
    var needsAttention: Bool
}

/// One of the encodings of a channel's events: the same bytes for all subscribers of the variant.
struct EncodingVariant: Hashable {
    static let count = 12

    /// How publications are encoded.
    enum Delta: UInt8 {
        case none = 0
        /// Patches against the publication before.
        case patch = 1
        /// The first one whole, because the subscriber has nothing to patch; then patches.
        case patchAfterFirst = 2
    }

    var isBinary: Bool
    var delta: Delta
    /// Whether joins and leaves are in it.
    var joinLeave: Bool

    var index: Int { Int(self.delta.rawValue) << 2 | (self.isBinary ? 2 : 0) | (self.joinLeave ? 1 : 0) }
}
