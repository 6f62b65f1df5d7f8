import ArgumentParser
import Logging
import SkeinServer

/// `skein nodes`: who is in the cluster.
struct Nodes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the nodes of the cluster that the configuration belongs to.",
        discussion: "Reads the registry in Redis; no node has to run for it."
    )

    @OptionGroup var source: ConfigurationOptions

    @Flag(name: .long, help: "One JSON object per node and line.")
    var json = false

    func run() async throws {
        var logger = Logger(label: "skein", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .critical
        try await NodeCommands.list(self.source.sources(), host: .current(), asJSON: self.json, logger: logger).print()
    }
}
