/// What one round of synchronization did.
public struct BalancerRound: Sendable, Hashable {
    /// Steps taken.
    public var steps: [BalancerStep] = []
    /// Steps that HAProxy refused, with its words. The next round tries again.
    public var refusals: [String] = []
    /// What has to wait.
    public var notices: [BalancerNotice] = []
    /// Slots that got another node; 0 when the map was left alone.
    public var changedSlots = 0

    /// Nothing happened yet.
    public init() {}

    /// A line for each thing that was done, and each that was not.
    public var lines: [String] {
        var lines = self.steps.map(\.description)
        if self.changedSlots > 0 { lines.append("swap the slot map: \(self.changedSlots) slots changed") }
        return lines + self.refusals.map { "refused: \($0)" } + self.notices.map { "waiting: \($0)" }
    }
}
