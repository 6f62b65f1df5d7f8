import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import SkeinServer
import UnixSignals

/// `skein serve`: runs a node until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a node.",
        discussion: """
            SIGTERM and SIGINT stop the node gracefully; a second one hurries. SIGHUP reads the configuration again without \
            dropping a connection.
            """
    )

    @OptionGroup var source: ConfigurationOptions

    func run() async throws {
        let host = HostFacts.current()
        let sources = try self.source.sources()
        let sink = LogSink(format: self.source.logFormatInEffect(sources, host: host))
        defer { sink.close() }
        let server: NodeServer
        do {
            server = try NodeServer(sources: sources, host: host, sink: sink) { lines in
                FileHandle.standardOutput.write(Data((lines + "\n").utf8))
            }
        } catch {
            let output = CommandOutput(error: error)
            FileHandle.standardError.write(Data(output.problems.utf8))
            throw ExitCode(output.status)
        }
        try await self.runUntilStopped(server)
    }

    private func runUntilStopped(_ server: NodeServer) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                // A node that was told to drain ends by itself, and all is well.
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: server.serviceLogger
            )
        )
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let watch = Task {
            var isStopping = false
            for await _ in signals {
                if isStopping { server.hurryUp() }
                isStopping = true
                await group.triggerGracefulShutdown()
            }
        }
        defer { watch.cancel() }
        do {
            try await group.run()
        } catch {
            FileHandle.standardError.write(Data("skein: \(error)\n".utf8))
            throw ExitCode(1)
        }
    }
}
