import Dispatch
import Foundation
public import Logging
import Synchronization

/// Where all log lines of the process go: a bounded queue in memory, and one thread that writes it out.
///
/// Event loops log, and standard error may be a pipe that nobody reads. So ``write(_:)`` never waits for the
/// descriptor: it copies a line into the queue, or drops and counts it when the queue is full. The lock around the
/// queue is held for the time of one copy. Once there is room again, a line tells how many were dropped.
public final class LogSink: Sendable {
    /// Writes bytes out, in its own time; called on the sink's thread only.
    public typealias Output = @Sendable ([UInt8]) -> Void

    private struct State: ~Copyable {
        var queue: [UInt8] = []
        /// Bytes in `queue` and in the hands of the thread.
        var held = 0
        var droppedSinceReport = 0
        var waiters: [DispatchSemaphore] = []
        var isAwake = false
        var isClosed = false
    }

    private struct Batch {
        let bytes: [UInt8]
        let dropped: Int
        let waiters: [DispatchSemaphore]
        let isLast: Bool
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let dropped = Atomic<Int>(0)
    private let levelIndex: Atomic<Int>
    private let capacity: Int
    let format: LogFormat
    private let clock: @Sendable () -> WallClock

    /// Starts the thread, which keeps the sink alive until ``close(within:)``.
    ///
    /// - Parameters:
    ///   - format: of the line that tells about dropped ones.
    ///   - level: see ``level``.
    ///   - capacity: most bytes that wait or are being written.
    ///   - clock: time of the line that tells about dropped ones.
    ///   - output: writes to standard error unless given.
    public init(
        format: LogFormat,
        level: Logger.Level = .info,
        capacity: Int = 1_048_576,
        clock: @escaping @Sendable () -> WallClock = WallClock.now,
        output: @escaping Output = StandardErrorOutput.write
    ) {
        self.format = format
        self.levelIndex = Atomic(Self.index(of: level))
        self.capacity = capacity
        self.clock = clock
        let thread = Thread { self.drain(to: output) }
        thread.name = "skein-log"
        thread.start()
    }

    /// Least severe level that loggers without a level of their own write. May change at any time.
    public var level: Logger.Level {
        get { Logger.Level.allCases[self.levelIndex.load(ordering: .relaxed)] }
        set { self.levelIndex.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    /// How many lines were dropped since the start.
    public var droppedLines: Int { self.dropped.load(ordering: .relaxed) }

    /// Queues a line, which ends with a line break, or drops it. Lines of one thread keep their order.
    public func write(_ line: [UInt8]) {
        let mustWake = self.state.withLock { state -> Bool in
            if !state.isClosed && line.count <= self.capacity - state.held {
                state.queue.append(contentsOf: line)
                state.held += line.count
            } else {
                state.droppedSinceReport += 1
                self.dropped.wrappingAdd(1, ordering: .relaxed)
            }
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if mustWake { self.wakeUp.signal() }
    }

    /// Waits until everything that was queued before is written. False when that takes longer than `patience` seconds.
    @discardableResult
    public func flush(within patience: Double = 2) -> Bool {
        let waiter = DispatchSemaphore(value: 0)
        let isClosed = self.state.withLock { state -> Bool in
            if !state.isClosed { state.waiters.append(waiter) }
            return state.isClosed
        }
        if isClosed { return true }
        self.wakeUp.signal()
        return waiter.wait(timeout: .now() + patience) == .success
    }

    /// Flushes and ends the thread. Later lines are dropped.
    public func close(within patience: Double = 2) {
        let waiter = DispatchSemaphore(value: 0)
        let wasClosed = self.state.withLock { state -> Bool in
            defer { state.isClosed = true }
            if !state.isClosed { state.waiters.append(waiter) }
            return state.isClosed
        }
        if wasClosed { return }
        self.wakeUp.signal()
        _ = waiter.wait(timeout: .now() + patience)
    }

    private func drain(to output: Output) {
        while true {
            self.wakeUp.wait()
            let batch = self.takeBatch()
            if !batch.bytes.isEmpty { output(batch.bytes) }
            self.state.withLock { $0.held -= batch.bytes.count }
            if batch.dropped > 0 { output(self.summary(of: batch.dropped)) }
            for waiter in batch.waiters { waiter.signal() }
            if batch.isLast { return }
        }
    }

    private func takeBatch() -> Batch {
        self.state.withLock { state in
            let batch = Batch(
                bytes: state.queue,
                dropped: state.droppedSinceReport,
                waiters: state.waiters,
                isLast: state.isClosed
            )
            state.queue = []
            state.droppedSinceReport = 0
            state.waiters = []
            state.isAwake = false
            return batch
        }
    }

    private func summary(of count: Int) -> [UInt8] {
        let line = LogLine(
            time: self.clock(),
            level: .warning,
            label: "skein.log",
            message: count == 1 ? "1 log line was dropped" : "\(count) log lines were dropped",
            metadata: [:]
        )
        return line.bytes(as: self.format)
    }

    private static func index(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}
