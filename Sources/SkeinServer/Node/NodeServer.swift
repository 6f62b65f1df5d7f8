public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import SkeinCluster
import SkeinCore
import SkeinTransport
import SkeinWire
import Synchronization
import UnixSignals

/// A node: the composition of everything, as one service.
///
/// Starts the event loops and listeners, keeps the configuration current, and on a graceful shutdown ends in an order that
/// loses nothing: health off, clients told at a pace, no more accepting, loops stopped.
public final class NodeServer: Service {
    private let sources: ConfigurationSources
    private let host: HostFacts
    private let sink: LogSink
    let logger: Logger
    let clock = Clock.system
    private let configuration: Mutex<Configuration>
    let health = Health()
    let drainState = DrainState()
    /// The transport, for what the engine asks of it; nil before it is there.
    private let running = Mutex<Transport?>(nil)
    /// Where the client listener is, once it is.
    let boundAddress = Mutex<String?>(nil)
    private let announce: @Sendable (String) -> Void
    private let hurry = AsyncStream<Void>.makeStream()
    private let hurried = Atomic<Bool>(false)
    let fenced = AsyncStream<Void>.makeStream()
    let instance = MemoryBroker.randomEpoch()

    /// Loads the configuration; throws what is wrong with it. `announce` gets the lines that tell where the node is.
    public init(
        sources: ConfigurationSources,
        host: HostFacts,
        sink: LogSink,
        announce: @escaping @Sendable (String) -> Void
    ) throws(ConfigurationError) {
        let configuration = try Configuration.load(sources, host: host)
        self.sources = sources
        self.host = host
        self.sink = sink
        sink.level = configuration.log.level
        self.logger = Logger(label: "skein", factory: { sink.makeHandler(label: $0) })
        self.configuration = Mutex(configuration)
        self.announce = announce
    }

    /// Where the service logs.
    public var serviceLogger: Logger { self.logger }

    /// The transport, once it is there.
    var transportNow: Transport? { self.running.withLock { $0 } }

    /// The current configuration.
    var current: Configuration { self.configuration.withLock { $0 } }

    /// Whether what is left of the end is skipped.
    var isHurried: Bool { self.hurried.load(ordering: .acquiring) }

    public func run() async throws {
        // Before anybody knows that the node is there: a signal without a handler ends the process.
        let hangUps = await UnixSignalsSequence(trapping: .sighup)
        let node = try await self.start()
        self.health.isReady = true
        let isFenced = await withTaskGroup(of: Bool?.self) { tasks in
            tasks.addTask { await self.tick(node) }
            tasks.addTask { await self.reload(node, at: hangUps) }
            tasks.addTask { await self.waitForFence() }
            tasks.addTask {
                await self.drainState.requested()
                return false
            }
            tasks.addTask {
                try? await gracefulShutdown()
                return false
            }
            while let end = await tasks.next() {
                guard let end else { continue }
                tasks.cancelAll()
                return end
            }
            return false
        }
        await self.stop(node, isFenced: isFenced)
        if isFenced { throw StartupError.fenced(name: self.current.node.name) }
    }

    private func waitForFence() async -> Bool? {
        for await _ in self.fenced.stream { return true }
        return nil
    }

    private func reload(_ node: Running, at hangUps: UnixSignalsSequence) async -> Bool? {
        for await _ in hangUps { await self.reload(node) }
        return nil
    }

    /// A second signal: what is left of the grace is skipped.
    public func hurryUp() {
        self.hurried.store(true, ordering: .releasing)
        self.hurry.continuation.yield()
    }

    // MARK: Start

    /// What runs.
    struct Running: Sendable {
        let transport: Transport
        let engine: Engine
        let ring: RingWatch
        let authenticator: TokenAuthenticator
        let listeners: [Listener]
    }

    private func start() async throws -> Running {
        let configuration = self.current
        let registry = PrometheusMetrics(descriptions: NodeMetrics.descriptions)
        let metrics = NodeMetrics(factory: registry)
        let authenticator = try await TokenAuthenticator(configuration.tokens, clock: self.clock)
        let keeper = try self.makeRingKeeper(configuration)
        let made = Mutex<Engine?>(nil)
        let transport = try await Transport(
            loopCount: configuration.node.loopCount(cores: self.host.coreCount),
            connectionLimit: configuration.maximumConnections(descriptorLimit: self.host.descriptorLimit),
            policy: Self.policy(of: configuration),
            origins: try OriginPolicy(configuration.client.allowedOrigins),
            dependencies: Transport.Dependencies(
                makeBroker: { sink, eventLoop in
                    let engine = try self.makeEngine(configuration, sink, eventLoop, metrics)
                    made.withLock { $0 = engine }
                    return engine.broker
                },
                authenticator: authenticator,
                methods: BuiltInMethods.table,
                placement: RingPlacement(keeper: keeper, factory: registry) { self.current.ring.handsOutCookie },
                metrics: metrics.transport,
                clock: self.clock,
                logger: self.logger
            )
        )
        guard let engine = made.withLock({ $0 }) else { preconditionFailure("the transport made no broker") }
        self.running.withLock { $0 = transport }
        let ring = self.makeRingWatch(keeper, transport, engine, registry)
        let routers = await self.makeRouters(configuration, ring, transport, engine, registry, metrics)
        var listeners: [Listener] = []
        do {
            for (plan, router) in routers {
                listeners.append(try await self.listen(plan, router, transport))
            }
            if let agent = try await self.listenForAgents(transport) { listeners.append(agent) }
        } catch {
            for listener in listeners { await listener.close() }
            await engine.stop()
            await transport.shutdown()
            throw error
        }
        let client = zip(routers, listeners).first { $0.0.plan.roles.contains(.client) }?.1
        self.boundAddress.withLock {
            $0 = client.map { "\(configuration.listeners.client.address):\($0.address.port ?? 0)" }
        }
        engine.announceChange()
        self.tell(configuration, zip(routers.map(\.plan), listeners))
        return Running(
            transport: transport,
            engine: engine,
            ring: ring,
            authenticator: authenticator,
            listeners: listeners
        )
    }

    private func listen(
        _ plan: Configuration.BindPlan,
        _ router: NodeRouter,
        _ transport: Transport
    ) async throws(StartupError) -> Listener {
        do {
            return try await transport.listen(
                host: plan.address,
                port: plan.port,
                router: router,
                isLimited: plan.roles.contains(.client),
                proxies: plan.roles.contains(.client) ? self.current.trustedProxies : nil
            )
        } catch {
            throw StartupError(listening: plan, error)
        }
    }

    private func makeRouters(
        _ configuration: Configuration,
        _ ring: RingWatch,
        _ transport: Transport,
        _ engine: Engine,
        _ registry: PrometheusMetrics,
        _ metrics: NodeMetrics
    ) async -> [(plan: Configuration.BindPlan, router: NodeRouter)] {
        let admin = AdminPages(
            health: self.healthPage(engine),
            ring: RingPages(keeper: ring.keeper),
            metrics: registry
        ) {
            let counts = await transport.counts()
            let isReady = self.health.isReady && engine.isReady()
            metrics.refresh(
                counts,
                droppedLines: self.sink.droppedLines,
                isReady: isReady,
                drainPhase: self.drainState.phase.rawValue
            )
            await ring.refreshGauges()
            await engine.refreshGauges(metrics)
        }
        let api = APIHandler(
            transport: transport,
            link: engine.link,
            drain: { node in self.drainIfNamed(node) },
            node: APINode(
                uid: self.instance,
                name: configuration.node.name,
                version: Version.current,
                startedAt: self.clock.now()
            ),
            metrics: APIMetrics(factory: registry),
            settings: { APISettings(self.current) },
            policy: { transport.policy }
        )
        let development = configuration.isDevelopment ? await self.makeDevelopmentPages(configuration) : nil
        return configuration.listeners.plan.map { plan in
            let router = NodeRouter(
                roles: Set(plan.roles),
                api: api,
                admin: admin,
                development: development,
                servesEcho: configuration.test.servesEcho
            )
            return (plan, router)
        }
    }

    /// The page's tokens are signed with the first key that can sign; without one there is no page.
    private func makeDevelopmentPages(_ configuration: Configuration) async -> DevelopmentPages? {
        guard let issuer = try? await TokenIssuer(signingKey: nil, of: configuration.tokens) else { return nil }
        return DevelopmentPages(issuer: issuer, wallMilliseconds: self.clock.wallMilliseconds)
    }

    static func policy(of configuration: Configuration) -> SessionPolicy {
        SessionPolicy(
            limits: configuration.client.limits,
            rulebook: configuration.rulebook,
            allowsAnonymous: configuration.client.allowsAnonymous,
            admission: configuration.client.admission,
            version: "Skein \(Version.current)",
            node: configuration.node.name
        )
    }

    private func tell(
        _ configuration: Configuration,
        _ bound: some Sequence<(Configuration.BindPlan, Listener)>
    ) {
        var lines = ["Skein \(Version.current) is ready (node \(configuration.node.name))"]
        for (plan, listener) in bound {
            let host = plan.address.contains(":") ? "[\(plan.address)]" : plan.address
            let authority = "\(host):\(listener.address.port ?? plan.port)"
            for role in plan.roles {
                switch role {
                case .client:
                    lines.append("  client   ws://\(authority)/connection/websocket")
                    if configuration.test.servesEcho { lines.append("  test     ws://\(authority)/test/echo") }
                    if configuration.isDevelopment { lines.append("  page     http://\(authority)/") }
                case .api: lines.append("  api      http://\(authority)/api")
                case .admin: lines.append("  admin    http://\(authority)/metrics")
                }
            }
        }
        self.announce(lines.joined(separator: "\n"))
    }

    // MARK: While it runs

    private func tick(_ node: Running) async -> Bool? {
        var memory = MemoryReturn()
        while !Task.isCancelled {
            await node.transport.rest(for: .seconds(1))
            if memory.observe(connections: node.transport.connectionCount) { await MemoryReturn.giveBack() }
            await node.engine.tick()
            await node.ring.tick()
        }
        return nil
    }

    /// Takes what can be taken of the files as they are now; a configuration that cannot be used changes nothing.
    private func reload(_ node: Running) async {
        switch ConfigurationReload.attempt(old: self.current, sources: self.sources, host: self.host) {
        case .rejected(let problems):
            for problem in problems {
                self.logger.error(
                    "reload refused, the old configuration stays",
                    metadata: ["skein.problem": "\(problem)"]
                )
            }
        case .accepted(let reload):
            do {
                let origins = try OriginPolicy(reload.configuration.client.allowedOrigins)
                try await node.authenticator.reload(reload.configuration.tokens)
                self.configuration.withLock { $0 = reload.configuration }
                self.sink.level = reload.configuration.log.level
                await node.transport.reload(policy: Self.policy(of: reload.configuration), origins: origins)
            } catch {
                self.logger.error(
                    "reload refused, the old configuration stays",
                    metadata: ["skein.problem": "\(error)"]
                )
                return
            }
            for change in reload.applied { self.logger.info("reloaded", metadata: ["skein.change": "\(change)"]) }
            for change in reload.postponed {
                self.logger.warning("change needs a restart", metadata: ["skein.change": "\(change)"])
            }
            if reload.applied.isEmpty, reload.postponed.isEmpty { self.logger.info("reloaded, nothing has changed") }
        }
    }

    // MARK: Stop

    private func stop(_ node: Running, isFenced: Bool) async {
        self.logger.info("stopping")
        self.health.isReady = false
        if !isFenced { await self.drain(node) }
        self.drainState.phase = .ending
        for listener in node.listeners { await listener.close() }
        // With other nodes everybody has been told by now; what is left does not listen.
        let isLast = node.ring.keeper.isShared && !self.isHurried && !isFenced
        let told = await node.transport.disconnectAll(code: isLast ? .serviceRestart : .shutdown)
        self.logger.info("clients told", metadata: ["skein.clients": "\(told)"])
        await self.waitForConnections(node)
        await node.engine.stop()
        await node.transport.shutdown()
        self.logger.info("stopped")
    }

    private func waitForConnections(_ node: Running) async {
        guard !self.isHurried else { return }
        let grace = self.current.shutdown.grace
        let hurried = self.hurry.stream
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await node.transport.connectionsEnded() }
            tasks.addTask { await node.transport.rest(for: grace) }
            tasks.addTask { for await _ in hurried { break } }
            await tasks.next()
            tasks.cancelAll()
        }
    }
}
