import SkeinCore
import SkeinTestKit
import Testing

/// Long random histories with everything that can happen.
@Suite struct StreamFollowerHistoryTests {
    private struct Totals {
        var moves = 0
        var gaps = 0
        var reads = 0
        var losses = 0
        var taken = 0
    }

    /// A node with some clients, in a world that moves at random.
    private struct History {
        var world: StreamWorld
        var subscribers = [StreamSubscriber](repeating: StreamSubscriber(), count: 3)
        var random: SeededGenerator
        let moves: [StreamWorld.Move]
        let goesBack: Bool

        init(seed: UInt64, goesBack: Bool) {
            self.random = SeededGenerator(seed: seed)
            self.world = StreamWorld(heldLimit: self.random.pick([0, 1, 2, 5, 1024]))
            self.goesBack = goesBack
            // Each history has its own mixture.
            var moves: [StreamWorld.Move] = [
                .publish, .publish, .publish, .publish, .arrive, .arrive, .arrive, .arrive,
            ]
            moves += [.computeRead, .computeRead, .answerRead, .answerRead, .answerCheck, .answerReply]
            for move in StreamWorld.Move.allCases {
                let isGrave = [.renew, .vanish, .trim, .repeatLast, .repeatNext].contains(move)
                if goesBack, isGrave, move != .trim { continue }
                if !self.random.oneIn(isGrave ? 4 : 2) { continue }
                moves.append(move)
            }
            self.moves = moves
        }

        mutating func step() throws {
            if self.random.oneIn(25) {
                self.world.relink(losing: self.goesBack ? Int.random(in: 0..<4, using: &self.random) : 0)
            } else if !self.goesBack, self.random.oneIn(4) {
                try self.advance(Int.random(in: self.subscribers.indices, using: &self.random))
            } else {
                let move = self.random.pick(self.moves)
                guard self.world.canMove(move) else { return }
                try self.world.move(move)
            }
            try self.dispatch()
        }

        mutating func dispatch() throws {
            let events = self.world.takeEvents()
            for index in self.subscribers.indices {
                for event in events { try self.subscribers[index].receive(event, self.world) }
            }
        }

        mutating func advance(_ index: Int) throws {
            var isAnswered = false
            if case .waiting(.some, _) = self.subscribers[index].state { isAnswered = true }
            let events = try self.subscribers[index].advance(in: &self.world)
            for event in events {
                for other in self.subscribers.indices { try self.subscribers[other].receive(event, self.world) }
            }
            if isAnswered { try self.subscribers[index].settle(in: self.world) }
        }

        /// The faults end: everybody comes back, and has everything.
        mutating func finish() throws {
            try self.world.finish()
            try self.dispatch()
            guard !self.goesBack else { return }
            for _ in 0..<3 {
                for index in self.subscribers.indices {
                    for _ in 0..<3 { try self.advance(index) }
                }
                try self.world.move(.publish)
                try self.world.settle()
                try self.dispatch()
            }
            for subscriber in self.subscribers {
                try self.world.require(subscriber.processed == self.world.top, "a client is at \(subscriber)")
                guard case .following = subscriber.state else {
                    return try self.world.require(false, "a client is \(subscriber.state)")
                }
            }
        }
    }

    private func play(_ seeds: Range<UInt64>, goesBack: Bool) throws -> Totals {
        var totals = Totals()
        for seed in seeds {
            var history = History(seed: seed, goesBack: goesBack)
            for _ in 0..<80 { try history.step() }
            try history.finish()
            totals.moves += history.world.trace.count
            totals.gaps += history.world.gaps
            totals.reads += history.world.reads
            for subscriber in history.subscribers {
                totals.losses += subscriber.losses
                totals.taken += subscriber.taken
            }
        }
        return totals
    }

    @Test(arguments: 0..<8)
    func `in any history every client sees each publication once, in order, or is told`(part: UInt64) throws {
        let totals = try self.play(part * 10_000..<part * 10_000 + 1_000, goesBack: false)
        #expect(totals.gaps > 500 && totals.reads > 500 && totals.losses > 300, "\(totals)")
        #expect(totals.taken > 5_000, "\(totals)")
    }

    @Test func `a stream that goes back ends with its top, and with a gap told`() throws {
        let totals = try self.play(1_000_000..<1_002_000, goesBack: true)
        #expect(totals.gaps > 1_000 && totals.reads > 1_000, "\(totals)")
    }
}
