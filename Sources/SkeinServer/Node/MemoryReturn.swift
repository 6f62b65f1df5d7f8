import CAllocator
import NIOPosix

/// Decides when the memory of connections that have ended goes back to the system.
///
/// The allocator keeps what was freed, in the belief that it is needed again. After a burst of clients that is not so, and a node
/// that shows the memory of its busiest minute for the rest of its life looks as if it leaked. Looked at once a second; does nothing while
/// connections still go, because walking the heap costs milliseconds.
struct MemoryReturn {
    /// Fewer connections than this are not worth it: 5 MB.
    private static let leastDrop = 1000

    private var peak = 0
    private var last = 0

    /// A second has passed and there are so many connections now. Returns whether memory should be given back: half of the most
    /// since the last time are gone, and hardly any has gone in this second.
    mutating func observe(connections: Int) -> Bool {
        defer { self.last = connections }
        self.peak = max(self.peak, connections)
        let hasDropped = connections <= self.peak / 2 && self.peak - connections >= Self.leastDrop
        guard hasDropped, self.last - connections <= self.peak / 100 else { return false }
        self.peak = connections
        return true
    }

    /// Gives back what is free, on a thread that no client waits for.
    static func giveBack() async {
        try? await NIOThreadPool.singleton.runIfActive { allocator_trim() }
    }
}
