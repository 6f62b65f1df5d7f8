/// Things that are let go at a steady rate and in random order.
///
/// Whatever is told to many clients at once brings all of them back at once; told at a pace, they come back at that pace.
public struct PacedQueue<Element> {
    /// How much of the time that nobody looked is made up for: a loop that was busy does not let go all at once afterwards.
    private static var longestCatchUp: Duration { .milliseconds(500) }

    private var elements: [Element] = []
    private var rate = 0.0
    private var credit = 0.0
    private var lastLook = MonotonicInstant(nanoseconds: 0)

    /// Nothing waits.
    public init() {}

    /// How many wait. O(1).
    public var count: Int { self.elements.count }

    /// Lets `added` go too, `rate` of all that wait each second from now on. O(waiting + added).
    public mutating func add(_ added: some Sequence<Element>, rate: Double, now: MonotonicInstant) {
        if self.elements.isEmpty {
            self.credit = 0
            self.lastLook = now
        }
        self.rate = rate
        self.elements.append(contentsOf: added)
        self.elements.shuffle()
    }

    /// Whoever waits stays.
    public mutating func removeAll() {
        self.elements = []
    }

    /// The elements whose time has come. One that is not `isLive` any more is dropped and takes nobody's place. O(returned + dropped).
    public mutating func due(now: MonotonicInstant, where isLive: (Element) -> Bool) -> [Element] {
        guard !self.elements.isEmpty else { return [] }
        let elapsed = min(max(.zero, now.since(self.lastLook)), Self.longestCatchUp)
        self.lastLook = now
        self.credit += elapsed / .seconds(1) * self.rate
        var due: [Element] = []
        while self.credit >= 1, let element = self.elements.popLast() {
            guard isLive(element) else { continue }
            due.append(element)
            self.credit -= 1
        }
        return due
    }
}

extension PacedQueue: Sendable where Element: Sendable {}
