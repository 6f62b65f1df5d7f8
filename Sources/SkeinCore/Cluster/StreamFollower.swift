/// A node's place in one topic's stream: finds what the link has lost, and repairs it with one read at a time.
///
/// Publications come over a link that may lose some; reads come from the stream itself and may overtake the link. What leaves
/// here is in order and without duplicates, and nothing passes in front of a publication that is missing unless a gap is told in
/// between (guarantees G3–G5, for all subscribers of the node at once). The hot path is ``received(_:)`` of the next publication:
/// a comparison of epochs and offsets.
///
/// Owned by whoever delivers the topic's events. The shell performs the steps in order and answers every ``Step/read(since:)`` with one
/// ``readFinished(publications:position:recovered:)`` or ``readFailed()``; an answer that was given up must not come later. While a read is
/// under way, nothing but the next publication moves the place: what is held, another stream, a failed check wait for the answer.
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
        /// ``known`` was read, or a gap in front of it was told. What is not newer may still be on its way; up to `floor` it
        /// was delivered.
        case primed(floor: UInt64)
        /// Everything from some publication to ``known`` was delivered.
        case following
    }

    private struct Read: Sendable {
        /// In the epoch of ``known``, which does not change before the answer.
        let since: UInt64
        /// How many publications were held when it was asked for: what the stream returns cannot be older than they are.
        let heldBefore: Int
        /// Something has happened that this read may not have seen.
        var mustRepeat = false
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

    /// Whether something may be missing that no publication will tell of, because a read has failed.
    public private(set) var needsCheck = false
    /// Whether a publication of the stream was delivered since the last check: the link works, a check can wait.
    public private(set) var hasMovedSinceCheck = false

    /// Knows nothing yet. Publications that cannot be delivered before a read is answered are kept, up to `heldLimit`; those beyond
    /// it are read as well.
    public init(heldLimit: Int = 1024) {
        self.heldLimit = heldLimit
    }

    /// The newest position that is accounted for: delivered, told as a gap, or read by somebody who was told. Nil before there is one.
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

    /// It is delivered. One that was on its way when the position was read takes the place back: those between it and the position have
    /// to come as well.
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
        return self.checkFailed { $0.restart(at: position) }
    }

    /// A comparison with the stream: `top` is its newest position, nil when there is no stream.
    ///
    /// `isAuthoritative` says that the lower offset of an answer means that the stream went back: the link is a new one, and ``position`` was
    /// above `top` already when the question was asked. Otherwise it means that the answer is old.
    public mutating func checked(top: StreamPosition?, isAuthoritative: Bool) -> Action {
        self.needsCheck = false
        self.hasMovedSinceCheck = false
        if case .unknown = self.stage { return .none }
        guard let top else { return self.checkFailed { $0.forget() } }
        if top.epoch != self.known.epoch || (isAuthoritative && top.offset < self.known.offset) {
            return self.checkFailed { $0.restart(at: top) }
        }
        return top.offset > self.known.offset ? self.checkFailed { $0.startRead() } : .none
    }

    /// The shell has left this topic out of a round of checks because it had moved.
    public mutating func skippedCheck() {
        self.hasMovedSinceCheck = false
    }

    /// A read that is under way may be older than what was found: another one after it will tell.
    private mutating func checkFailed(step: (inout Self) -> Step) -> Action {
        guard self.read == nil else {
            self.read?.mustRepeat = true
            return .none
        }
        return .steps([step(&self)])
    }

    private mutating func forget() -> Step {
        self.stage = .unknown
        self.known = .none
        return .gap(.none)
    }

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

    /// The read is answered: at one instant the stream was at `position`, and `recovered` if it still had everything that
    /// follows the position which was asked for; these are the `publications`. O(publications and held ones).
    public mutating func readFinished(
        publications: [Publication],
        position: StreamPosition,
        recovered: Bool
    ) -> Action {
        guard let read = self.read else { return .none }
        self.read = nil
        self.dropImpossible(read, position)
        var steps: [Step] = []
        if position.epoch != self.known.epoch || position.offset < read.since {
            self.dropHeld(before: position.epoch)
            steps.append(self.restart(at: position))
        } else if position.offset > self.known.offset {
            let isWhole = recovered && Self.isWhole(publications, from: read.since, to: position)
            if isWhole, self.known.offset >= read.since {
                for publication in publications where publication.offset > self.known.offset {
                    self.follow(publication)
                    steps.append(.deliver(publication))
                }
            } else if self.known.offset != read.since {
                // The place has moved meanwhile; what follows it may still be there.
                return .steps([self.startRead()])
            } else {
                steps.append(self.restart(at: position))
            }
        }
        self.release(into: &steps)
        if read.mustRepeat, self.read == nil { steps.append(self.startRead()) }
        return steps.isEmpty ? .none : .steps(steps)
    }

    /// The read will not be answered: what was held for it is forgotten, and so it is missing until the next check, or the next
    /// publication, which does not follow.
    public mutating func readFailed() {
        self.read = nil
        self.held = []
        self.needsCheck = true
    }

    /// Whether a stream's answer is what it claims to be.
    private static func isWhole(_ publications: [Publication], from since: UInt64, to position: StreamPosition) -> Bool {
        guard UInt64(publications.count) == position.offset - since else { return false }
        var offset = since
        for publication in publications {
            offset += 1
            guard publication.offset == offset, publication.epoch == position.epoch else { return false }
        }
        return true
    }

    /// What was there before the read was asked for and is newer than the stream is from a stream that went back, or the answer is old.
    /// It must not be waited for: no read would ever bring what is in front of it.
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
