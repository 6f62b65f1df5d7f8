import ArgumentParser
import SkeinServer

/// `skein health`: whether a node is well.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a node whether it is well.",
        discussion:
            "Exits with 0 when it answers 200, or 404 because it drains; otherwise with 1. Reads no configuration."
    )

    @Option(name: .long, help: "What to ask: /health, /ready or /live of a listener.")
    var url = "http://127.0.0.1:8000/health"

    @Option(name: .long, help: ArgumentHelp("Until it has to have answered.", valueName: "duration"))
    var timeout = DurationOption(.seconds(2))

    func run() async throws {
        try await HealthCommand.check(url: self.url, timeout: self.timeout.duration).print()
    }
}
