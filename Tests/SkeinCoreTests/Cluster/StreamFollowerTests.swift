import SkeinCore
import Testing

@Suite struct StreamFollowerTests {
    private func publication(_ offset: UInt64, _ epoch: String = "a") -> Publication {
        Publication(data: [1], offset: offset, epoch: epoch)
    }

    private func position(_ offset: UInt64, _ epoch: String = "a") -> StreamPosition {
        StreamPosition(offset: offset, epoch: epoch)
    }

    private func text(_ position: StreamPosition) -> String {
        position == .none ? "none" : "\(position.epoch)\(position.offset)"
    }

    /// An action in words: steps in order.
    private func text(_ action: StreamFollower.Action) -> String {
        switch action {
        case .none: ""
        case .deliver: "deliver"
        case .steps(let steps):
            steps.map { step in
                switch step {
                case .deliver(let publication): self.text(publication.position)
                case .gap(let position): "gap \(self.text(position))"
                case .read(let since): "read \(self.text(since))"
                }
            }
            .joined(separator: ", ")
        }
    }

    private func receive(_ follower: inout StreamFollower, _ offset: UInt64, _ epoch: String = "a") -> String {
        self.text(follower.received(self.publication(offset, epoch)))
    }

    private func finish(
        _ follower: inout StreamFollower,
        _ offsets: [UInt64],
        at position: StreamPosition,
        recovered: Bool = true
    ) -> String {
        let publications = offsets.map { self.publication($0, position.epoch) }
        return self.text(
            follower.readFinished(publications: publications, position: position, recovered: recovered)
        )
    }

    private func check(_ follower: inout StreamFollower, _ top: StreamPosition?, authoritative: Bool = false) -> String
    {
        self.text(follower.checked(top: top, isAuthoritative: authoritative))
    }

    private func learn(_ follower: inout StreamFollower, _ position: StreamPosition) -> String {
        self.text(follower.learned(position))
    }

    /// Everything up to the offset was delivered.
    private func following(_ offset: UInt64, heldLimit: Int = 1024) -> StreamFollower {
        var follower = StreamFollower(heldLimit: heldLimit)
        _ = follower.received(self.publication(offset))
        return follower
    }

    /// The offset was read.
    private func primed(_ offset: UInt64) -> StreamFollower {
        var follower = StreamFollower()
        _ = follower.learned(self.position(offset))
        return follower
    }

    // MARK: Publications

    @Test func `publications without a place always pass and teach nothing`() {
        var follower = StreamFollower()
        #expect(self.receive(&follower, 0, "") == "deliver")
        #expect(follower.position == nil)
        _ = self.receive(&follower, 4)
        _ = self.receive(&follower, 6)
        #expect(self.receive(&follower, 0, "") == "deliver")
        #expect(follower.position == self.position(4))
    }

    @Test func `the first publication is followed, wherever it is`() {
        var follower = StreamFollower()
        #expect(self.receive(&follower, 7) == "deliver")
        #expect(follower.position == self.position(7))
        #expect(follower.hasMovedSinceCheck)
        #expect(self.receive(&follower, 8) == "deliver")
        #expect(follower.position == self.position(8))
    }

    @Test func `what was delivered is not delivered again`() {
        var follower = self.following(5)
        #expect(self.receive(&follower, 5) == "")
        #expect(self.receive(&follower, 2) == "")
        #expect(follower.position == self.position(5))
    }

    @Test func `a missing publication is read, and comes before the one that told of it`() {
        var follower = self.following(5)
        #expect(self.receive(&follower, 8) == "read a5")
        #expect(follower.position == self.position(5))
        #expect(self.finish(&follower, [6, 7, 8], at: self.position(8)) == "a6, a7, a8")
        #expect(self.receive(&follower, 9) == "deliver")
    }

    @Test func `there is one read at a time, and what comes meanwhile waits for it`() {
        var follower = self.following(5)
        #expect(self.receive(&follower, 7) == "read a5")
        #expect(self.receive(&follower, 8) == "")
        #expect(self.receive(&follower, 9) == "")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "a6, a7, a8, a9")
        #expect(follower.position == self.position(9))
    }

    @Test func `what was lost while a read was under way is read afterwards`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        _ = self.receive(&follower, 9)
        _ = self.receive(&follower, 10)
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "a6, a7, read a7")
        #expect(self.finish(&follower, [8, 9, 10], at: self.position(10)) == "a8, a9, a10")
    }

    @Test func `what follows is not held up by a read that a check has asked for`() {
        var follower = self.following(5)
        #expect(self.check(&follower, self.position(6)) == "read a5")
        #expect(self.receive(&follower, 6) == "deliver")
        #expect(self.receive(&follower, 7) == "deliver")
        #expect(self.finish(&follower, [6], at: self.position(6)) == "")
        #expect(follower.position == self.position(7))
    }

    @Test func `publications beyond the limit are read as well`() {
        var follower = self.following(5, heldLimit: 2)
        #expect(self.receive(&follower, 7) == "read a5")
        #expect(self.receive(&follower, 8) == "")
        #expect(self.receive(&follower, 9) == "")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "a6, a7, a8, read a8")
        #expect(self.finish(&follower, [9], at: self.position(9)) == "a9")
    }

    @Test func `up to the limit no second read is needed`() {
        var follower = self.following(5, heldLimit: 3)
        for offset in 7...9 as ClosedRange<UInt64> { _ = self.receive(&follower, offset) }
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "a6, a7, a8, a9")
    }

    @Test func `the largest offset is no trap`() {
        var follower = self.following(.max)
        #expect(self.receive(&follower, .max) == "")
        #expect(self.receive(&follower, 1) == "")
        #expect(self.check(&follower, self.position(.max)) == "")
        var early = self.following(1)
        #expect(self.receive(&early, .max) == "read a1")
        #expect(self.finish(&early, [2], at: self.position(.max)) == "gap a\(UInt64.max), a\(UInt64.max)")
    }

    // MARK: Another stream

    @Test func `a publication of another epoch comes after a gap and is followed`() {
        var follower = self.following(5)
        #expect(self.receive(&follower, 3, "b") == "gap b2, b3")
        #expect(self.receive(&follower, 4, "b") == "deliver")
        #expect(follower.position == self.position(4, "b"))
    }

    @Test func `a publication of another epoch waits for a read that is under way`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        #expect(self.receive(&follower, 1, "b") == "")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "a6, a7, gap b0, b1")
    }

    @Test func `when the read finds another epoch, what was held of the old one is forgotten`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        _ = self.receive(&follower, 1, "b")
        _ = self.receive(&follower, 2, "b")
        #expect(self.finish(&follower, [], at: self.position(1, "b"), recovered: false) == "gap b1, b1, b2")
        #expect(self.receive(&follower, 3, "b") == "deliver")
    }

    @Test func `when nothing of the new epoch was held, nothing of the old one comes after the gap`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        #expect(self.finish(&follower, [], at: self.position(4, "b"), recovered: false) == "gap b4")
        #expect(self.receive(&follower, 5, "b") == "deliver")
    }

    // MARK: Replies

    @Test func `after a reply the publication that follows it is next`() {
        var follower = self.primed(5)
        #expect(follower.position == self.position(5))
        #expect(!follower.hasMovedSinceCheck)
        #expect(self.receive(&follower, 6) == "deliver")
        #expect(self.receive(&follower, 6) == "")
    }

    @Test func `after a reply a later publication is read for`() {
        var follower = self.primed(5)
        #expect(self.receive(&follower, 7) == "read a5")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "a6, a7")
    }

    @Test func `publications that a reply has overtaken are delivered, once and all of them`() {
        var follower = self.primed(5)
        #expect(self.receive(&follower, 3) == "deliver")
        #expect(self.receive(&follower, 3) == "")
        #expect(self.receive(&follower, 5) == "read a3")
        #expect(self.finish(&follower, [4, 5], at: self.position(5)) == "a4, a5")
    }

    @Test func `a read that began before an overtaken publication came begins again`() {
        var follower = self.primed(5)
        #expect(self.check(&follower, self.position(7)) == "read a5")
        #expect(self.receive(&follower, 4) == "deliver")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "read a4")
        #expect(self.finish(&follower, [5, 6, 7], at: self.position(7)) == "a5, a6, a7")
    }

    @Test func `a reply of the same epoch changes nothing`() {
        var follower = self.following(5)
        #expect(self.learn(&follower, self.position(3)) == "")
        #expect(self.learn(&follower, self.position(9)) == "")
        #expect(follower.position == self.position(5))
        #expect(self.receive(&follower, 6) == "deliver")
    }

    @Test func `a reply of another epoch tells a gap`() {
        var follower = self.following(5)
        #expect(self.learn(&follower, self.position(2, "b")) == "gap b2")
        #expect(self.receive(&follower, 1, "b") == "deliver")
        #expect(self.receive(&follower, 2, "b") == "deliver")
    }

    @Test func `a reply of another epoch during a read makes its answer void`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        #expect(self.learn(&follower, self.position(2, "b")) == "gap b2")
        #expect(self.receive(&follower, 2, "b") == "deliver")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "read b2")
        #expect(self.finish(&follower, [3], at: self.position(3, "b")) == "b3")
    }

    @Test func `a reply without a position teaches nothing`() {
        var follower = StreamFollower()
        #expect(self.learn(&follower, .none) == "")
        #expect(follower.position == nil)
        #expect(self.receive(&follower, 4) == "deliver")
    }

    // MARK: Unrecovered

    @Test func `when what is missing is gone, a gap is told and what was held follows`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        #expect(self.finish(&follower, [], at: self.position(8), recovered: false) == "gap a8, a7")
        #expect(self.receive(&follower, 8) == "deliver")
    }

    @Test func `after a gap what was delivered before it is not delivered again`() {
        var follower = self.following(5)
        #expect(self.check(&follower, self.position(9)) == "read a5")
        #expect(self.finish(&follower, [], at: self.position(9), recovered: false) == "gap a9")
        #expect(self.receive(&follower, 5) == "")
        #expect(self.receive(&follower, 8) == "deliver")
        #expect(self.receive(&follower, 9) == "deliver")
    }

    @Test func `an unrecovered read tells no gap when nothing is missing any more`() {
        var follower = self.following(5)
        _ = self.check(&follower, self.position(6))
        _ = self.receive(&follower, 6)
        #expect(self.finish(&follower, [], at: self.position(6), recovered: false) == "")
    }

    @Test func `an unrecovered read that was overtaken is tried again`() {
        var follower = self.following(5)
        _ = self.check(&follower, self.position(6))
        _ = self.receive(&follower, 6)
        #expect(self.finish(&follower, [], at: self.position(8), recovered: false) == "read a6")
        #expect(self.finish(&follower, [], at: self.position(8), recovered: false) == "gap a8")
    }

    @Test(arguments: [[7, 8], [6, 8], [6, 7], [6, 7, 7], [6, 8, 7], [6, 7, 8, 9], []] as [[UInt64]])
    func `an answer that is not what it claims to be is none`(offsets: [UInt64]) {
        var follower = self.following(5)
        _ = self.receive(&follower, 8)
        #expect(self.finish(&follower, offsets, at: self.position(8)) == "gap a8, a8")
    }

    @Test func `publications of another epoch than their answer are none`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        let publications = [self.publication(6), self.publication(7, "b")]
        let action = follower.readFinished(publications: publications, position: self.position(7), recovered: true)
        #expect(self.text(action) == "gap a7, a7")
    }

    @Test func `an answer that nobody asked for is ignored`() {
        var follower = self.following(5)
        #expect(self.finish(&follower, [6], at: self.position(6)) == "")
        #expect(follower.position == self.position(5))
    }

    @Test func `a publication that the stream has not got is not read for without an end`() {
        var follower = self.following(5)
        #expect(self.receive(&follower, 9) == "read a5")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "a6, a7")
        #expect(follower.needsCheck)
        #expect(self.receive(&follower, 8) == "deliver")
    }

    @Test func `a stream that is behind the read went back`() {
        var follower = self.following(5)
        #expect(self.receive(&follower, 9) == "read a5")
        #expect(self.finish(&follower, [], at: self.position(3)) == "gap a3")
        #expect(self.receive(&follower, 4) == "deliver")
    }

    // MARK: Failures

    @Test func `after a failed read the shell has to check, and the next publication reads again`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        follower.readFailed()
        #expect(follower.needsCheck)
        #expect(follower.position == self.position(5))
        #expect(self.receive(&follower, 8) == "read a5")
        #expect(self.finish(&follower, [6, 7, 8], at: self.position(8)) == "a6, a7, a8")
        #expect(self.check(&follower, self.position(8)) == "")
        #expect(!follower.needsCheck)
    }

    // MARK: Checks

    @Test func `a check finds what was lost last`() {
        var follower = self.following(5)
        #expect(self.check(&follower, self.position(7)) == "read a5")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "a6, a7")
    }

    @Test func `a check that agrees does nothing but clear the flags`() {
        var follower = self.following(5)
        #expect(follower.hasMovedSinceCheck)
        #expect(self.check(&follower, self.position(5), authoritative: true) == "")
        #expect(!follower.hasMovedSinceCheck)
        _ = self.receive(&follower, 6)
        #expect(follower.hasMovedSinceCheck)
        follower.skippedCheck()
        #expect(!follower.hasMovedSinceCheck)
    }

    @Test func `what a read delivers has moved as well, and what is dropped has not`() {
        var follower = self.following(5)
        _ = self.check(&follower, self.position(6))
        _ = self.receive(&follower, 5)
        #expect(!follower.hasMovedSinceCheck)
        _ = self.finish(&follower, [6], at: self.position(6))
        #expect(follower.hasMovedSinceCheck)
    }

    @Test func `a check of what is not known says nothing`() {
        var follower = StreamFollower()
        #expect(self.check(&follower, self.position(7), authoritative: true) == "")
        #expect(self.check(&follower, nil, authoritative: true) == "")
        #expect(follower.position == nil)
    }

    @Test func `a check that finds no stream tells a gap and knows nothing`() {
        var follower = self.following(5)
        #expect(self.check(&follower, nil) == "gap none")
        #expect(follower.position == nil)
        #expect(self.receive(&follower, 3, "b") == "deliver")
    }

    @Test func `a check that finds another epoch tells a gap`() {
        var follower = self.following(5)
        #expect(self.check(&follower, self.position(3, "b")) == "gap b3")
        #expect(self.receive(&follower, 3, "b") == "deliver")
        #expect(self.receive(&follower, 4, "b") == "deliver")
    }

    @Test func `a lower offset is an old answer, unless it is authoritative`() {
        var follower = self.following(5)
        #expect(self.check(&follower, self.position(3)) == "")
        #expect(follower.position == self.position(5))
        #expect(self.check(&follower, self.position(3), authoritative: true) == "gap a3")
        #expect(self.receive(&follower, 4) == "deliver")
    }

    @Test func `a check during a read does not start another one, but the read is repeated`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        #expect(self.check(&follower, self.position(8)) == "")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "a6, a7, read a7")
        #expect(self.finish(&follower, [8], at: self.position(8)) == "a8")
    }

    @Test(arguments: [StreamPosition(offset: 4, epoch: "b"), StreamPosition(offset: 3, epoch: "a")])
    func `a check during a read that finds another stream makes the answer void`(top: StreamPosition) {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        #expect(self.check(&follower, top, authoritative: true) == "gap \(self.text(top))")
        #expect(self.receive(&follower, top.offset + 2, top.epoch) == "")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "read \(self.text(top))")
        let newest = StreamPosition(offset: top.offset + 2, epoch: top.epoch)
        let missing = [top.offset + 1, top.offset + 2]
        let delivered = missing.map { "\(top.epoch)\($0)" }.joined(separator: ", ")
        #expect(self.finish(&follower, missing, at: newest) == delivered)
    }

    @Test func `a check during a read that finds no stream makes the answer void`() {
        var follower = self.following(5)
        _ = self.receive(&follower, 7)
        #expect(self.check(&follower, nil) == "gap none")
        #expect(self.finish(&follower, [6, 7], at: self.position(7)) == "")
        #expect(follower.position == nil)
        #expect(self.receive(&follower, 1, "b") == "deliver")
    }
}
