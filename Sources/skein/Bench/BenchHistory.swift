import ArgumentParser
import SkeinBench

/// `skein bench history`
struct BenchHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Cut subscribers, publish meanwhile, and let them recover what they missed.",
        discussion: "The channel needs history and recovery; its history has to hold all --messages."
    )

    @Option(name: .long, help: "Subscribers of one channel.")
    var connections = 1000

    @Option(name: .long, help: ArgumentHelp("Share of the subscribers to cut, up to 1.", valueName: "fraction"))
    var share = 0.5

    @Option(name: .long, help: "Publications while they are away.")
    var messages = 100

    @Option(name: .long, help: ArgumentHelp("Size of the data of a publication.", valueName: "bytes"))
    var payload = 128

    @OptionGroup(title: "Target") var target: BenchTargetOptions
    @OptionGroup(title: "Output") var output: BenchOutputOptions

    func run() async throws {
        var plan = try self.target.plan(.history, connections: self.connections)
        plan.cutShare = self.share
        plan.missedMessages = self.messages
        plan.payload = self.payload
        try await BenchRunner(plan: plan, target: self.target, output: self.output).run()
    }
}
