import HashRing
import Logging
import NIOCore
import SkeinCluster
import SkeinCore
import SkeinRedis
import SkeinTransport
import Synchronization

/// Which engine the node has, and what the engine asks of the node.
extension NodeServer {
    func makeEngine(
        _ configuration: Configuration,
        _ sink: any TopicEventSink,
        _ eventLoop: any EventLoop,
        _ metrics: NodeMetrics
    ) throws -> Engine {
        guard configuration.engine == .redis, let settings = configuration.redisSettings else {
            return .memory(sink: sink, clock: self.clock)
        }
        if !settings.address.isLocal, !settings.address.usesTLS {
            self.logger.warning(
                "passwords and messages go to Redis unencrypted; use rediss:// where others can listen",
                metadata: ["skein.redis": "\(settings.address)"]
            )
        }
        do {
            return try .redis(
                sink: sink,
                eventLoop: eventLoop,
                settings: settings,
                membership: self.membership(configuration),
                metrics: metrics.redis,
                clock: self.clock,
                logger: self.logger
            )
        } catch {
            throw StartupError(redis: error)
        }
    }

    private func membership(_ configuration: Configuration) -> Engine.Membership {
        let startedAt = self.clock.now()
        return Engine.Membership(
            name: configuration.node.name,
            id: configuration.configuredSelf.map { Int($0.id) },
            instance: self.instance,
            describe: {
                self.description(configuration)
            },
            measure: {
                let counts = await self.transportNow?.counts() ?? SessionCounts()
                return NodeStatistics(
                    clients: counts.clients,
                    users: counts.users,
                    subscriptions: counts.subscriptions,
                    channels: counts.channels,
                    uptime: Int(self.clock.now().since(startedAt).components.seconds)
                )
            },
            answer: { question in
                guard let transport = self.transportNow, let question = SessionQuestion(question) else {
                    return ByteBuffer()
                }
                return await transport.answer(question) { self.drainIfNamed($0) }.encoded
            },
            onFenced: { self.fenced.continuation.yield() }
        )
    }

    /// What the others hear of this node; a node that drains, or does not listen yet, owns nobody.
    private func description(_ configuration: Configuration) -> NodeDescription {
        let configured = configuration.configuredSelf
        let address = [configuration.node.address, configured?.address ?? ""].first { !$0.isEmpty }
        let bound = self.boundAddress.withLock { $0 }
        let isServing = bound != nil && !self.drainState.isDraining
        let weight = self.current.node.weight
        return NodeDescription(
            address: address ?? bound ?? "",
            version: Version.current,
            weight: !isServing ? 0 : weight == 100 ? configured?.weight ?? weight : weight,
            zone: configuration.node.zone.isEmpty ? configured?.zone ?? "" : configuration.node.zone
        )
    }
}
