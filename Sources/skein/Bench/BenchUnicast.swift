import ArgumentParser
import SkeinBench

/// `skein bench unicast`
struct BenchUnicast: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unicast",
        abstract: "Many channels with one subscriber each."
    )

    @Option(name: .long, help: "Subscribers, each with its channel.")
    var connections = 1000

    @Option(name: .long, help: "Connections that publish, each on its share of the channels.")
    var publishers = 1

    @OptionGroup(title: "Pace") var pace: BenchPaceOptions
    @OptionGroup(title: "Target") var target: BenchTargetOptions
    @OptionGroup(title: "Output") var output: BenchOutputOptions

    func run() async throws {
        var plan = try self.target.plan(.unicast, connections: self.connections)
        plan.publishers = self.publishers
        self.pace.apply(to: &plan)
        try await BenchRunner(plan: plan, target: self.target, output: self.output).run()
    }
}
