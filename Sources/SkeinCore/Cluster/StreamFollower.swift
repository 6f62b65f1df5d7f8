/// A node's place in one topic's stream: finds what the link has lost, and repairs it with one read at a time.
///
/// Publications come over a link that may lose some; reads come from the stream itself and may overtake the link. What
/// leaves here is in order and without duplicates, and nothing passes in front of a publication that is missing unless
/// a gap is told in between (guarantees G3–G5, for all subscribers of the node at once). The hot path is
/// ``received(_:)`` of the next publication: a comparison of epochs and offsets.
///
/// Owned by whoever delivers the topic's events. The shell performs the steps in order and answers every
/// ``Step/read(since:)`` with one ``readFinished(publications:position:recovered:)`` or ``readFailed()``; an answer
/// that was given up must not come later. While a read is under way, publications that do not follow are held for its
/// answer.
public struct StreamFollower: Sendable {
    /// One thing to do.
    public enum Step: Sendable {
        case deliver(Publication)
        /// What was published in front of the position, and was not delivered, is missing for good.
        case gap(StreamPosition)
        /// Find out what follows the position. Asked for again only after the answer.
        case read(since: StreamPosition)
    }

    /// What the shell has to do.
    public enum Action: Sendable {
        case none
        /// The publication that was given.
        case deliver
        /// These, in order.
        case steps([Step])
    }

    private enum Stage: Sendable {
        case unknown
        /// ``known`` was read, or a gap in front of it was told. What is not newer may still be on its way; up to
        /// `floor` it was delivered.
        case primed(floor: UInt64)
        /// Everything from some publication to ``known`` was delivered.
        case following
    }

    private struct Read: Sendable {
        /// In the epoch of ``known``.
        let since: UInt64
        /// How many publications were held when it was asked for: the stream cannot be older than they are.
        let heldBefore: Int
        /// Something has happened that this read may not have seen.
        var mustRepeat = false
        /// It is about a stream that is no more.
        var isVoid = false
    }

    /// How a publication relates to the place.
    private enum Relation {
        case past
        case next
        case ahead
        case otherStream
    }

    private let heldLimit: Int
    private var stage: Stage = .unknown
    private var known: StreamPosition = .none
    private var read: Read?
    private var held: [Publication] = []

    /// Whether something may be missing that no publication will tell of: a read has failed, or its answer did not have
    /// what had already come over the link.
    public private(set) var needsCheck = false
    /// Whether a publication of the stream was delivered since the last check: the link works, a check can wait.
    public private(set) var hasMovedSinceCheck = false

    /// Knows nothing yet. Publications that cannot be delivered before a read is answered are kept, up to `heldLimit`;
    /// those beyond it are read as well.
    public init(heldLimit: Int = 1024) {
        self.heldLimit = heldLimit
    }

    /// The newest position that is accounted for: delivered, told as a gap, or read by somebody who was told. Nil
    /// before there is one.
    public var position: StreamPosition? {
        if case .unknown = self.stage { nil } else { self.known }
    }

    // MARK: The link

    /// A publication arrived over the link. Without a place in a stream it just passes.
    public mutating func received(_ publication: Publication) -> Action {
        guard publication.offset > 0 else { return .deliver }
        switch self.relation(of: publication) {
        case .past:
            return .none
        case .next:
            self.follow(publication)
            return .deliver
        case .ahead:
            self.hold(publication)
            return self.read == nil ? .steps([self.startRead()]) : .none
        case .otherStream:
            guard self.read == nil else {
                self.hold(publication)
                return .none
            }
            return .steps(self.change(to: publication))
        }
    }

    private func relation(of publication: Publication) -> Relation {
        let floor: UInt64
        switch self.stage {
        case .unknown: return .next
        case .primed(let delivered): floor = delivered
        case .following: floor = self.known.offset
        }
        guard publication.epoch == self.known.epoch else { return .otherStream }
        guard publication.offset > floor else { return .past }
        return publication.offset - 1 <= self.known.offset ? .next : .ahead
    }

    /// It is delivered. One that was on its way when the position was read takes the place back: those between it and
    /// the position have to come as well.
    private mutating func follow(_ publication: Publication) {
        self.hasMovedSinceCheck = true
        if case .following = self.stage {
            self.known.offset = publication.offset
        } else {
            self.known = publication.position
            self.stage = .following
        }
    }

    private mutating func change(to publication: Publication) -> [Step] {
        self.known = publication.position
        self.stage = .following
        self.hasMovedSinceCheck = true
        let before = StreamPosition(offset: publication.offset - 1, epoch: publication.epoch)
        return [.gap(before), .deliver(publication)]
    }

    private mutating func hold(_ publication: Publication) {
        if self.held.count < self.heldLimit {
            self.held.append(publication)
        } else {
            self.read?.mustRepeat = true
        }
    }

    // MARK: Positions

    /// A reply to somebody on this node said that the stream is at this position.
    public mutating func learned(_ position: StreamPosition) -> Action {
        if case .unknown = self.stage {
            guard !position.epoch.isEmpty else { return .none }
            self.known = position
            self.stage = .primed(floor: 0)
            return .none
        }
        guard position.epoch != self.known.epoch else { return .none }
        self.abandonRead()
        return .steps([self.restart(at: position)])
    }

    /// A comparison with the stream: `top` is its newest position, nil when there is no stream.
    ///
    /// `isAuthoritative` says that the lower offset of an answer means that the stream went back: the link is a new
    /// one, and ``position`` was above `top` already when the question was asked. Otherwise it means that the answer is
    /// old.
    public mutating func checked(top: StreamPosition?, isAuthoritative: Bool) -> Action {
        self.needsCheck = false
        self.hasMovedSinceCheck = false
        if case .unknown = self.stage { return .none }
        guard let top else {
            self.abandonRead()
            self.stage = .unknown
            self.known = .none
            return .steps([.gap(.none)])
        }
        if top.epoch != self.known.epoch || (isAuthoritative && top.offset < self.known.offset) {
            self.abandonRead()
            return .steps([self.restart(at: top)])
        }
        guard top.offset > self.known.offset else { return .none }
        guard self.read == nil else {
            self.read?.mustRepeat = true
            return .none
        }
        return .steps([self.startRead()])
    }

    /// The shell has left this topic out of a round of checks because it had moved.
    public mutating func skippedCheck() {
        self.hasMovedSinceCheck = false
    }

    /// The place is about to change. What is held is read for again, in the stream that there is then.
    private mutating func abandonRead() {
        self.read?.mustRepeat = true
        self.read?.isVoid = true
        self.held = []
    }

    /// A gap is told, and the stream goes on after the position.
    private mutating func restart(at position: StreamPosition) -> Step {
        var floor: UInt64 = 0
        if position.epoch == self.known.epoch, position.offset >= self.known.offset {
            if case .primed(let delivered) = self.stage { floor = delivered } else { floor = self.known.offset }
        }
        self.stage = .primed(floor: floor)
        self.known = position
        return .gap(position)
    }

    // MARK: Reads

    private mutating func startRead() -> Step {
        self.read = Read(since: self.known.offset, heldBefore: self.held.count)
        return .read(since: self.known)
    }

    /// The read is answered: at one instant the stream was at `position`, and `recovered` if it still had everything
    /// that follows the position which was asked for; these are the `publications`. O(publications and held ones).
    public mutating func readFinished(
        publications: [Publication],
        position: StreamPosition,
        recovered: Bool
    ) -> Action {
        guard let read = self.read else { return .none }
        self.read = nil
        var steps: [Step] = []
        if !read.isVoid {
            self.dropImpossible(read, position)
            if position.epoch != self.known.epoch || position.offset < read.since {
                self.dropHeld(before: position.epoch)
                steps.append(self.restart(at: position))
            } else if position.offset > self.known.offset {
                let isWhole = recovered && Self.isWhole(publications, from: read.since, to: position)
                steps += self.advance(read, isWhole ? publications : nil, to: position)
            }
        }
        self.release(into: &steps)
        if read.mustRepeat, self.read == nil, self.position != nil { steps.append(self.startRead()) }
        return steps.isEmpty ? .none : .steps(steps)
    }

    /// The stream has more than is known. What it has is nil when some of it is gone.
    private mutating func advance(
        _ read: Read,
        _ publications: [Publication]?,
        to position: StreamPosition
    ) -> [Step] {
        if let publications, self.known.offset >= read.since {
            let missing = publications.filter { $0.offset > self.known.offset }
            for publication in missing { self.follow(publication) }
            return missing.map { .deliver($0) }
        }
        // The place has moved meanwhile; what follows it may still be there.
        guard self.known.offset == read.since else { return [self.startRead()] }
        return [self.restart(at: position)]
    }

    /// The read will not be answered: what was held for it is forgotten, and so it is missing until the next check, or
    /// the next publication, which does not follow.
    public mutating func readFailed() {
        self.read = nil
        self.held = []
        self.needsCheck = true
    }

    /// Whether a stream's answer is what it claims to be.
    private static func isWhole(
        _ publications: [Publication],
        from since: UInt64,
        to position: StreamPosition
    ) -> Bool {
        guard UInt64(publications.count) == position.offset - since else { return false }
        var offset = since
        for publication in publications {
            offset += 1
            guard publication.offset == offset, publication.epoch == position.epoch else { return false }
        }
        return true
    }

    /// What was there before the read was asked for and is newer than the stream is from a stream that went back, or
    /// the answer is old. It must not be waited for: no read would ever bring what is in front of it.
    private mutating func dropImpossible(_ read: Read, _ position: StreamPosition) {
        let count = self.held.count
        var index = 0
        self.held.removeAll { publication in
            defer { index += 1 }
            return index < read.heldBefore && publication.epoch == position.epoch
                && publication.offset > position.offset
        }
        if self.held.count < count { self.needsCheck = true }
    }

    /// The stream is another one: what was held of the streams before it has come to nothing.
    private mutating func dropHeld(before epoch: String) {
        let old = self.known.epoch
        if let first = self.held.firstIndex(where: { $0.epoch == epoch }) {
            self.held.removeSubrange(..<first)
        } else {
            self.held.removeAll { $0.epoch == old }
        }
    }

    /// Delivers what was held, as far as it follows.
    private mutating func release(into steps: inout [Step]) {
        guard self.read == nil else { return }
        for (index, publication) in self.held.enumerated() {
            switch self.relation(of: publication) {
            case .past:
                continue
            case .next:
                self.follow(publication)
                steps.append(.deliver(publication))
            case .otherStream:
                steps += self.change(to: publication)
            case .ahead:
                self.held.removeSubrange(..<index)
                steps.append(self.startRead())
                return
            }
        }
        self.held = []
    }
}
