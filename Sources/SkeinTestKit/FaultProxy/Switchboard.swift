import NIOCore

/// The connections of a proxy, and what is planned for those that come. Confined to its event loop.
final class Switchboard {
    private struct Plan {
        let fault: FaultProxy.Fault
        let direction: FaultProxy.Direction
        let bytes: Int
        var connections: Int
    }

    /// Resets a connection as soon as it can be done.
    private final class Refusal: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        func channelActive(context: ChannelHandlerContext) {
            ProxiedConnection.reset(context.channel)
        }
    }

    private let upstream: SocketAddress
    private let seed: UInt64
    private let counts: ObservedValue<FaultProxy.Counts>
    private var accepted: UInt64 = 0
    private var connections: [UInt64: ProxiedConnection] = [:]
    private var plans: [Plan] = []
    private var refusals = 0

    init(upstream: SocketAddress, seed: UInt64, counts: ObservedValue<FaultProxy.Counts>) {
        self.upstream = upstream
        self.seed = seed
        self.counts = counts
    }

    /// A client has connected; its channel is about to be registered.
    func accept(_ client: any Channel) throws {
        guard self.refusals == 0 else {
            self.refusals -= 1
            self.counts.update { $0.refused += 1 }
            try client.pipeline.syncOperations.addHandler(Refusal())
            return
        }
        let number = self.accepted
        self.accepted += 1
        let connection = try ProxiedConnection(
            client: client,
            upstream: self.upstream,
            seed: self.seed &+ number,
            counts: self.counts
        ) {
            self.connections[number] = nil
            self.counts.update { $0.open -= 1 }
        }
        self.connections[number] = connection
        for index in self.plans.indices where self.plans[index].connections > 0 {
            self.plans[index].connections -= 1
            let plan = self.plans[index]
            connection.inject(plan.fault, on: plan.direction, after: plan.bytes)
        }
        self.counts.update {
            $0.connections += 1
            $0.open += 1
        }
    }

    func inject(
        _ fault: FaultProxy.Fault,
        on directions: [FaultProxy.Direction],
        into scope: FaultProxy.Scope,
        after bytes: Int
    ) {
        for direction in directions {
            switch scope {
            case .open: self.strike(fault, on: direction, after: bytes)
            case .next(let count): self.plan(fault, on: direction, after: bytes, connections: count)
            case .all:
                self.plan(fault, on: direction, after: bytes, connections: .max)
                self.strike(fault, on: direction, after: bytes)
            }
        }
    }

    func refuse(next count: Int) {
        self.refusals = count
    }

    func heal(on directions: [FaultProxy.Direction]) {
        self.refusals = 0
        self.plans.removeAll { directions.contains($0.direction) }
        for connection in self.connections.values { connection.heal(on: directions) }
    }

    func close() {
        self.refusals = .max
        for connection in self.connections.values { connection.close() }
    }

    private func strike(_ fault: FaultProxy.Fault, on direction: FaultProxy.Direction, after bytes: Int) {
        for connection in self.connections.values { connection.inject(fault, on: direction, after: bytes) }
    }

    private func plan(
        _ fault: FaultProxy.Fault,
        on direction: FaultProxy.Direction,
        after bytes: Int,
        connections: Int
    ) {
        self.plans.append(Plan(fault: fault, direction: direction, bytes: bytes, connections: connections))
    }
}

@available(*, unavailable)
extension Switchboard: Sendable {}
