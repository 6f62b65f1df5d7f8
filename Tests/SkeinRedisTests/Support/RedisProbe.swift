import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTestKit

@testable import SkeinRedis

/// A plain connection to Redis, for what a test does behind the engine's back.
final class RedisProbe: Sendable {
    private let connection: NIOLoopBound<RedisConnection>
    private let eventLoop: any EventLoop
    private let channel: any Channel

    init(_ redis: RedisProcess) async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        self.eventLoop = eventLoop
        self.connection = try await eventLoop.submit {
            NIOLoopBound(RedisConnection(now: { Clock.system.now() }), eventLoop: eventLoop)
        }.get()
        let bound = self.connection
        self.channel = try await ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(unixDomainSocketPath: redis.socketPath).get()
    }

    /// The reply, or the failure as an error.
    @discardableResult
    func command(_ words: String...) async throws -> RESPValue {
        try await self.command(words)
    }

    /// The reply, or the failure as an error.
    @discardableResult
    func command(_ words: [String]) async throws -> RESPValue {
        try await self.send { $0.command(words) }
    }

    /// The reply to a command of bytes.
    @discardableResult
    func command(bytes words: [[UInt8]]) async throws -> RESPValue {
        try await self.send { writer in
            writer.begin(words.count)
            for word in words { writer.append(word) }
        }
    }

    private func send(_ write: @escaping @Sendable (inout RESPCommandWriter) -> Void) async throws -> RESPValue {
        let bound = self.connection
        let promise = self.eventLoop.makePromise(of: RESPValue.self)
        self.eventLoop.execute {
            bound.value.send(write, reply: { promise.completeWith($0.mapError { $0 as any Error }) })
        }
        return try await promise.futureResult.get()
    }

    func close() async throws {
        try await self.channel.close()
    }
}
