public import SkeinCore

/// Sessions that go elsewhere: counted by their place on the ring, and told to reconnect at a pace. Every function reaches every
/// loop; O(sessions) on each.
extension Transport {
    /// Sessions with a place on the ring, and those of them that `isIncluded`.
    public func sessions(
        placedWhere isIncluded: @escaping @Sendable (UInt64) -> Bool
    ) async -> (placed: Int, included: Int) {
        let counts = await self.onEveryLoop { loop in
            loop.directory.all.reduce(into: (placed: 0, included: 0)) { counts, session in
                guard let position = session.position else { return }
                counts.placed += 1
                if isIncluded(position) { counts.included += 1 }
            }
        }
        return counts.reduce(into: (0, 0)) {
            $0.0 += $1.placed
            $0.1 += $1.included
        }
    }

    /// Begins to end sessions in random order, `rate` per second of the whole node. Nil is the place of those that have none.
    /// Returns how many. One that was to go already goes once, and all go at the new rate.
    public func depart(
        rate: Double,
        code: DisconnectCode,
        where isIncluded: @escaping @Sendable (UInt64?) -> Bool
    ) async -> Int {
        let counts = await self.onEveryLoop { loop in loop.chooseDepartures(where: isIncluded) }
        let total = counts.reduce(0, +)
        guard total > 0 else { return 0 }
        _ = await self.onEveryLoop { loop in loop.beginDepartures(rate: rate, among: total, code: code) }
        return total
    }

    /// Sessions that have not been told yet.
    public func departuresLeft() async -> Int {
        await self.onEveryLoop { $0.departuresLeft }.reduce(0, +)
    }

    /// Those who have not been told stay.
    public func cancelDepartures() async {
        _ = await self.onEveryLoop { $0.cancelDepartures() }
    }

    /// From now on handshakes are refused, or accepted again; sessions stay.
    public func setAccepting(_ isAccepting: Bool) async {
        _ = await self.onEveryLoop { $0.acceptsHandshakes = isAccepting }
    }
}
