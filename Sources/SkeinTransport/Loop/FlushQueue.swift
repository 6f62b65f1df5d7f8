import DequeModule
import SkeinCore

/// Who has something to send at the end of a turn, served in slices of bounded time.
///
/// A turn that has something for 10,000 clients would keep everybody else waiting while it is sent. What does not fit into a
/// slice is late, and the late ones go on slice by slice between turns: a small turn never waits for a large one, and the large
/// one goes on whatever comes. An element is in here at most once at a time.
///
/// Confined to its event loop. A class, because serving an element may append others.
final class FlushQueue<Element> {
    /// How long a slice is, and what one element takes.
    static var slice: Duration { .milliseconds(10) }
    /// How many are served between two looks at the clock.
    static var stride: Int { 32 }
    /// An array that has grown beyond this is let go when it is empty.
    private static var keptCapacity: Int { 4096 }

    private var fresh: [Element] = []
    private var late: Deque<Element> = []

    /// How many wait. O(1).
    var count: Int { self.fresh.count + self.late.count }

    /// Adds one that is not waiting. O(1).
    func append(_ element: Element) {
        self.fresh.append(element)
    }

    /// Serves those that are new, each with `body`, for one slice at most; the others are late. Those that `body` appends are for
    /// the next turn. Returns whether somebody is late.
    func flush(clock: () -> MonotonicInstant, _ body: (Element) -> Void) -> Bool {
        var serving: [Element] = []
        swap(&serving, &self.fresh)
        // Few are served without a look at the clock.
        let end = serving.count > Self.stride ? clock() + Self.slice : .distantFuture
        var served = 0
        while served < serving.count {
            body(serving[served])
            served += 1
            if served % Self.stride == 0, served < serving.count, clock() >= end { break }
        }
        self.late.append(contentsOf: serving[served...])
        if self.fresh.isEmpty {
            serving.removeAll(keepingCapacity: serving.capacity <= Self.keptCapacity)
            swap(&serving, &self.fresh)
        }
        return !self.late.isEmpty
    }

    /// Serves those that are late, in their order, for one slice at most. Returns whether somebody still is.
    func flushLate(clock: () -> MonotonicInstant, _ body: (Element) -> Void) -> Bool {
        let end = clock() + Self.slice
        var served = 0
        while let next = self.late.popFirst() {
            body(next)
            served += 1
            if served % Self.stride == 0, clock() >= end { return !self.late.isEmpty }
        }
        self.late = []
        return false
    }
}
