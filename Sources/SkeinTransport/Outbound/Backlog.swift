import DequeModule
import NIOCore
import SkeinCore

/// What waits for a client that does not keep up, within a bound in bytes.
///
/// Pure: decides what is kept, dropped and sent next; the socket does it. Frames of channels that must not lose anything are
/// never dropped: when they do not fit, the client has to go (guarantee G12).
struct Backlog {
    private var frames: Deque<OutboundFrame> = []
    /// Bytes that wait. Shared bytes count for each client that they wait for.
    private(set) var bytes = 0

    /// What became of a frame.
    enum Outcome: Equatable {
        /// It waits. So many publications were dropped for it.
        case kept(dropped: Int)
        /// It does not fit, and nothing may be dropped for it.
        case overflow
    }

    /// Whether nothing waits. No frame is empty, so the bytes tell without a look into the queue.
    var isEmpty: Bool { self.bytes == 0 }

    /// Adds a frame behind the others. O(1), or O(waiting) when its channel's policy drops.
    mutating func append(_ frame: OutboundFrame, limit: Int) -> Outcome {
        let dropped: Int
        switch frame.publications == 0 ? .close : frame.source?.slowConsumer ?? .close {
        case .close:
            dropped = 0
        case .dropOldest:
            dropped = self.dropOldest(of: frame, limit: limit)
        case .keepLatest:
            dropped = self.dropAll(of: frame)
        }
        guard self.bytes + frame.bytes.readableBytes <= limit else {
            guard frame.source?.slowConsumer ?? .close != .close else { return .overflow }
            // Where nothing else waits, the newest does, however large: dropping is for what is older.
            guard self.frames.isEmpty else { return .kept(dropped: dropped + frame.publications) }
            return self.keep(frame, dropped: dropped)
        }
        return self.keep(frame, dropped: dropped)
    }

    private mutating func keep(_ frame: OutboundFrame, dropped: Int) -> Outcome {
        self.bytes += frame.bytes.readableBytes
        self.frames.append(frame)
        return .kept(dropped: dropped)
    }

    /// Takes the next frames, at least one, up to about `budget` bytes.
    mutating func take(budget: Int) -> [OutboundFrame] {
        var taken: [OutboundFrame] = []
        var size = 0
        while let next = self.frames.first, taken.isEmpty || size + next.bytes.readableBytes <= budget {
            self.frames.removeFirst()
            size += next.bytes.readableBytes
            taken.append(next)
        }
        self.bytes -= size
        return taken
    }

    /// Forgets everything. Returns how many publications waited.
    mutating func removeAll() -> Int {
        let publications = self.frames.reduce(0) { $0 + $1.publications }
        self.frames = []
        self.bytes = 0
        return publications
    }

    private mutating func dropOldest(of frame: OutboundFrame, limit: Int) -> Int {
        var dropped = 0
        while self.bytes + frame.bytes.readableBytes > limit,
            let index = self.firstIndex(of: frame.source)
        {
            dropped += self.remove(at: index)
        }
        return dropped
    }

    private mutating func dropAll(of frame: OutboundFrame) -> Int {
        var dropped = 0
        while let index = self.firstIndex(of: frame.source) {
            dropped += self.remove(at: index)
        }
        return dropped
    }

    /// The oldest frame with publications of the channel; joins and leaves stay.
    private func firstIndex(of source: ChannelFanout?) -> Int? {
        self.frames.firstIndex { $0.source === source && $0.publications > 0 }
    }

    private mutating func remove(at index: Int) -> Int {
        let frame = self.frames.remove(at: index)
        self.bytes -= frame.bytes.readableBytes
        return frame.publications
    }
}
