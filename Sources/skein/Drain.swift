import ArgumentParser
import Foundation
import SkeinServer

/// `skein drain`: a node gives its clients to the others, and ends.
struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a node give its clients to the others at a pace, and end.",
        discussion: """
            The same as SIGTERM, for any node of the cluster: health turns red, load balancers look elsewhere, clients are told \
            to reconnect in random order at drain.rate per second, and the process ends with status 0.
            """
    )

    @Argument(help: "Name of the node; that of the configuration when it is left out.")
    var node: String?

    @Option(name: .long, help: "HTTP API to ask, of any node; that of the configuration when it is left out.")
    var api: String?

    @Option(name: .long, help: "Key of the API; the first of the configuration when it is left out.")
    var key: String?

    @Flag(name: .long, help: "Shows how many clients are left, and returns when the node is gone.")
    var watch = false

    @OptionGroup var source: ConfigurationOptions

    func run() async throws {
        do {
            var command = try DrainCommand(
                self.source.sources(),
                host: .current(),
                node: self.node,
                url: self.api,
                key: self.key
            )
            if let reason = try await command.begin() { throw Failure(description: reason) }
            print("\(command.node) is draining")
            if self.watch { await self.follow(command) }
        } catch let error as ConfigurationError {
            try CommandOutput(error: error).print()
        } catch {
            FileHandle.standardError.write(Data("skein: \(error)\n".utf8))
            throw ExitCode(1)
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private func follow(_ command: DrainCommand) async {
        var last: DrainCommand.Progress?
        while last != .gone {
            let progress = await command.progress()
            if progress != last {
                switch progress {
                case .clients(let count): print("\(command.node): \(count) clients left")
                case .unknown: print("the API does not answer; asking on")
                case .gone: print("\(command.node) is gone")
                }
            }
            last = progress
            try? await Task.sleep(for: .seconds(1))
        }
    }
}
