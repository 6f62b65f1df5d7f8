import NIOCore
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinTransport

@Suite struct BacklogTests {
    private func source(_ policy: ChannelRules.SlowConsumerPolicy) -> ChannelFanout {
        ChannelFanout(rules: ChannelRules.open.with { $0.slowConsumer = policy })
    }

    private func frame(
        _ size: Int,
        _ source: ChannelFanout? = nil,
        publications: Int = 1,
        mark: UInt8 = 0
    ) -> OutboundFrame {
        OutboundFrame(
            bytes: ByteBuffer(repeating: mark, count: size),
            source: source,
            publications: source == nil ? 0 : publications
        )
    }

    private func marks(_ frames: [OutboundFrame]) -> [UInt8] {
        frames.map { $0.bytes.getInteger(at: $0.bytes.readerIndex) ?? 0 }
    }

    @Test func `frames come out in the order in which they went in`() {
        var backlog = Backlog()
        for mark in 1...5 {
            #expect(backlog.append(self.frame(10, mark: UInt8(mark)), limit: 100) == .kept(dropped: 0))
        }
        #expect(backlog.bytes == 50 && !backlog.isEmpty)
        #expect(self.marks(backlog.take(budget: 20)) == [1, 2])
        #expect(self.marks(backlog.take(budget: 29)) == [3, 4])
        #expect(backlog.bytes == 10)
        #expect(self.marks(backlog.take(budget: 1000)) == [5])
        #expect(backlog.isEmpty && backlog.bytes == 0)
        #expect(backlog.take(budget: 1000).isEmpty)
    }

    @Test func `a frame above the budget is taken, alone`() {
        var backlog = Backlog()
        for mark in 1...2 { _ = backlog.append(self.frame(50, mark: UInt8(mark)), limit: 100) }
        #expect(self.marks(backlog.take(budget: 0)) == [1])
        #expect(self.marks(backlog.take(budget: 49)) == [2])
    }

    @Test func `exactly the limit fits, one byte more does not`() {
        var backlog = Backlog()
        #expect(backlog.append(self.frame(60), limit: 100) == .kept(dropped: 0))
        #expect(backlog.append(self.frame(41), limit: 100) == .overflow)
        #expect(backlog.bytes == 60)
        #expect(backlog.append(self.frame(40), limit: 100) == .kept(dropped: 0))
        #expect(backlog.append(self.frame(1, self.source(.close)), limit: 100) == .overflow)
    }

    @Test func `drop_oldest drops as many of its own channel as the new frame needs, and tells how many publications`()
    {
        let channel = self.source(.dropOldest)
        let other = self.source(.dropOldest)
        var backlog = Backlog()
        _ = backlog.append(self.frame(30, channel, publications: 2, mark: 1), limit: 100)
        _ = backlog.append(self.frame(30, other, mark: 2), limit: 100)
        _ = backlog.append(self.frame(30, channel, publications: 3, mark: 3), limit: 100)
        #expect(backlog.append(self.frame(35, channel, mark: 4), limit: 100) == .kept(dropped: 2))
        #expect(backlog.bytes == 95)
        #expect(backlog.append(self.frame(60, channel, mark: 5), limit: 100) == .kept(dropped: 4))
        #expect(self.marks(backlog.take(budget: 1000)) == [2, 5])
    }

    @Test func `a frame of drop_oldest that cannot be made room for is dropped itself`() {
        let channel = self.source(.dropOldest)
        var backlog = Backlog()
        _ = backlog.append(self.frame(80, mark: 1), limit: 100)
        #expect(backlog.append(self.frame(30, channel, publications: 7, mark: 2), limit: 100) == .kept(dropped: 7))
        #expect(self.marks(backlog.take(budget: 1000)) == [1])
    }

    @Test(arguments: [ChannelRules.SlowConsumerPolicy.dropOldest, .keepLatest])
    func `where nothing else waits, the newest of a channel that drops is kept, however large`(
        policy: ChannelRules.SlowConsumerPolicy
    ) {
        let channel = self.source(policy)
        var backlog = Backlog()
        #expect(backlog.append(self.frame(150, channel, mark: 1), limit: 100) == .kept(dropped: 0))
        #expect(backlog.append(self.frame(160, channel, publications: 1, mark: 2), limit: 100) == .kept(dropped: 1))
        #expect(self.marks(backlog.take(budget: 1000)) == [2])
    }

    @Test func `keep_latest keeps one frame of its channel, behind what came before it`() {
        let channel = self.source(.keepLatest)
        var backlog = Backlog()
        _ = backlog.append(self.frame(10, channel, publications: 2, mark: 1), limit: 100)
        _ = backlog.append(self.frame(10, mark: 2), limit: 100)
        #expect(backlog.append(self.frame(10, channel, mark: 3), limit: 100) == .kept(dropped: 2))
        _ = backlog.append(self.frame(10, self.source(.keepLatest), mark: 4), limit: 100)
        #expect(self.marks(backlog.take(budget: 1000)) == [2, 3, 4])
    }

    @Test func `a join does not drive the newest publication of keep_latest out`() {
        let channel = self.source(.keepLatest)
        var backlog = Backlog()
        _ = backlog.append(self.frame(10, channel, publications: 1, mark: 1), limit: 100)
        #expect(backlog.append(self.frame(10, channel, publications: 0, mark: 2), limit: 100) == .kept(dropped: 0))
        #expect(self.marks(backlog.take(budget: 1000)) == [1, 2])
    }

    @Test func `forgetting everything tells how many publications waited`() {
        var backlog = Backlog()
        _ = backlog.append(self.frame(10), limit: 100)
        _ = backlog.append(self.frame(10, self.source(.close), publications: 4), limit: 100)
        _ = backlog.append(self.frame(10, self.source(.dropOldest), publications: 3), limit: 100)
        #expect(backlog.removeAll() == 7)
        #expect(backlog.isEmpty && backlog.bytes == 0)
        #expect(backlog.removeAll() == 0)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func `a random history keeps the bound, the order and every frame that must not be lost`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let sources = [nil, self.source(.close), self.source(.dropOldest), self.source(.keepLatest)]
        var backlog = Backlog()
        var model = BacklogModel()
        for number in 1...3000 {
            if Int.random(in: 0..<3, using: &random) == 0 {
                let budget = Int.random(in: 0...600, using: &random)
                #expect(backlog.take(budget: budget).map(\.number) == model.take(budget: budget))
            } else {
                let index = Int.random(in: 0..<4, using: &random)
                let size = Int.random(
                    in: 4...(Int.random(in: 0..<20, using: &random) == 0 ? 1500 : 300),
                    using: &random
                )
                let publications = index == 0 ? 0 : Int.random(in: 1...3, using: &random)
                var bytes = ByteBuffer(integer: UInt32(number))
                bytes.writeRepeatingByte(0, count: size - 4)
                let frame = OutboundFrame(bytes: bytes, source: sources[index], publications: publications)
                let limit = Int.random(in: 500...1000, using: &random)
                let entry = BacklogModel.Entry(
                    number: UInt32(number),
                    size: size,
                    channel: index,
                    publications: publications
                )
                let held = backlog.bytes
                let outcome = backlog.append(frame, limit: limit)
                #expect(outcome == model.append(entry, limit: limit))
                let ceiling = index < 2 ? limit : max(limit, size)
                #expect(backlog.bytes <= max(held, ceiling), "what is added never exceeds the limit")
            }
            #expect(backlog.bytes == model.bytes && backlog.isEmpty == model.entries.isEmpty)
        }
        #expect(backlog.take(budget: .max).map(\.number) == model.take(budget: .max))
        let mustArrive = model.accepted.filter { $0.channel < 2 }.map(\.number)
        #expect(model.delivered.filter { mustArrive.contains($0) } == mustArrive)
        #expect(model.delivered == model.delivered.sorted())
    }
}

extension OutboundFrame {
    fileprivate var number: UInt32 { self.bytes.getInteger(at: self.bytes.readerIndex) ?? 0 }
}
