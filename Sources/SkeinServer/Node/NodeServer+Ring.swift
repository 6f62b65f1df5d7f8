import HashRing
import Logging
import Metrics
import SkeinCluster
import SkeinTransport

/// The node and its ring.
extension NodeServer {
    /// The ring until the registry has been heard: what the configuration says, or this node alone.
    func makeRingKeeper(_ configuration: Configuration) throws -> RingKeeper {
        let configured = configuration.configuredNodes
        let alone = RingNode(
            name: configuration.node.name,
            id: 1,
            address: configuration.node.address,
            weight: configuration.node.weight
        )
        return try RingKeeper(
            node: configuration.node.name,
            nodes: configured.isEmpty ? [alone] : configured,
            profile: configuration.ringProfile,
            secret: configuration.ringSecret,
            isShared: configuration.engine == .redis || !configured.isEmpty
        )
    }

    func makeRingWatch(
        _ keeper: RingKeeper,
        _ transport: Transport,
        _ engine: Engine,
        _ factory: any MetricsFactory
    ) -> RingWatch {
        RingWatch(
            keeper: keeper,
            transport: transport,
            engine: engine,
            factory: factory,
            logger: self.logger,
            isDraining: { self.drainState.isDraining },
            settings: {
                let ring = self.current.ring
                return RingWatch.Settings(rebalance: ring.rebalance, rate: ring.rebalanceRate, settle: ring.settle)
            }
        )
    }

    /// The port for agent checks, if there is to be one.
    func listenForAgents(_ transport: Transport) async throws -> Listener? {
        let agent = self.current.listeners.agent
        guard agent.port > 0 else { return nil }
        do {
            return try await transport.listenForAgentChecks(host: agent.address, port: agent.port) {
                self.drainState.noteCheck(now: self.clock.now())
                return self.drainState.isDraining ? .draining : .ready
            }
        } catch {
            throw StartupError(listening: .init(address: agent.address, port: agent.port, roles: [.admin]), error)
        }
    }

    func healthPage(_ engine: Engine) -> HealthPage {
        HealthPage(health: self.health, drain: self.drainState, now: self.clock.now, isEngineReady: engine.isReady)
    }

    /// Begins the end of this node if it is the one that is named. Returns whether it is.
    func drainIfNamed(_ name: String) -> Bool {
        guard name == self.current.node.name else { return false }
        self.drainState.request()
        return true
    }
}
