public import Logging
import NIOCore
import NIOPosix
public import SkeinCluster
import SkeinCore

/// A look into the registry of a cluster from outside of any node, for the command line.
public enum RedisInspector {
    /// Reads the list of nodes over a connection of its own.
    ///
    /// - Throws: ``BrokerError`` that says why Redis could not be asked.
    public static func nodes(settings: RedisSettings, logger: Logger) async throws -> NodeList {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let tls = try settings.makeTLSContext()
        let promise = eventLoop.makePromise(of: NodeList.self)
        eventLoop.execute {
            let functions = RedisFunctions()
            let dialer = RedisDialer(
                eventLoop: eventLoop,
                settings: settings,
                greeting: RedisGreeting(name: "\(settings.prefix)-inspector", library: functions.library),
                tls: tls,
                logger: logger,
                now: { Clock.system.now() }
            )
            let keys = RedisKeys(prefix: settings.prefix)
            dialer.onFailure = { reason in
                dialer.stop()
                promise.fail(BrokerError(.unavailable, reason))
            }
            dialer.onUp = { connection, _ in
                connection.send { writer in
                    writer.call(functions.nodes, keys: keys.registry, arguments: 1)
                    writer.append(keys.ringChannel)
                } reply: { result in
                    dialer.stop()
                    promise.completeWith(
                        result.mapError { $0.brokerError as any Error }.flatMap { value in
                            NodeRegistry.list(value).map { .success($0) }
                                ?? .failure(BrokerError(.unavailable, "the registry cannot be read"))
                        }
                    )
                }
            }
            dialer.start()
        }
        do {
            let list = try await promise.futureResult.get()
            try await group.shutdownGracefully()
            return list
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }
}
