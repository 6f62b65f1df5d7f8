import ArgumentParser
import SkeinBench

/// `skein bench idle`
struct BenchIdle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Connections with a subscription and nothing to say: memory of each, processor time of pings."
    )

    @Option(name: .long, help: "Connections.")
    var connections = 1000

    @Option(name: .long, help: "How long to hold them.")
    var duration = DurationOption(.seconds(10))

    @OptionGroup(title: "Target") var target: BenchTargetOptions
    @OptionGroup(title: "Output") var output: BenchOutputOptions

    func run() async throws {
        var plan = try self.target.plan(.idle, connections: self.connections)
        plan.duration = self.duration.duration
        plan.warmup = .zero
        try await BenchRunner(plan: plan, target: self.target, output: self.output).run()
    }
}
