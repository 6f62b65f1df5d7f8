import ArgumentParser
import SkeinBench

/// `skein bench hop`
struct BenchHop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hop",
        abstract: "Publish on one node, receive on another: the latency of a single message between them.",
        discussion: """
            With --redis the way that a message takes through Redis alone is measured too, in turns with the other, \
            and the report has the ratio of both.
            """
    )

    @Option(name: .long, help: ArgumentHelp("Address of the node with the subscribers.", valueName: "url"))
    var subscriberUrl: String

    @Option(name: .long, help: ArgumentHelp("redis://host:port of the nodes, for the raw hop.", valueName: "url"))
    var redis: String?

    @Option(name: .long, help: "Subscribers, each with its channel.")
    var connections = 1

    @OptionGroup(title: "Pace") var pace: BenchPaceOptions
    @OptionGroup(title: "Target") var target: BenchTargetOptions
    @OptionGroup(title: "Output") var output: BenchOutputOptions

    func run() async throws {
        var plan = try self.target.plan(.hop, connections: self.connections)
        plan.subscriberTarget = try BenchFailures.validating { try BenchmarkTarget(self.subscriberUrl) }
        plan.redis = try self.redis.map { url in try BenchFailures.validating { try RedisTarget(url) } }
        self.pace.apply(to: &plan)
        try await BenchRunner(plan: plan, target: self.target, output: self.output).run()
    }
}
