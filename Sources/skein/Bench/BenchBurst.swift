import ArgumentParser
import SkeinBench

/// `skein bench burst`
struct BenchBurst: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "burst",
        abstract: "Fan-out in bursts: many publications at once, then a pause."
    )

    @Option(name: .long, help: "Subscribers.")
    var connections = 1000

    @Option(name: .long, help: "Publications at once.")
    var burst = 100

    @Option(name: .long, help: "From one burst to the next.")
    var every = DurationOption(.seconds(1))

    @OptionGroup(title: "Pace") var span: BenchSpanOptions
    @OptionGroup(title: "Target") var target: BenchTargetOptions
    @OptionGroup(title: "Output") var output: BenchOutputOptions

    func run() async throws {
        var plan = try self.target.plan(.burst, connections: self.connections)
        self.span.apply(to: &plan)
        plan.load = .bursts(size: self.burst, every: self.every.duration)
        try await BenchRunner(plan: plan, target: self.target, output: self.output).run()
    }
}
