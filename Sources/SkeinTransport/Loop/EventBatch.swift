import NIOCore
import SkeinCore
import SkeinWire

/// The events of one channel in one loop turn, encoded once for each variant that has subscribers.
struct EventBatch {
    /// In order.
    private(set) var events: [TopicEvent] = []
    private let base: Publication?
    private let encoder: EventEncoder
    private var encoded: [Encoding]
    /// The indices of those that are not ``Encoding/notYet``, as bits.
    private var used: UInt32 = 0
    private let hasMembership: Bool
    /// Publications among the events.
    let publicationCount: Int
    /// Position of the first publication that has one.
    let first: StreamPosition?
    /// The sessions that must not get something of this batch.
    let excludedClients: [String]

    /// What a variant came to.
    enum Encoding {
        case notYet
        /// Nothing in the batch is for this variant.
        case nothing
        case frame(OutboundFrame)
        /// A payload cannot be expressed in the variant's format.
        case inexpressible
        /// The subscriber knows another stream than the one that the events belong to.
        case cutOff
    }

    /// Takes the group's events and the scratch table over until ``end(_:scratch:)``: while they have one owner, nothing is copied.
    init(group: ChannelGroup, pool: BufferPool, scratch: inout [Encoding]) {
        swap(&self.events, &group.attachment.events)
        self.base = group.attachment.base
        self.encoder = EventEncoder(group: group, pool: pool)
        var publications = 0
        var membership = false
        var first: StreamPosition?
        var excluded: [String] = []
        for event in self.events {
            guard case .publication(let publication) = event else {
                membership = true
                continue
            }
            if first == nil, publication.offset > 0 { first = publication.position }
            publications += 1
            if let client = publication.excludedClient { excluded.append(client) }
        }
        self.publicationCount = publications
        self.hasMembership = membership
        self.first = first
        self.excludedClients = excluded
        self.encoded = []
        swap(&self.encoded, &scratch)
    }

    /// Gives the arrays back, for the next batch; this one is over.
    mutating func end(_ fanout: ChannelFanout, scratch: inout [Encoding]) {
        while self.used != 0 {
            self.encoded[self.used.trailingZeroBitCount] = .notYet
            self.used &= self.used - 1
        }
        swap(&self.encoded, &scratch)
        fanout.remember(self.events)
        self.events.removeAll(keepingCapacity: self.events.capacity <= 256)
        swap(&self.events, &fanout.events)
    }

    /// The events for a variant: encoded by the first who asks, shared by all others.
    mutating func encoding(for variant: EncodingVariant) -> Encoding {
        var variant = variant
        if !self.hasMembership { variant.joinLeave = false }
        if case .notYet = self.encoded[variant.index] {
            let base = variant.delta == .patch ? self.base : nil
            self.used |= 1 << UInt32(variant.index)
            self.encoded[variant.index] = self.encoder.encode(self.events[...], variant: variant, base: base)
        }
        return self.encoded[variant.index]
    }

    /// The events that `isIncluded` lets through, encoded for one subscriber alone.
    func encoding(for variant: EncodingVariant, where isIncluded: (TopicEvent) -> Bool) -> Encoding {
        self.encoder.encode(self.events.filter(isIncluded)[...], variant: variant.whole, base: nil)
    }

    /// The newest publication without the others, for a subscriber of which only that may wait. Joins and leaves stay.
    func newest(for variant: EncodingVariant) -> Encoding {
        var older = self.publicationCount - 1
        let kept = self.events.filter { event in
            guard case .publication = event else { return true }
            older -= 1
            return older < 0
        }
        return self.encoder.encode(kept[...], variant: variant.whole, base: nil)
    }
}
