import SkeinCore

/// One topic's stream, a link that loses and repeats, reads that take time, and a node that follows: a model that tests
/// move.
///
/// A value, so that a test can try every continuation of a moment. Every step that the follower asks for is checked
/// when it is performed; the first one that breaks a promise throws.
struct StreamWorld {
    struct Difference: Error, CustomStringConvertible {
        var description: String
    }

    /// What the stream can be asked, as it was answered at one instant.
    struct Answer {
        var publications: [Publication]
        var position: StreamPosition
        var recovered: Bool
    }

    /// What can happen next.
    enum Move: Int, CaseIterable {
        case publish
        case arrive
        case lose
        case repeatLast
        case repeatNext
        case computeRead
        case answerRead
        case failRead
        case computeCheck
        case answerCheck
        case computeReply
        case answerReply
        case trim
        case renew
        case vanish
    }

    var follower: StreamFollower
    private(set) var trace: [Move] = []

    // MARK: The stream and the ways to it

    private(set) var epoch = 1
    private(set) var exists = true
    private(set) var stream: [Publication] = []
    private(set) var firstRetained: UInt64 = 1
    private(set) var link: [Publication] = []
    private(set) var lastArrived: Publication?
    private(set) var readSince: StreamPosition?
    private(set) var readAnswer: Answer?
    private(set) var checkAnswer: (top: StreamPosition?, hasGoneBack: Bool)?
    private(set) var reply: StreamPosition?

    // MARK: What came out

    /// Every publication that was ever made. It must come out as it went in.
    private(set) var published: [StreamPosition: Publication] = [:]
    private(set) var delivered: Set<StreamPosition> = []
    /// What was delivered, told as a gap, or said in a reply, last.
    private(set) var reached: StreamPosition?
    /// Whether the next publication may be any: nothing is known.
    private(set) var isOpen = true
    /// Whether the next one may be an older one as well: nothing was delivered since the position was told.
    private(set) var mayStartBefore = false
    private(set) var gaps = 0
    private(set) var reads = 0
    /// What happened in the outer shell: a session's view of the same events.
    private(set) var events: [TopicEvent] = []

    init(heldLimit: Int = 1024) {
        self.follower = StreamFollower(heldLimit: heldLimit)
    }

    var epochName: String { "e\(self.epoch)" }
    var top: StreamPosition { StreamPosition(offset: UInt64(self.stream.count), epoch: self.epochName) }
    var isQuiet: Bool {
        self.link.isEmpty && self.readSince == nil && self.checkAnswer == nil && self.reply == nil
    }

    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        guard !condition else { return }
        let state = "reached \(String(describing: self.reached)), top \(self.top), retained from \(self.firstRetained)"
        throw Difference(description: "\(message()); \(state); after \(self.trace)")
    }

    // MARK: Moves

    func canMove(_ move: Move) -> Bool {
        switch move {
        case .publish, .renew: true
        case .vanish: self.exists
        case .arrive, .lose, .repeatNext: !self.link.isEmpty
        case .repeatLast: self.lastArrived != nil
        case .computeRead: self.readSince != nil && self.readAnswer == nil
        case .answerRead: self.readAnswer != nil
        case .failRead: self.readSince != nil
        case .computeCheck: self.checkAnswer == nil
        case .answerCheck: self.checkAnswer != nil
        case .computeReply: self.reply == nil
        case .answerReply: self.reply != nil
        case .trim: self.firstRetained <= UInt64(self.stream.count)
        }
    }

    mutating func move(_ move: Move) throws {
        self.trace.append(move)
        switch move {
        case .publish: self.publish()
        case .arrive: try self.arrive(self.link.removeFirst())
        case .lose: self.link.removeFirst()
        case .repeatLast: if let lastArrived { try self.arrive(lastArrived) }
        case .repeatNext: try self.arrive(self.link[0])
        case .computeRead: if let readSince { self.readAnswer = self.recover(since: readSince) }
        case .answerRead: try self.answerRead()
        case .failRead: self.failRead()
        case .computeCheck: self.checkAnswer = (self.exists ? self.top : nil, hasGoneBack: false)
        case .answerCheck: try self.answerCheck()
        case .computeReply: self.reply = self.readPosition()
        case .answerReply: try self.answerReply()
        case .trim: self.firstRetained = UInt64(self.stream.count)
        case .renew: self.renew()
        case .vanish: self.exists = false
        }
    }

    /// Appends to the stream and to the link.
    private mutating func publish() {
        if !self.exists { self.renew() }
        let position = StreamPosition(offset: UInt64(self.stream.count) + 1, epoch: self.epochName)
        let publication = Publication(data: [1], offset: position.offset, epoch: position.epoch)
        self.published[position] = publication
        self.stream.append(publication)
        self.link.append(publication)
    }

    private mutating func renew() {
        self.epoch += 1
        self.stream = []
        self.firstRetained = 1
        self.exists = true
    }

    /// The link is replaced, and the shell compares. With a failover to a copy that lacks the newest, their offsets are
    /// used again.
    mutating func relink(losing count: Int = 0) {
        self.breakLink()
        self.stream.removeLast(min(count, self.stream.count))
        self.firstRetained = min(self.firstRetained, UInt64(self.stream.count) + 1)
        if count > 0 { self.hasGoneBack = true }
        self.checkAfterReconnect()
    }

    private mutating func checkAfterReconnect() {
        let asked = self.follower.position
        let hasGoneBack = asked?.epoch == self.top.epoch && self.top.offset < asked?.offset ?? 0
        self.checkAnswer = (self.exists ? self.top : nil, hasGoneBack: hasGoneBack)
    }

    /// Everything on its way is lost.
    private mutating func breakLink() {
        self.link = []
        self.lastArrived = nil
        self.checkAnswer = nil
        self.reply = nil
        if self.readSince != nil { self.failRead() }
    }

    // MARK: Answers

    /// What a reply to a subscriber says.
    mutating func readPosition() -> StreamPosition {
        if !self.exists { self.renew() }
        return self.top
    }

    /// The contract of a broker's recovery: all or nothing.
    mutating func recover(since: StreamPosition) -> Answer {
        if !self.exists { self.renew() }
        let isWhole =
            since.epoch == self.epochName && since.offset <= self.top.offset && since.offset + 1 >= self.firstRetained
        let missing = isWhole ? Array(self.stream[Int(since.offset)...]) : []
        return Answer(publications: missing, position: self.top, recovered: isWhole)
    }

    private mutating func arrive(_ publication: Publication) throws {
        self.lastArrived = publication
        try self.perform(self.follower.received(publication), given: publication)
    }

    mutating func answerRead() throws {
        guard let answer = self.readAnswer else { return }
        self.readSince = nil
        self.readAnswer = nil
        let action = self.follower.readFinished(
            publications: answer.publications,
            position: answer.position,
            recovered: answer.recovered
        )
        try self.perform(action)
    }

    private mutating func failRead() {
        self.readSince = nil
        self.readAnswer = nil
        self.follower.readFailed()
    }

    private mutating func answerCheck() throws {
        guard let (top, hasGoneBack) = self.checkAnswer else { return }
        self.checkAnswer = nil
        let position = self.follower.position
        let mustTell = hasGoneBack && position?.epoch == top?.epoch && position?.offset ?? 0 > top?.offset ?? 0
        let gaps = self.gaps
        try self.perform(self.follower.checked(top: top, isAuthoritative: hasGoneBack))
        try self.require(self.gaps > gaps || !mustTell, "does not tell that the stream went back")
    }

    private mutating func answerReply() throws {
        guard let reply = self.reply else { return }
        self.reply = nil
        try self.learn(reply)
    }

    /// A subscriber of the node got this position.
    mutating func learn(_ position: StreamPosition) throws {
        if self.follower.position == nil {
            self.reached = position
            self.isOpen = false
            self.mayStartBefore = true
        }
        try self.perform(self.follower.learned(position))
    }

    // MARK: Steps

    private mutating func perform(_ action: StreamFollower.Action, given: Publication? = nil) throws {
        switch action {
        case .none:
            break
        case .deliver:
            guard let given else { return try self.require(false, "delivers what was not given") }
            try self.deliver(given)
        case .steps(let steps):
            try self.require(!steps.isEmpty, "no steps")
            for step in steps { try self.perform(step) }
        }
        try self.require(self.follower.position?.epoch != "", "a position without an epoch")
    }

    private mutating func perform(_ step: StreamFollower.Step) throws {
        switch step {
        case .deliver(let publication):
            try self.deliver(publication)
        case .gap(let position):
            self.gaps += 1
            try self.require(self.isTrue(gap: position), "a gap without a reason at \(position)")
            self.isOpen = position == .none
            self.mayStartBefore = true
            self.reached = self.isOpen ? nil : position
            self.events.append(.gap(position))
        case .read(let since):
            try self.require(self.readSince == nil, "a second read")
            try self.require(since == self.follower.position, "reads from another place")
            self.reads += 1
            self.readSince = since
        }
    }

    /// Whether something is missing that no read could bring, or the stream is another one.
    private func isTrue(gap position: StreamPosition) -> Bool {
        guard self.epoch == 1, !self.hasGoneBack, position != .none else { return true }
        return self.firstRetained > (self.reached?.offset ?? 0) + 1
    }

    /// The promise: exactly the next one, unless a gap was told or nothing was known.
    private mutating func deliver(_ publication: Publication) throws {
        let position = publication.position
        try self.require(self.published[position] === publication, "delivers what was not published")
        if !self.isOpen {
            let next = (self.reached?.offset ?? 0) + 1
            let isNext = self.mayStartBefore ? position.offset <= next : position.offset == next
            try self.require(position.epoch == self.reached?.epoch && isNext, "delivers \(position)")
        }
        let isNew = self.delivered.insert(position).inserted
        try self.require(isNew || self.repeatsAreExcused, "delivers \(position) twice")
        self.reached = position
        self.isOpen = false
        self.mayStartBefore = false
        self.events.append(.publication(publication))
    }

    /// When streams change, a publication may belong to either side of the change; a gap is told between the two.
    private var repeatsAreExcused: Bool {
        self.epoch > 1 || self.mayStartBefore && self.isOpen || self.hasGoneBack
    }

    private var hasGoneBack = false

    /// The events since the last call.
    mutating func takeEvents() -> [TopicEvent] {
        defer { self.events = [] }
        return self.events
    }

    // MARK: The end

    /// Everything arrives and is answered; then the shell compares, as after a reconnect, and reads what it is asked
    /// to.
    mutating func finish() throws {
        try self.settle()
        self.checkAfterReconnect()
        try self.answerCheck()
        try self.settle()
        try self.require(!self.follower.needsCheck, "still needs a check")
        guard let position = self.follower.position else { return }
        try self.require(position == self.top, "ends at \(position)")
        try self.require(self.reached == self.top, "has not told everything")
    }

    mutating func settle() throws {
        let limit = self.reads + 8 + self.link.count
        while !self.isQuiet {
            try self.require(self.reads < limit, "reads without an end")
            if self.readSince != nil {
                try self.move(.computeRead)
                try self.answerRead()
            } else if self.checkAnswer != nil {
                try self.answerCheck()
            } else if self.reply != nil {
                try self.answerReply()
            } else {
                try self.move(.arrive)
            }
        }
    }
}
