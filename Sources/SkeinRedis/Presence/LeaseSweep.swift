import Logging
import NIOCore
import SkeinCluster
import SkeinCore

/// Removes the members of nodes that are dead, and announces that they left.
///
/// Confined to the event loop of the link. Nodes claim a lease to sweep, so that usually one does it; should two, or should one die half-way,
/// every member is still removed and announced once, because Redis does both in one step.
final class LeaseSweep {
    private let commands: RedisCommands
    private let keys: RedisKeys
    private let functions: RedisFunctions
    private let claimSpan: Duration
    private let metrics: RedisMetrics
    private let logger: Logger
    private var isRunning = false

    /// Members that are taken at a time.
    private static let batchSize = 256

    init(
        commands: RedisCommands,
        keys: RedisKeys,
        functions: RedisFunctions,
        settings: RedisSettings,
        metrics: RedisMetrics,
        logger: Logger
    ) {
        self.commands = commands
        self.keys = keys
        self.functions = functions
        self.claimSpan = settings.lease
        self.metrics = metrics
        self.logger = logger
    }

    /// Begins, unless it runs already.
    func start() {
        guard !self.isRunning else { return }
        self.isRunning = true
        self.claim()
    }

    private func claim() {
        self.call(self.functions.claim, arguments: 1) {
            $0.append(milliseconds: self.claimSpan)
        } then: { result in
            guard case .success(let value) = result, let owner = value.text, !owner.isEmpty else {
                self.isRunning = false
                return
            }
            self.logger.notice("removing the members of a dead node", metadata: ["skein.lease": "\(owner)"])
            // From here on nobody enters under this lease.
            self.commands.send {
                $0.command(["HDEL", self.keys.index(owner), ""])
            } reply: { _ in
            }
            self.sweep(owner)
        }
    }

    private func sweep(_ owner: String) {
        let index = self.keys.index(owner)
        self.commands.send {
            $0.command(["HRANDFIELD", index, "\(Self.batchSize)"])
        } reply: { result in
            guard case .success(let value) = result, let entries = value.array else {
                self.isRunning = false
                return
            }
            guard !entries.isEmpty else { return self.finish(owner) }
            self.remove(entries.compactMap(\.bytes), of: owner)
        }
    }

    private func remove(_ entries: [[UInt8]], of owner: String) {
        var clients: [String: [String]] = [:]
        for entry in entries {
            guard let (part, client) = RedisKeys.parseIndexEntry(entry) else {
                // No node wrote it, and it must not keep the sweep from its end.
                self.commands.send { writer in
                    writer.begin(3)
                    writer.append("HDEL" as StaticString)
                    writer.append(self.keys.index(owner))
                    writer.append(entry)
                } reply: { _ in
                }
                continue
            }
            clients[part, default: []].append(client)
        }
        guard !clients.isEmpty else { return self.sweep(owner) }
        var missing = clients.count
        var isWhole = true
        for (part, clients) in clients {
            self.commands.leave(
                clients,
                from: part,
                owner: owner,
                announcing: .asStored,
                keys: self.keys,
                functions: self.functions
            ) { result in
                if case .success(let removed) = result { self.metrics.swept(Int(removed)) } else { isWhole = false }
                missing -= 1
                guard missing == 0 else { return }
                // What was refused is tried again when the claim has run out, by whoever comes first.
                if isWhole { self.sweep(owner) } else { self.isRunning = false }
            }
        }
    }

    private func finish(_ owner: String) {
        self.call(self.functions.swept, arguments: 1) {
            $0.append(owner)
        } then: { _ in
            self.claim()
        }
    }

    private func call(
        _ function: [UInt8],
        arguments: Int,
        _ write: @escaping (inout RESPCommandWriter) -> Void,
        then: @escaping RedisConnection.ReplyHandler
    ) {
        let keys = self.keys
        self.commands.send { writer in
            writer.call(
                function,
                keys: keys.registry,
                arguments: arguments + 1
            )
            writer.append(keys.ringChannel)
            write(&writer)
        } reply: {
            then($0)
        }
    }
}
