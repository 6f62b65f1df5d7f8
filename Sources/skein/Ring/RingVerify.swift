import ArgumentParser
import SkeinBalancer
import SkeinServer

/// `skein ring verify`: whether a balancer chooses as the ring says.
struct RingVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Sample client ids through a balancer and tell which profile it follows.",
        discussion: "Exits with 0 if that is the configured profile."
    )

    @OptionGroup var ring: RingSourceOptions

    @Option(name: .long, help: ArgumentHelp("The balancer, as clients reach it.", valueName: "url"))
    var through: String

    @Option(name: .long, help: "Client ids to ask for; a tenth of them twice.")
    var samples = 200

    @Flag(name: .long, help: "The balancer chooses through a slot map.")
    var slots = false

    func validate() throws {
        if !(10...1_000_000).contains(self.samples) { throw ValidationError("--samples has to be from 10 to 1000000.") }
    }

    func run() async throws {
        let directory = try await self.ring.directory()
        _ = try directory.ring()
        var generator = SystemRandomNumberGenerator()
        // Unlike in every run: a balancer that remembers earlier clients would look like one that hashes.
        let clients = (0..<self.samples).map { _ in "verify-\(String(generator.next(), radix: 36))" }
        let verification = RingVerification(
            samples: try await BalancerSampler(through: self.through).samples(of: clients),
            nodes: directory.nodes,
            configured: RingCandidate(
                profile: directory.profile,
                usesSlots: self.slots,
                isKeyed: !directory.secret.isEmpty
            ),
            key: directory.key
        )
        Swift.print(verification.text, terminator: "")
        if !verification.verdict.isGood {
            throw RingFailure("the balancer does not choose as the nodes expect; see above")
        }
    }
}
