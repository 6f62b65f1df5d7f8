import ArgumentParser
import HashRing
import SkeinBalancer

/// `skein ring diff`: what is between two files of nodes.
struct RingDifference: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Tell which clients move between two files of nodes."
    )

    @Argument(help: "Nodes before: a JSON array as for --nodes.")
    var old: String

    @Argument(help: "Nodes after.")
    var new: String

    @Option(name: .long, help: "Ring profile.")
    var profile = "haproxy"

    @Flag(name: .long, help: "The balancer chooses through a slot map.")
    var slots = false

    @Flag(name: .long, help: "One JSON object.")
    var json = false

    func validate() throws {
        if RingProfile(self.profile) == nil {
            throw ValidationError(
                "--profile \(self.profile): write haproxy, haproxy(FUNCTION[,avalanche][,KEY]), nginx, ketama or "
                    + "rendezvous."
            )
        }
    }

    func run() async throws {
        let report = RingPlanReport(
            from: try self.ring(at: self.old),
            to: try self.ring(at: self.new),
            usesSlots: self.slots
        )
        Swift.print(self.json ? try report.json() : report.text, terminator: "")
    }

    private func ring(at path: String) throws -> HashRing {
        do {
            return try HashRing(nodes: NodesFile.nodes(at: path), profile: RingProfile(self.profile) ?? .standard)
        } catch let error as RingError {
            throw RingFailure("\(path): \(error.message)")
        }
    }
}
