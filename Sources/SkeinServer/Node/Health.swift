import Synchronization

/// Whether the node wants clients. Any thread.
final class Health: Sendable {
    private let ready = Atomic<Bool>(false)

    /// Whether the node wants clients.
    var isReady: Bool {
        get { self.ready.load(ordering: .acquiring) }
        set { self.ready.store(newValue, ordering: .releasing) }
    }
}
