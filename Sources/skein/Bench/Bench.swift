import ArgumentParser

/// `skein bench`: load for a server, and figures about it.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Load a server and measure what it does.",
        discussion: """
            Every scenario works against any server of the Centrifuge protocol whose channels let clients subscribe \
            and publish. Latencies are from the moment of sending to the arrival at a subscriber; with --rate from the \
            moment at which it should have been sent. Ctrl-C ends a run early, with a report.
            """,
        subcommands: [
            BenchFanout.self, BenchBurst.self, BenchUnicast.self, BenchIdle.self, BenchStorm.self, BenchHop.self,
            BenchHistory.self, BenchPage.self,
        ]
    )
}
