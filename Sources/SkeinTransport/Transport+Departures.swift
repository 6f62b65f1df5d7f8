public import SkeinCore

/// Sessions that are elsewhere than they belong: counted, and told to reconnect at a pace. Every function reaches every
/// loop; O(sessions) on each.
extension Transport {
    /// How many sessions have a place on the ring that `isIncluded`.
    public func countSessions(placedWhere isIncluded: @escaping @Sendable (UInt64) -> Bool) async -> Int {
        await self.onEveryLoop { loop in
            loop.directory.all.count { session in session.position.map(isIncluded) ?? false }
        }.reduce(0, +)
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
