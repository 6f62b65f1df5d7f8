import NIOCore

/// One direction of one connection: what has been taken and not yet forwarded, and what happens to it. No I/O, no
/// clock.
///
/// Everything waits in one queue and every fault acts at its head, so that no fault can change the order of bytes.
/// The end of the stream is the last item of the queue, and is held back or delayed like the bytes before it.
struct FaultLane {
    /// How a stream ends.
    enum End {
        case finished
        case reset
    }

    /// What is to be done now. After `.rest`, `.sleep` and `.writePiece` there is nothing more to do; after all
    /// others, ask again.
    enum Action: Equatable {
        case write(ByteBuffer)
        /// Something else has to get its turn before the next piece.
        case writePiece(ByteBuffer)
        case sleep(until: NIODeadline)
        case finish
        case cut
        case reset
        case rest
    }

    private struct Item {
        var bytes: ByteBuffer
        let end: End?
        let arrival: NIODeadline
        var due: NIODeadline?
    }

    private struct Trigger {
        let fault: FaultProxy.Fault
        let position: Int
    }

    /// The fault that lasts; never one that ends something.
    private var fault: FaultProxy.Fault?
    private var triggers: [Trigger] = []
    private var queue = CircularBuffer<Item>()
    private var passed = 0
    private var isFinished = false
    private var generator: SeededGenerator

    init(seed: UInt64) {
        self.generator = SeededGenerator(seed: seed)
    }

    /// Whether to read on; an unforwarded rest stops the reading when the fault is not about holding bytes.
    var wantsBytes: Bool {
        if self.isFinished { return true }
        switch self.fault {
        case .stall(let reading): return reading
        case .blackhole, .delay: return true
        default: return self.queue.isEmpty
        }
    }

    mutating func received(_ bytes: ByteBuffer, now: NIODeadline) {
        self.queue.append(Item(bytes: bytes, end: nil, arrival: now))
    }

    mutating func ended(_ end: End, now: NIODeadline) {
        self.queue.append(Item(bytes: ByteBuffer(), end: end, arrival: now))
    }

    /// The fault strikes when `bytes` more have passed; of two that strike at the same place, the first one comes
    /// first.
    mutating func inject(_ fault: FaultProxy.Fault, after bytes: Int) {
        let trigger = Trigger(fault: fault, position: self.passed + bytes)
        let index = self.triggers.firstIndex { $0.position > trigger.position } ?? self.triggers.endIndex
        self.triggers.insert(trigger, at: index)
    }

    mutating func heal() {
        self.fault = nil
        self.triggers = []
    }

    /// Nothing can be forwarded any more.
    mutating func finish() {
        self.isFinished = true
    }

    mutating func next(now: NIODeadline, isWritable: Bool) -> Action {
        while !self.isFinished {
            if let trigger = self.triggers.first, trigger.position <= self.passed {
                self.triggers.removeFirst()
                if let action = self.strike(trigger) { return action }
                continue
            }
            guard let item = self.queue.first else { return .rest }
            if self.fault == .blackhole, item.end == nil {
                _ = self.take(upTo: .max)
                continue
            }
            return self.release(item, now: now, isWritable: isWritable)
        }
        let hasReset = self.queue.contains { $0.end == .reset }
        self.queue.removeAll()
        return hasReset ? .reset : .rest
    }

    /// Begins what lasts, or says how to end what does not.
    private mutating func strike(_ trigger: Trigger) -> Action? {
        switch trigger.fault {
        case .cut:
            self.isFinished = true
            return .cut
        case .reset:
            self.isFinished = true
            return .reset
        case .halfClose:
            self.isFinished = true
            return .finish
        case .stall, .blackhole, .dribble, .delay:
            self.fault = trigger.fault
            return nil
        }
    }

    private mutating func release(_ item: Item, now: NIODeadline, isWritable: Bool) -> Action {
        switch self.fault {
        case .stall, .blackhole:
            return .rest
        case .delay(let duration, let jitter):
            let due = item.due ?? item.arrival + TimeAmount(duration) + self.draw(upTo: jitter)
            self.queue[offset: 0].due = due
            if now < due { return .sleep(until: due) }
        case .dribble, .cut, .reset, .halfClose, nil:
            break
        }
        if item.end == .reset { return self.end(.reset) }
        guard isWritable else { return .rest }
        if item.end == .finished { return self.end(.finish) }
        if case .dribble(let size) = self.fault { return .writePiece(self.take(upTo: size)) }
        return .write(self.take(upTo: .max))
    }

    private mutating func end(_ action: Action) -> Action {
        self.queue.removeFirst()
        self.isFinished = true
        return action
    }

    /// Takes bytes from the head, but none behind the place of the next fault.
    private mutating func take(upTo most: Int) -> ByteBuffer {
        let left = self.triggers.first.map { $0.position - self.passed } ?? .max
        let length = min(most, left, self.queue[offset: 0].bytes.readableBytes)
        let piece = self.queue[offset: 0].bytes.readSlice(length: length) ?? ByteBuffer()
        if self.queue[offset: 0].bytes.readableBytes == 0 { self.queue.removeFirst() }
        self.passed += length
        return piece
    }

    private mutating func draw(upTo jitter: Duration) -> TimeAmount {
        .nanoseconds(Int64.random(in: 0...max(0, TimeAmount(jitter).nanoseconds), using: &self.generator))
    }
}
