public import NIOCore

/// What to do when a broker is done, and on which event loop.
///
/// Called exactly once. The body runs on `eventLoop`: at once when the caller is on it, which lets the embedded engine answer
/// inside the same turn, otherwise as a task.
public struct Completion<Value: Sendable>: Sendable {
    /// Where the body runs.
    public let eventLoop: any EventLoop
    // SAFETY: only `eventLoop` runs it, and one that is not sendable was made there.
    private nonisolated(unsafe) let body: (Result<Value, BrokerError>) -> Void

    /// Makes a completion whose body runs on `eventLoop`.
    public init(on eventLoop: any EventLoop, _ body: @escaping @Sendable (Result<Value, BrokerError>) -> Void) {
        self.eventLoop = eventLoop
        self.body = body
    }

    /// Makes a completion whose body belongs to `eventLoop`, where this is called.
    public init(
        boundTo eventLoop: any EventLoop,
        _ body: @escaping (Result<Value, BrokerError>) -> Void
    ) {
        eventLoop.preconditionInEventLoop()
        self.eventLoop = eventLoop
        self.body = body
    }

    /// Delivers the result. Called from any thread.
    public func callAsFunction(_ result: Result<Value, BrokerError>) {
        if self.eventLoop.inEventLoop {
            self.body(result)
        } else {
            self.eventLoop.execute { self.body(result) }
        }
    }

    /// Delivers a value.
    public func succeed(_ value: Value) {
        self(.success(value))
    }

    /// Delivers an error.
    public func fail(_ error: BrokerError) {
        self(.failure(error))
    }
}
