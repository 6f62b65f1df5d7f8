import Dispatch
import Foundation
import NIOCore
import SkeinCluster
import SkeinCore
import Synchronization

/// What a contract case works with: the broker's functions as `async` ones, and what its sink heard.
struct ContractEnvironment: Sendable {
    let broker: any Broker
    let sink: RecordingSink
    private let eventLoop: any EventLoop
    private let time: BrokerContract.TimeControl?
    private let completions = CompletionCount()
    /// Sets the topics of this run apart from those of any other.
    private let run: String

    /// A retention under which nothing goes during a case.
    static let lasting = Self.keeping(1000)

    init(subject: BrokerContract.Subject, sink: RecordingSink) {
        self.broker = subject.broker
        self.sink = sink
        self.eventLoop = subject.eventLoop
        self.time = subject.time
        self.run = String(UInt64.random(in: 0 ... .max), radix: 36)
    }

    /// The newest `size` publications, longer than any case takes.
    static func keeping(_ size: Int) -> Retention {
        Retention(size: size, ttl: .seconds(600), metaTTL: .seconds(3600))
    }

    /// A topic that only this run of the case uses.
    func topic(_ name: String = "news", app: String = "app") -> Topic {
        Topic(ChannelName(name), app: AppID("\(self.run)\(app)"))
    }

    /// That many units of the engine's time.
    func units(_ count: Int) -> Duration { (self.time?.unit ?? .seconds(1)) * count }

    /// Makes time pass for the engine.
    func advance(by duration: Duration) async throws {
        guard let time else {
            throw ContractViolation(message: "a timed case needs a TimeControl", place: #fileID)
        }
        try await time.advance(duration)
    }

    /// Throws if a completion came twice or not at all. Called when every result has been awaited.
    func checkCompletions() throws {
        let (asked, answered) = self.completions.values
        try ContractViolation.checkEqual(answered, asked, "completions that ran")
    }

    /// Calls an operation at once; its result can be awaited later.
    func start<Value>(_ operation: (Completion<Value>) -> Void) -> PendingResult<Value> {
        let pending = PendingResult<Value>()
        let completions = self.completions
        completions.ask()
        operation(
            Completion(on: self.eventLoop) { result in
                completions.answer()
                pending.settle(result.mapError { $0 })
            }
        )
        return pending
    }

    /// Calls `body` on several threads at once, with a number for each, and waits for all.
    ///
    /// Threads, and not tasks: the pool that tasks share may be too busy for two of them to meet.
    func onThreads<Value: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Value) async -> [Value] {
        let values = ThreadResults<Value>()
        let start = DispatchSemaphore(value: 0)
        let finished = DispatchGroup()
        for number in 0..<count {
            finished.enter()
            Thread.detachNewThread {
                start.wait()
                let value = body(number)
                values.state.withLock { $0[number] = value }
                finished.leave()
            }
        }
        for _ in 0..<count { start.signal() }
        return await withCheckedContinuation { continuation in
            finished.notify(queue: .global()) {
                continuation.resume(
                    returning: values.state.withLock { values in (0..<count).compactMap { values[$0] } }
                )
            }
        }
    }

    /// What the threads brought, by their numbers.
    private final class ThreadResults<Value: Sendable>: Sendable {
        let state = Mutex([Int: Value]())
    }

    /// How many completions were handed out, and how many ran.
    private final class CompletionCount: Sendable {
        private let state = Mutex((asked: 0, answered: 0))

        var values: (asked: Int, answered: Int) { self.state.withLock { $0 } }

        func ask() {
            self.state.withLock { $0.asked += 1 }
        }

        func answer() {
            self.state.withLock { $0.answered += 1 }
        }
    }
}
