import NIOHTTP1
import SkeinTransport
import Synchronization

/// Whether the node works (`/health`) and whether it wants clients (`/ready`). Any thread.
final class Health: Sendable {
    private let ready = Atomic<Bool>(false)

    /// Whether the node wants clients.
    var isReady: Bool {
        get { self.ready.load(ordering: .acquiring) }
        set { self.ready.store(newValue, ordering: .releasing) }
    }

    /// 200 as long as the process answers.
    func live() -> HTTPResponse {
        .text(.ok, "ok")
    }

    /// 200 while the node wants clients, else 503.
    func readiness() -> HTTPResponse {
        self.isReady ? .text(.ok, "ready") : .text(.serviceUnavailable, "not ready")
    }
}
