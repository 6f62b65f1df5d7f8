import SkeinCore

/// A client that follows positions behind a node, and the session that serves it: it subscribes, recovers, takes what
/// the node delivers, and subscribes again when it is told of a gap.
struct StreamSubscriber {
    enum State {
        case away
        /// The reply is not out; what the node delivers meanwhile is kept.
        case waiting(answer: StreamWorld.Answer?, kept: [TopicEvent])
        /// What the node delivers is compared with the reply until the first new publication.
        case catchingUp
        /// What the node delivers is passed on.
        case following
    }

    private(set) var state = State.away
    /// The client's position: the newest that it has processed, or was told to begin at.
    private(set) var processed: StreamPosition?
    /// How often it was told that it has missed something.
    private(set) var losses = 0
    private(set) var taken = 0

    /// The next step of subscribing.
    mutating func advance(in world: inout StreamWorld) throws -> [TopicEvent] {
        switch self.state {
        case .away:
            self.state = .waiting(answer: nil, kept: [])
        case .waiting(nil, let kept):
            self.state = .waiting(answer: self.ask(&world), kept: kept)
        case .waiting(let answer?, _):
            try world.learn(answer.position)
            return world.takeEvents()
        case .catchingUp, .following:
            break
        }
        return []
    }

    private func ask(_ world: inout StreamWorld) -> StreamWorld.Answer {
        guard let processed else {
            return StreamWorld.Answer(publications: [], position: world.readPosition(), recovered: true)
        }
        return world.recover(since: processed)
    }

    /// The reply goes out; the node has learned its position, and the events of that were taken.
    mutating func settle(in world: StreamWorld) throws {
        guard case .waiting(let answer?, let kept) = self.state else { return }
        for publication in answer.publications { try self.take(publication, world) }
        if !answer.recovered { self.losses += 1 }
        self.processed = answer.position
        self.state = .catchingUp
        for event in kept { try self.receive(event, world) }
    }

    mutating func receive(_ event: TopicEvent, _ world: StreamWorld) throws {
        switch (self.state, event) {
        case (.away, _):
            break
        case (.waiting(let answer, let kept), _):
            self.state = .waiting(answer: answer, kept: kept + [event])
        case (.catchingUp, .gap(let position)):
            guard let processed, position.epoch == processed.epoch, position.offset <= processed.offset else {
                self.state = .away
                return
            }
        case (.catchingUp, .publication(let publication)):
            guard let processed, publication.epoch == processed.epoch, publication.offset <= processed.offset + 1 else {
                self.state = .away
                return
            }
            guard publication.offset > processed.offset else { return }
            try self.take(publication, world)
            self.state = .following
        case (.following, .gap):
            self.state = .away
        case (.following, .publication(let publication)):
            try self.take(publication, world)
        case (_, .join), (_, .leave):
            break
        }
    }

    private mutating func take(_ publication: Publication, _ world: StreamWorld) throws {
        if let processed {
            let next = StreamPosition(offset: processed.offset + 1, epoch: processed.epoch)
            try world.require(publication.position == next, "a client at \(processed) gets \(publication.position)")
        }
        self.taken += 1
        self.processed = publication.position
    }
}
