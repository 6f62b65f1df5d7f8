import CSockets
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Accepts the connections of a listening socket and deals them out to the doorways, one after the other. Confined to its event loop.
final class Acceptor: Pollable {
    /// Connections that are accepted before the loop goes on with the others that it has.
    private static let batch = 16

    /// Where connections may go.
    struct Destination: Sendable {
        let eventLoop: any EventLoop
        let doorway: NIOLoopBound<Doorway>
    }

    let descriptor: CInt
    private let eventLoop: any EventLoop
    private let sockets: SocketSet
    private let metrics: TransportMetrics
    private let destinations: [Destination]
    private var next = 0
    private var isOpen = true

    /// Owns `descriptor`, a listening socket. The first destination is on this loop. Throws what the system says when it cannot be
    /// watched; it is not closed then.
    init(
        _ descriptor: CInt,
        sockets: SocketSet,
        metrics: TransportMetrics,
        destinations: [Destination]
    ) throws {
        self.descriptor = descriptor
        self.sockets = sockets
        self.metrics = metrics
        self.destinations = destinations
        self.eventLoop = destinations[0].eventLoop
        try sockets.add(self, for: .readable)
    }

    func ready(_ readiness: Readiness) {
        for _ in 0..<Self.batch {
            let connection = skein_accept(self.descriptor)
            guard connection >= 0 else { return self.failed(errno) }
            self.dealOut(connection)
        }
    }

    /// Accepts no more.
    func close() {
        guard self.isOpen else { return }
        self.isOpen = false
        self.sockets.forget(self)
        systemClose(self.descriptor)
    }

    private func dealOut(_ connection: CInt) {
        let index = self.next
        self.next = (index + 1) % self.destinations.count
        let destination = self.destinations[index]
        guard index > 0 else { return destination.doorway.value.enter(connection) }
        destination.eventLoop.execute { destination.doorway.value.enter(connection) }
    }

    private func failed(_ code: CInt) {
        switch code {
        case EAGAIN, EINTR, ECONNABORTED, EPROTO:
            return
        default:
            self.metrics.acceptFailed()
            self.rest()
        }
    }

    /// For the reason, and as long, as ``AcceptPause`` does.
    private func rest() {
        try? self.sockets.change(self, to: [])
        self.eventLoop.assumeIsolated().scheduleTask(in: AcceptPause.duration) {
            if self.isOpen { try? self.sockets.change(self, to: .readable) }
        }
    }
}

@available(*, unavailable)
extension Acceptor: Sendable {}
