import Metrics
import NIOHTTP1
import SkeinTransport

/// Places clients on the ring when they connect, and gives those an id that bring none.
struct RingPlacement: Placement {
    /// Attempts to find an id that this node owns: enough for any usual share, and no more than a handshake may cost.
    private static let attempts = 100

    let keeper: RingKeeper
    let handsOutCookie: @Sendable () -> Bool
    let nodeHeaders: HTTPHeaders
    private let placed: Counter
    private let misplaced: Counter

    init(keeper: RingKeeper, factory: any MetricsFactory, handsOutCookie: @escaping @Sendable () -> Bool) {
        self.keeper = keeper
        self.handsOutCookie = handsOutCookie
        self.nodeHeaders = ["x-skein-node": keeper.node]
        self.placed = Counter(label: "skein_ring_handshakes_total", dimensions: [("owner", "self")], factory: factory)
        self.misplaced = Counter(
            label: "skein_ring_handshakes_total",
            dimensions: [("owner", "other")],
            factory: factory
        )
    }

    func place(_ head: HTTPRequestHead) -> PlacedClient {
        guard let cid = ClientIdentity.of(head) else { return self.placeNewcomer(head) }
        let ring = self.keeper.now
        let position = self.keeper.position(of: cid, on: ring)
        (ring.owns(position) ? self.placed : self.misplaced).increment()
        return PlacedClient(position: position)
    }

    /// A balancer that knows no id takes any node. The id that the client gets is one of this node's if one is found, so that it
    /// comes back here.
    private func placeNewcomer(_ head: HTTPRequestHead) -> PlacedClient {
        guard self.keeper.isShared, self.handsOutCookie() else { return PlacedClient() }
        let ring = self.keeper.now
        var cid = Self.makeID()
        var position = self.keeper.position(of: cid, on: ring)
        var left = ring.own == nil ? 0 : Self.attempts
        while left > 0, !ring.owns(position) {
            left -= 1
            cid = Self.makeID()
            position = self.keeper.position(of: cid, on: ring)
        }
        return PlacedClient(position: position, headers: ["set-cookie": Self.cookie(cid, for: head)])
    }

    /// 88 random bits.
    private static func makeID() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(generator.next(), radix: 36) + String(generator.next() >> 40, radix: 36)
    }

    private static func cookie(_ cid: String, for head: HTTPRequestHead) -> String {
        let isEncrypted = head.headers.first(name: "x-forwarded-proto") == "https"
        return "\(ClientIdentity.cookie)=\(cid); Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
            + (isEncrypted ? "; Secure" : "")
    }
}
