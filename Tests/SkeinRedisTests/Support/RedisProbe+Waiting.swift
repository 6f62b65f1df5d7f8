import SkeinCluster
import SkeinCore

@testable import SkeinRedis

/// Questions that tests ask Redis until the answer is the one that is wanted: Redis tells nobody of what they are about.
extension RedisProbe {
    /// The answer was another one for too long.
    struct Impatience: Error {
        let last: String
    }

    /// Asks again and again; every question goes to Redis and back, so this is no busy loop.
    func poll(_ words: [String], until isWanted: (RESPValue) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let value = try await self.command(words)
            if isWanted(value) { return }
            guard ContinuousClock.now < deadline else { throw Impatience(last: "\(words): \(value)") }
        }
    }

    /// How many connections listen to each of the channels.
    func subscribers(of channels: [String]) async throws -> [Int64] {
        let pairs = try await self.command(["PUBSUB", "NUMSUB"] + channels).array ?? []
        return stride(from: 1, to: pairs.count, by: 2).map { pairs[$0].integer ?? -1 }
    }

    func pollSubscribers(of channels: [String], until wanted: [Int64]) async throws {
        try await self.poll(["PUBSUB", "NUMSUB"] + channels) { value in
            let pairs = value.array ?? []
            return stride(from: 1, to: pairs.count, by: 2).map { pairs[$0].integer ?? -1 } == wanted
        }
    }

    /// How often a command was called since the start of the server.
    func calls(of command: String) async throws -> Int {
        let statistics = try await self.command("INFO", "commandstats").text ?? ""
        for line in statistics.split(whereSeparator: \.isNewline) where line.hasPrefix("cmdstat_\(command):calls=") {
            return Int(line.dropFirst("cmdstat_\(command):calls=".count).prefix { $0 != "," }) ?? 0
        }
        return 0
    }

    /// Ends a connection of an engine as if the network had.
    func killConnection(_ role: RedisConnectionRole, of engine: TestEngine) async throws {
        let name = "name=\(engine.prefix)-\(engine.instance)-\(role.rawValue) "
        let list = try await self.command("CLIENT", "LIST").text ?? ""
        for line in list.split(whereSeparator: \.isNewline) where line.contains(name) {
            let id = line.dropFirst("id=".count).prefix { $0 != " " }
            try await self.command("CLIENT", "KILL", "ID", String(id))
        }
    }
}

extension RedisProbe {
    /// Asks until the answer is an error.
    func pollFailure(_ words: [String]) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while (try? await self.command(words)) != nil {
            guard ContinuousClock.now < deadline else { throw Impatience(last: "\(words) never failed") }
        }
    }
}
