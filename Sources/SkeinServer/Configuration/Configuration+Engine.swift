import SkeinCore
import SkeinRedis

extension Configuration {
    /// What carries events and keeps streams and presence.
    public enum Engine: String, Sendable, CaseIterable {
        /// This process alone, in memory.
        case memory
        /// Redis, shared by all nodes of a cluster.
        case redis
    }

    /// `redis`: the engine of a cluster.
    public struct Redis: Sendable, Equatable {
        /// Where it is and how to sign in, see ``RedisAddress``; empty for the port of Redis on this machine.
        public var url = Secret("")
        /// PEM file of the authorities for `rediss://`; empty for those of the system.
        public var authorityFile = ""
        /// In front of every key and channel.
        public var prefix = "skein"
        /// Until a connection can be used.
        public var connectTimeout: Duration = .seconds(1)
        /// From a command to its reply.
        public var commandTimeout: Duration = .seconds(4)
        /// Most bytes of commands without a reply.
        public var inFlight = 64 << 20
        /// Between two probes of the subscriber connection.
        public var probeInterval: Duration = .seconds(5)
        /// Within which every quiet channel is compared with its stream.
        public var positionCheck: Duration = .seconds(10)
        /// From the last subscriber of a channel to the end of its subscription in Redis.
        public var linger: Duration = .seconds(5)

        var effectiveURL: String { self.url.isEmpty ? "redis://127.0.0.1:6379" : self.url.revealed }
    }

    /// `cluster`: how nodes know of each other.
    public struct Cluster: Sendable, Equatable {
        /// Between two signs of life.
        public var heartbeat: Duration = .seconds(1)
        /// From a node's last sign of life to the end of its members.
        public var lease: Duration = .seconds(4)
    }

    /// What the Redis engine needs; nil when the URL is none, which loading has refused.
    var redisSettings: RedisSettings? {
        guard let address = try? RedisAddress(self.redis.effectiveURL) else { return nil }
        var settings = RedisSettings(address: address)
        settings.authorityFile = self.redis.authorityFile
        settings.prefix = self.redis.prefix
        settings.connectTimeout = self.redis.connectTimeout
        settings.commandTimeout = self.redis.commandTimeout
        settings.inFlightBytes = self.redis.inFlight
        settings.probeInterval = self.redis.probeInterval
        settings.positionCheckInterval = self.redis.positionCheck
        settings.linger = self.redis.linger
        settings.heartbeat = self.cluster.heartbeat
        settings.lease = self.cluster.lease
        return settings
    }

    /// A node takes at most twice as much in one string from Redis.
    private static let largestRedisMessage = 8 << 20

    /// What is wrong with the engine's keys.
    var engineFindings: [ConfigurationFinding] {
        guard self.engine == .redis else { return [] }
        var findings: [ConfigurationFinding] = []
        do throws(RedisAddress.Malformation) {
            _ = try RedisAddress(self.redis.effectiveURL)
        } catch {
            findings.append(.init(["redis.url"], error.description))
        }
        if self.redis.prefix.isEmpty || self.redis.prefix.contains(where: { $0.isWhitespace || "{}:".contains($0) }) {
            findings.append(.init(["redis.prefix"], "must be a word without spaces, braces and colons, such as skein"))
        }
        let largest = max(self.api.bodySize, self.client.limits.messageSize)
        if largest > Self.largestRedisMessage {
            findings.append(
                .init(
                    ["api.body_size", "client.message_size"],
                    "messages of \(largest) bytes are too large to go through Redis; allow at most 8MiB, or set engine to "
                        + "memory"
                )
            )
        }
        if self.cluster.lease < self.cluster.heartbeat * 3 {
            findings.append(
                .init(
                    ["cluster.lease", "cluster.heartbeat"],
                    "one late sign of life would end the node's lease; make cluster.lease at least three times "
                        + "cluster.heartbeat"
                )
            )
        }
        return findings
    }
}
