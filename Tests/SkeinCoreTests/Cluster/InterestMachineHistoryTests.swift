import SkeinCore
import SkeinTestKit
import Testing

@Suite struct InterestMachineHistoryTests {
    private struct Difference: Error, CustomStringConvertible {
        var description: String
    }

    /// A broker that answers late, loses its links, and is asked by one machine.
    private struct World: ~Copyable {
        enum Command {
            case subscribe
            case unsubscribe
        }

        var machine = InterestMachine()
        var random: SeededGenerator
        var members = 0
        var isLinked = true
        var isSubscribed = false
        var isConfirmed = false
        var inFlight: [Command] = []
        /// The linger timer that counts, and those that have been started.
        var ticket: UInt32?
        var timers: [UInt32] = []
        var counts: [String: Int] = [:]

        init(seed: UInt64) {
            self.random = SeededGenerator(seed: seed)
        }

        func require(_ condition: Bool, _ message: String) throws {
            guard !condition else { return }
            throw Difference(description: "\(message): \(self.members) members, \(self.inFlight), \(self.counts)")
        }

        mutating func perform(_ action: InterestMachine.Action) throws {
            switch action {
            case .none:
                self.counts["none", default: 0] += 1
            case .subscribeUpstream:
                self.counts["subscribe", default: 0] += 1
                try self.send(.subscribe)
            case .unsubscribeUpstream:
                self.counts["unsubscribe", default: 0] += 1
                self.ticket = nil
                try self.send(.unsubscribe)
            case .linger(let ticket):
                self.counts["linger", default: 0] += 1
                try self.require(self.members == 0 && self.isSubscribed, "lingers for no reason")
                try self.require(!self.timers.contains(ticket), "a ticket is given twice")
                self.ticket = ticket
                self.timers.append(ticket)
            }
        }

        mutating func send(_ command: Command) throws {
            try self.require(self.isLinked, "a command without a link")
            try self.require(self.inFlight.isEmpty, "a second command in flight")
            self.inFlight.append(command)
        }

        mutating func step() throws {
            switch Int.random(in: 0..<18, using: &self.random) {
            case 0...4:
                self.members += 1
                self.ticket = nil
                try self.perform(self.machine.join())
            case 5...9 where self.members > 0:
                self.members -= 1
                try self.perform(self.machine.leave())
            case 10...13:
                try self.reply()
            case 14 where !self.timers.isEmpty:
                let ticket = self.random.oneIn(2) ? self.ticket ?? 0 : self.random.pick(self.timers)
                let counts = ticket == self.ticket
                let action = self.machine.lingerEnded(ticket: ticket)
                try self.require((action == .unsubscribeUpstream) == counts, "ticket \(ticket) of \(self.timers)")
                try self.perform(action)
            case 15:
                try self.talkNonsense()
            case 16 where self.isLinked && self.random.oneIn(2):
                self.loseLink()
            case 17:
                try self.restoreLink()
            default:
                break
            }
            try self.compare()
        }

        mutating func reply() throws {
            guard let command = self.inFlight.popLast() else { return }
            self.isSubscribed = command == .subscribe
            self.isConfirmed = self.isSubscribed
            switch command {
            case .subscribe: try self.perform(self.machine.subscribed())
            case .unsubscribe: try self.perform(self.machine.unsubscribed())
            }
        }

        mutating func talkNonsense() throws {
            let action: InterestMachine.Action
            switch self.inFlight.first {
            case .subscribe: action = self.machine.unsubscribed()
            case .unsubscribe: action = self.machine.subscribed()
            case nil: action = self.random.oneIn(2) ? self.machine.subscribed() : self.machine.unsubscribed()
            }
            try self.require(action == .none, "believed a reply to nothing")
        }

        mutating func loseLink() {
            self.isLinked = false
            self.isSubscribed = false
            self.isConfirmed = false
            self.inFlight = []
            self.ticket = nil
            self.machine.linkLost()
        }

        mutating func restoreLink() throws {
            let wasLinked = self.isLinked
            self.isLinked = true
            let action = self.machine.linkRestored()
            try self.require(!wasLinked || action == .none, "restored twice")
            try self.perform(action)
        }

        func compare() throws {
            try self.require(self.machine.count == self.members, "counts \(self.machine.count)")
            let isLive = self.isConfirmed && self.inFlight.isEmpty
            try self.require(self.machine.isLive == isLive, "live: \(self.machine.isLive)")
            let isIdle = self.members == 0 && !self.isSubscribed && self.inFlight.isEmpty
            try self.require(self.machine.isIdle == isIdle, "idle: \(self.machine.isIdle)")
            guard self.isLinked, self.inFlight.isEmpty else { return }
            let isWanted = self.members > 0 || self.ticket != nil
            try self.require(self.isSubscribed == isWanted, "subscribed: \(self.isSubscribed)")
        }

        /// All replies arrive, and the linger time passes.
        mutating func drain() throws {
            if !self.isLinked { try self.restoreLink() }
            while !self.inFlight.isEmpty { try self.reply() }
            try self.compare()
            guard let ticket = self.ticket else { return }
            try self.perform(self.machine.lingerEnded(ticket: ticket))
            while !self.inFlight.isEmpty { try self.reply() }
            try self.require(self.machine.isIdle && !self.isSubscribed, "nobody is here")
        }
    }

    @Test(arguments: 0..<8)
    func `in any history one command is in flight, and subscribed is who has somebody or lingers`(part: UInt64) throws {
        var counts: [String: Int] = [:]
        for seed in 0..<3_000 {
            var world = World(seed: part << 32 + UInt64(seed))
            for _ in 0..<40 { try world.step() }
            try world.drain()
            counts.merge(world.counts, uniquingKeysWith: +)
        }
        for action in ["none", "subscribe", "unsubscribe", "linger"] {
            #expect(counts[action, default: 0] > 500, "\(counts)")
        }
    }
}
