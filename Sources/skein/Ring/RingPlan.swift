import ArgumentParser
import HashRing
import SkeinBalancer
import SkeinServer

/// `skein ring plan`: what a change would move.
struct RingPlan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Tell which clients move if nodes are added, removed or weighted differently.",
        discussion: "Changes nothing."
    )

    @OptionGroup var ring: RingSourceOptions

    @Option(name: .long, help: ArgumentHelp("A new node, repeatable.", valueName: "name=id@host:port"))
    var add: [String] = []

    @Option(name: .long, help: ArgumentHelp("A node that leaves, repeatable.", valueName: "name"))
    var remove: [String] = []

    @Option(name: .long, help: ArgumentHelp("Another weight, 0 to 256, repeatable.", valueName: "name=weight"))
    var weight: [String] = []

    @Flag(name: .long, help: "The balancer chooses through a slot map.")
    var slots = false

    @Flag(name: .long, help: "One JSON object.")
    var json = false

    func validate() throws {
        _ = try self.changes()
    }

    func run() async throws {
        let directory = try await self.ring.directory()
        let nodes = try RingChange.apply(self.changes(), to: directory.nodes)
        let report = RingPlanReport(
            from: try directory.ring(),
            to: try directory.ring(of: nodes),
            usesSlots: self.slots
        )
        Swift.print(self.json ? try report.json() : report.text, terminator: "")
    }

    private func changes() throws -> [RingChange] {
        let additions = try self.add.map { text in
            guard let change = RingChange.addition(text) else {
                throw ValidationError("--add \(text): write it as n4=4@10.0.0.4:8000.")
            }
            return change
        }
        let weights = try self.weight.map { text in
            guard let change = RingChange.weight(text) else {
                throw ValidationError("--weight \(text): write it as n1=50, with a weight from 0 to 256.")
            }
            return change
        }
        let changes = additions + weights + self.remove.map { .remove(name: $0) }
        if changes.isEmpty { throw ValidationError("Give a change: --add, --remove or --weight.") }
        return changes
    }
}
