import SkeinCore

/// Deadlines of many things on one event loop, behind one repeating task instead of a scheduled task each.
///
/// Confined to its event loop. A ring of slots, each a span of `resolution`; something that is further away than the ring is
/// long is looked at once a round. Everything is in the wheel at most once and knows its place, so that arming and disarming are
/// O(1). Fires up to one resolution late, never early.
struct TimerWheel {
    private struct Armed {
        let element: any Timed
        let deadline: MonotonicInstant
    }

    private var slots: [[Armed]]
    private let resolution: UInt64
    /// The next span to look at.
    private var cursor: UInt64

    /// A wheel that starts turning at `now`.
    init(now: MonotonicInstant, resolution: Duration = .milliseconds(100), slots: Int = 512) {
        self.resolution = max(1, (MonotonicInstant(nanoseconds: 0) + resolution).nanoseconds)
        self.slots = Array(repeating: [], count: slots)
        self.cursor = now.nanoseconds / self.resolution
    }

    /// Arms the element for a deadline, instead of the one that it had. A deadline in the distant future disarms it.
    mutating func arm(_ element: any Timed, at deadline: MonotonicInstant) {
        self.disarm(element)
        guard deadline != .distantFuture else { return }
        let span = max(self.cursor, deadline.nanoseconds / self.resolution + 1)
        let slot = Int(span % UInt64(self.slots.count))
        element.timerPlace = TimerPlace(slot: Int32(slot), index: Int32(self.slots[slot].count))
        self.slots[slot].append(Armed(element: element, deadline: deadline))
    }

    /// Forgets the element.
    mutating func disarm(_ element: any Timed) {
        guard let place = element.timerPlace else { return }
        element.timerPlace = nil
        let slot = Int(place.slot)
        let last = self.slots[slot].removeLast()
        if last.element !== element {
            last.element.timerPlace = place
            self.slots[slot][Int(place.index)] = last
        }
    }

    /// Everything that has a deadline. O(armed).
    var all: [any Timed] {
        self.slots.flatMap { $0.map(\.element) }
    }

    /// Takes out everything whose deadline has passed. O(due + slots passed).
    mutating func advance(now: MonotonicInstant) -> [any Timed] {
        let current = now.nanoseconds / self.resolution
        guard current >= self.cursor else { return [] }
        var due: [any Timed] = []
        let passed = min(current - self.cursor + 1, UInt64(self.slots.count))
        for span in (current + 1 - passed)...current {
            let slot = Int(span % UInt64(self.slots.count))
            for armed in self.slots[slot] where armed.deadline <= now { due.append(armed.element) }
        }
        self.cursor = current + 1
        for element in due { self.disarm(element) }
        return due
    }
}

/// Something with deadlines on one event loop.
protocol Timed: AnyObject {
    /// Owned by the wheel.
    var timerPlace: TimerPlace? { get set }

    /// The deadline has passed; the wheel has forgotten the element.
    func deadlineReached()

    /// The node stops.
    func serverStops(code: DisconnectCode)
}

/// Where something is in the wheel.
struct TimerPlace {
    var slot: Int32
    var index: Int32
}
