import SkeinCore
import Testing

/// Every order of a few events, to the end.
@Suite struct StreamFollowerInterleavingTests {
    /// How often each move may happen. What is on its way moves whenever it can.
    struct Plan: Sendable, CustomTestStringConvertible {
        var name: String
        var limits: [StreamWorld.Move: Int]
        var heldLimit = 1024
        /// Whether nothing happens that could make a publication unavailable.
        var forbidsGaps = false
        var testDescription: String { self.name }
    }

    static let plans: [Plan] = [
        Plan(name: "four publications, three lost", limits: [.publish: 4, .lose: 3], forbidsGaps: true),
        Plan(name: "a check", limits: [.publish: 4, .lose: 2, .computeCheck: 1], forbidsGaps: true),
        Plan(name: "a reply", limits: [.publish: 4, .lose: 1, .computeReply: 1], forbidsGaps: true),
        Plan(
            name: "repeated publications and a reply",
            limits: [.publish: 3, .lose: 1, .repeatLast: 1, .repeatNext: 1, .computeReply: 1],
            forbidsGaps: true
        ),
        Plan(
            name: "a reply and a check",
            limits: [.publish: 3, .lose: 1, .computeReply: 1, .computeCheck: 1],
            forbidsGaps: true
        ),
        Plan(name: "a trim", limits: [.publish: 4, .lose: 2, .trim: 1]),
        Plan(
            name: "a trim, a repeated publication and a reply",
            limits: [.publish: 3, .lose: 1, .trim: 1, .repeatLast: 1, .computeReply: 1]
        ),
        Plan(name: "a failed read", limits: [.publish: 4, .lose: 2, .failRead: 1], forbidsGaps: true),
        Plan(name: "a failed read and a trim", limits: [.publish: 4, .lose: 1, .failRead: 1, .trim: 1]),
        Plan(
            name: "an overflow",
            limits: [.publish: 4, .lose: 2, .computeCheck: 1],
            heldLimit: 1,
            forbidsGaps: true
        ),
        Plan(name: "no room at all", limits: [.publish: 4, .lose: 2, .trim: 1], heldLimit: 0),
        Plan(name: "a new epoch", limits: [.publish: 4, .lose: 2, .renew: 1]),
        Plan(name: "a new epoch and a check", limits: [.publish: 3, .lose: 1, .renew: 1, .computeCheck: 1]),
        Plan(name: "a new epoch and a reply", limits: [.publish: 3, .lose: 1, .renew: 1, .computeReply: 1]),
        Plan(name: "two new epochs", limits: [.publish: 4, .lose: 1, .renew: 2]),
        Plan(
            name: "a new epoch, a reply and a check",
            limits: [.publish: 2, .lose: 1, .renew: 1, .computeReply: 1, .computeCheck: 1]
        ),
        Plan(name: "a stream that is gone", limits: [.publish: 3, .lose: 1, .vanish: 1, .computeCheck: 1]),
    ]

    private struct Exploration {
        let plan: Plan
        var moves = 0
        var ends = 0
        var gaps = 0
        var reads = 0

        /// Tries every continuation; wherever nothing is on its way, also the end.
        mutating func explore(_ world: StreamWorld, _ left: [Int]) throws {
            if world.isQuiet {
                var end = world
                try end.finish()
                try end.require(end.gaps == 0 || !self.plan.forbidsGaps, "a gap without a reason")
                self.ends += 1
                self.gaps += end.gaps
                self.reads += end.reads
            }
            for move in StreamWorld.Move.allCases where left[move.rawValue] > 0 && world.canMove(move) {
                var left = left
                left[move.rawValue] -= 1
                var next = world
                try next.move(move)
                self.moves += 1
                try self.explore(next, left)
            }
        }
    }

    @Test(arguments: plans)
    func `in every order, what is delivered is consecutive and nothing is missing without a word`(plan: Plan) throws {
        let limits = StreamWorld.Move.allCases.map { move in
            switch move {
            case .arrive, .computeRead, .answerRead, .answerCheck, .answerReply: Int.max
            default: plan.limits[move] ?? 0
            }
        }
        var exploration = Exploration(plan: plan)
        try exploration.explore(StreamWorld(heldLimit: plan.heldLimit), limits)
        #expect(exploration.ends > 250)
        #expect(exploration.reads > 0)
        #expect((exploration.gaps > 0) == !plan.forbidsGaps)
    }
}
