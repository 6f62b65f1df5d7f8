import ArgumentParser
import SkeinBench

/// `skein bench fanout`
struct BenchFanout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fanout",
        abstract: "One channel, many subscribers: deliveries a second, latency, processor time of each."
    )

    @Option(name: .long, help: "Subscribers.")
    var connections = 1000

    @OptionGroup(title: "Pace") var pace: BenchPaceOptions
    @OptionGroup(title: "Target") var target: BenchTargetOptions
    @OptionGroup(title: "Output") var output: BenchOutputOptions

    func run() async throws {
        var plan = try self.target.plan(.fanout, connections: self.connections)
        self.pace.apply(to: &plan)
        try await BenchRunner(plan: plan, target: self.target, output: self.output).run()
    }
}
