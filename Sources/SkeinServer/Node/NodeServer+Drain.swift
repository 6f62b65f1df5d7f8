import Logging
import SkeinCluster
import SkeinCore
import SkeinTransport

/// How a node ends: it says that it goes, waits until load balancers have heard, tells its clients at a pace, and only then closes.
extension NodeServer {
    private static let step: Duration = .milliseconds(100)
    private static let reportInterval: Duration = .seconds(5)

    /// Gives the clients away. Returns when all that could be told have been told, or when somebody hurries.
    func drain(_ node: Running) async {
        let settings = self.current.drain
        self.drainState.phase = .announced
        node.engine.announceChange()
        if self.drainState.isChecked(now: self.clock.now()), !self.isHurried {
            self.logger.info(
                "waiting until load balancers have seen it",
                metadata: ["skein.delay": "\(settings.delay)"]
            )
            await self.rest(node, for: settings.delay)
        }
        // Without another node there is nowhere to go, and nobody who keeps what is published meanwhile (guarantee G16): all are told
        // at once, when nothing more is accepted.
        guard node.ring.keeper.isShared else { return }
        self.drainState.phase = .moving
        await node.transport.setAccepting(false)
        while !self.isHurried {
            let count = await node.transport.depart(rate: Double(settings.rate), code: .shutdown) { _ in true }
            guard count > 0 else { break }
            self.logger.info(
                "telling clients to reconnect",
                metadata: ["skein.clients": "\(count)", "skein.rate": "\(settings.rate)"]
            )
            await self.followDepartures(node)
        }
        await node.transport.cancelDepartures()
        self.drainState.phase = .ending
    }

    private func followDepartures(_ node: Running) async {
        var nextReport = self.clock.now() + Self.reportInterval
        while !self.isHurried {
            let left = await node.transport.departuresLeft()
            guard left > 0 else { return }
            if self.clock.now() >= nextReport {
                nextReport = self.clock.now() + Self.reportInterval
                self.logger.info("draining", metadata: ["skein.clients_left": "\(left)"])
            }
            await node.transport.rest(for: Self.step)
        }
    }

    /// Rests, unless somebody hurries.
    private func rest(_ node: Running, for duration: Duration) async {
        let end = self.clock.now() + duration
        while !self.isHurried, self.clock.now() < end {
            await node.transport.rest(for: min(Self.step, end.since(self.clock.now())))
        }
    }
}
