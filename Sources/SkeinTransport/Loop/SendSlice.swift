import SkeinCore

/// How much of a turn may be sent at once: what takes one slice, or nothing.
struct SendSlice {
    private var isOpen: Bool
    private let end: MonotonicInstant
    private var count = 0

    /// Begins at `now`; closed from the start unless `isOpen`.
    init(isOpen: Bool, now: MonotonicInstant) {
        self.isOpen = isOpen
        self.end = isOpen ? now + FlushQueue<SessionHandler>.slice : now
    }

    /// Whether one more fits. Looks at the clock now and then; once it is over, nothing fits any more.
    mutating func takesOneMore(clock: () -> MonotonicInstant) -> Bool {
        guard self.isOpen else { return false }
        self.count += 1
        if self.count % FlushQueue<SessionHandler>.stride == 0, clock() >= self.end { self.isOpen = false }
        return self.isOpen
    }
}
