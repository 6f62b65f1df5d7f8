import ArgumentParser
import SkeinBench

/// `skein bench storm`
struct BenchStorm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storm",
        abstract: "Connect as fast as the server can, cut all connections hard, and do it again.",
        discussion: """
            A connection counts when it has its TCP connection, the WebSocket handshake, connect and one subscription. \
            --handshakes says how many are under way at a time.
            """
    )

    @Option(name: .long, help: "Connections.")
    var connections = 1000

    @OptionGroup(title: "Target") var target: BenchTargetOptions
    @OptionGroup(title: "Output") var output: BenchOutputOptions

    func run() async throws {
        let plan = try self.target.plan(.storm, connections: self.connections)
        try await BenchRunner(plan: plan, target: self.target, output: self.output).run()
    }
}
