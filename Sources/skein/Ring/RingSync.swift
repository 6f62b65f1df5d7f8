import ArgumentParser
import Dispatch
import Foundation
import HashRing
import SkeinBalancer
import SkeinServer

/// `skein ring sync`: keeps a running HAProxy in step.
struct RingSync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Keep a running HAProxy in step with the nodes, without a reload.",
        discussion: """
            Adds, drains and deletes servers and sets weights through the Runtime API. Say the same about the servers as
            to skein ring haproxy: a server added at run time inherits nothing. Servers of the backend that no node is
            called are drained, and deleted once idle; --keep spares them.
            """
    )

    @OptionGroup var ring: RingSourceOptions
    @OptionGroup var server: RingServerOptions

    @Option(name: .long, help: "The Runtime API: unix:PATH or tcp:HOST:PORT.")
    var socket = "unix:/run/haproxy/admin.sock"

    @Flag(name: .long, help: "One round, then exit; 1 if HAProxy refused something.")
    var once = false

    @Option(name: .long, help: ArgumentHelp("Time between two rounds.", valueName: "duration"))
    var interval = DurationOption(.seconds(1))

    @Option(name: .long, help: ArgumentHelp("A server to leave alone, repeatable.", valueName: "name"))
    var keep: [String] = []

    func validate() throws {
        if RuntimeAddress(self.socket) == nil {
            throw ValidationError("--socket \(self.socket): write unix:/path or tcp:host:port.")
        }
    }

    func run() async throws {
        if self.once {
            let directory = try await self.ring.directory()
            let round = try self.synchronization(for: directory.profile).round(directory.ring())
            for line in round.lines { Swift.print(line) }
            if !round.refusals.isEmpty {
                throw RingFailure("HAProxy refused \(round.refusals.count) of the steps above")
            }
            return
        }
        let loop = Task { await self.synchronizeForever() }
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { loop.cancel() }
            source.resume()
            return source
        }
        await loop.value
        for source in sources { source.cancel() }
    }

    /// Rounds until the task is cancelled. A line is said once, until something else has to be said in its place.
    private func synchronizeForever() async {
        var said: [String] = []
        var last: RingDirectory?
        while !Task.isCancelled {
            var lines: [String] = []
            var steps: [String] = []
            do {
                last = try await self.ring.directory()
            } catch {
                lines.append("the nodes cannot be told, the last ones count: \(error)")
            }
            if let last {
                do {
                    let round = try self.synchronization(for: last.profile).round(last.ring())
                    steps = round.lines.filter { !Self.isStanding($0) }
                    lines += round.lines.filter(Self.isStanding)
                } catch {
                    lines.append("\(error)")
                }
            }
            for line in steps { Self.say(line) }
            for line in lines where !said.contains(line) { Self.say(line) }
            if lines.isEmpty, !said.isEmpty { Self.say("in step again") }
            said = lines
            try? await Task.sleep(for: self.interval.duration)
        }
    }

    /// What comes back every round until it is mended.
    private static func isStanding(_ line: String) -> Bool {
        line.hasPrefix("refused: ") || line.hasPrefix("waiting: ")
    }

    private static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    private func synchronization(for profile: RingProfile) throws -> BalancerSync<HAProxyRuntime> {
        guard let address = RuntimeAddress(self.socket) else { throw RingFailure("\(self.socket): no address") }
        var settings = self.server.settings
        if case .haproxy(_, _, let key) = profile {
            settings.key = key
        } else if self.server.slotMap == nil {
            throw RingFailure("HAProxy cannot choose as \(profile) does; use a profile haproxy(...), or --slot-map")
        }
        return BalancerSync(
            channel: HAProxyRuntime(address: address),
            backend: self.server.backend,
            settings: settings,
            slotMapPath: self.server.slotMap,
            kept: Set(self.keep)
        )
    }
}
