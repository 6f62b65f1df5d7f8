import NIOCore
import NIOPosix
import SkeinCluster
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CompletionTests {
    @Test
    func `on its own event loop a completion runs at once`() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let calls = try await loop.submit {
            let calls = CallCount()
            Completion<Void>(on: loop) { _ in calls.next() }.succeed(())
            return calls.value
        }.get()
        #expect(calls == 1)
    }

    @Test
    func `a body that belongs to a loop runs there, wherever the completion is called`() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let called = loop.makePromise(of: Bool.self)
        let completion = try await loop.submit {
            Completion<Void>(boundTo: loop) { _ in called.succeed(loop.inEventLoop) }
        }.get()
        completion.succeed(())
        #expect(try await called.futureResult.get())
    }

    @Test
    func `from elsewhere a completion runs as a task of its event loop`() async {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (isOnLoop, result) = await withCheckedContinuation { continuation in
            let completion = Completion<Int>(on: loop) { result in
                continuation.resume(returning: (loop.inEventLoop, result))
            }
            completion.fail(BrokerError(.unavailable, "gone"))
        }
        #expect(isOnLoop)
        #expect(throws: BrokerError(.unavailable, "gone")) { try result.get() }
    }
}
