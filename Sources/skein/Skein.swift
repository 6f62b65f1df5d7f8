import ArgumentParser
import SkeinServer

/// The command line of Skein.
@main
struct Skein: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skein",
        abstract: "A real-time messaging server: channels, presence and history over WebSocket.",
        subcommands: [
            Serve.self, Token.self, Config.self, Nodes.self, Ring.self, Drain.self, Health.self, Bench.self, Docs.self,
            VersionCommand.self,
        ]
    )
}
