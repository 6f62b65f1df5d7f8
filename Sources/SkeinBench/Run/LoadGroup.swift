import NIOCore
import NIOPosix

/// The event loops of a run, from outside: every call goes to the loops and comes back with copies.
struct LoadGroup: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let loops: [NIOLoopBound<LoadLoop>]

    /// Starts the threads.
    init(settings: ClientSettings) async throws {
        let count = settings.plan.loops
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        var loops: [NIOLoopBound<LoadLoop>] = []
        for (index, eventLoop) in self.group.makeIterator().enumerated() {
            loops.append(
                try await eventLoop.submit {
                    let load = LoadLoop(settings: settings, eventLoop: eventLoop, index: index, count: count)
                    return NIOLoopBound(load, eventLoop: eventLoop)
                }.get()
            )
        }
        self.loops = loops
        let peers = loops
        try await self.each { $0.peers = peers }
    }

    /// Runs on every loop at the same time and waits for all; results in the order of the loops.
    @discardableResult
    func each<Result: Sendable>(_ body: @escaping @Sendable (LoadLoop) -> Result) async throws -> [Result] {
        let futures = self.loops.map { loop in loop.eventLoop.submit { body(loop.value) } }
        var results: [Result] = []
        for future in futures { results.append(try await future.get()) }
        return results
    }

    /// Gives the loop of the connection with this number a raw hop.
    func openRawHop(_ target: RedisTarget, publisher number: Int) async throws {
        let loop = self.loops[number % self.loops.count]
        do {
            try await loop.eventLoop.flatSubmit { RawHop.open(target, on: loop.value) }.get()
        } catch {
            throw BenchmarkFailure("--redis \(target.host):\(target.port): \(error)")
        }
    }

    /// The counters of all loops.
    func counters() async throws -> LoopCounters {
        LoopCounters.sum(try await self.each { $0.counters })
    }

    /// The histograms of all loops; some hundred kilobytes a loop.
    func histograms() async throws -> LoopHistograms {
        LoopHistograms.sum(try await self.each { $0.histograms })
    }

    /// The first reason for which there will be no result.
    func failure() async throws -> BenchmarkFailure? {
        try await self.each { $0.failure }.lazy.compactMap { $0 }.first
    }

    /// Closes all connections and ends the threads.
    func shutdown() async {
        _ = try? await self.each { $0.closeAll() }
        try? await self.group.shutdownGracefully()
    }
}
