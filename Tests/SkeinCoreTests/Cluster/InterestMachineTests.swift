import SkeinCore
import Testing

@Suite struct InterestMachineTests {
    /// A machine with somebody here whose subscription is confirmed.
    private func live(_ count: Int = 1) -> InterestMachine {
        var machine = InterestMachine()
        for _ in 0..<count { _ = machine.join() }
        _ = machine.subscribed()
        return machine
    }

    /// A live machine whose last subscriber left; its ticket is 1.
    private func lingering() -> InterestMachine {
        var machine = self.live()
        _ = machine.leave()
        return machine
    }

    /// A machine whose UNSUBSCRIBE is in flight.
    private func unsubscribing() -> InterestMachine {
        var machine = self.lingering()
        _ = machine.lingerEnded(ticket: 1)
        return machine
    }

    private struct Facts: Equatable {
        var count: Int
        var isLive: Bool
        var isIdle: Bool
    }

    private func facts(_ machine: borrowing InterestMachine) -> Facts {
        Facts(count: machine.count, isLive: machine.isLive, isIdle: machine.isIdle)
    }

    @Test func `a new topic is idle`() {
        let machine = InterestMachine()
        #expect(self.facts(machine) == Facts(count: 0, isLive: false, isIdle: true))
    }

    @Test func `only the first to join asks for a subscription`() {
        var machine = InterestMachine()
        let actions = [machine.join(), machine.join()]
        #expect(actions == [.subscribeUpstream, .none])
        #expect(self.facts(machine) == Facts(count: 2, isLive: false, isIdle: false))
    }

    @Test func `the confirmation makes it live`() {
        var machine = InterestMachine()
        _ = machine.join()
        let action = machine.subscribed()
        #expect(action == .none)
        #expect(self.facts(machine) == Facts(count: 1, isLive: true, isIdle: false))
    }

    @Test func `who joins a live topic is counted and nothing is sent`() {
        var machine = self.live()
        let action = machine.join()
        #expect(action == .none)
        #expect(self.facts(machine) == Facts(count: 2, isLive: true, isIdle: false))
    }

    @Test func `all but the last leave without a word`() {
        var machine = self.live(3)
        let actions = [machine.leave(), machine.leave()]
        #expect(actions == [.none, .none])
        #expect(self.facts(machine) == Facts(count: 1, isLive: true, isIdle: false))
    }

    @Test func `when the last leaves the topic stays subscribed for a while`() {
        var machine = self.live()
        let action = machine.leave()
        #expect(action == .linger(ticket: 1))
        #expect(self.facts(machine) == Facts(count: 0, isLive: true, isIdle: false))
    }

    @Test func `a confirmation that finds nobody lingers`() {
        var machine = InterestMachine()
        _ = machine.join()
        let left = machine.leave()
        #expect(left == .none)
        #expect(self.facts(machine) == Facts(count: 0, isLive: false, isIdle: false))
        let action = machine.subscribed()
        #expect(action == .linger(ticket: 1))
        #expect(self.facts(machine) == Facts(count: 0, isLive: true, isIdle: false))
    }

    @Test func `the end of the linger time unsubscribes, and the reply forgets`() {
        var machine = self.lingering()
        let action = machine.lingerEnded(ticket: 1)
        #expect(action == .unsubscribeUpstream)
        #expect(self.facts(machine) == Facts(count: 0, isLive: false, isIdle: false))
        let reply = machine.unsubscribed()
        #expect(reply == .none)
        #expect(self.facts(machine) == Facts(count: 0, isLive: false, isIdle: true))
    }

    @Test func `who joins while it lingers is live at once`() {
        var machine = self.lingering()
        let action = machine.join()
        #expect(action == .none)
        #expect(self.facts(machine) == Facts(count: 1, isLive: true, isIdle: false))
        let late = machine.lingerEnded(ticket: 1)
        #expect(late == .none)
        #expect(self.facts(machine).isLive)
    }

    @Test func `only the newest ticket counts`() {
        var machine = self.lingering()
        _ = machine.join()
        let second = machine.leave()
        #expect(second == .linger(ticket: 2))
        let actions = [machine.lingerEnded(ticket: 1), machine.lingerEnded(ticket: 3), machine.lingerEnded(ticket: 2)]
        #expect(actions == [.none, .none, .unsubscribeUpstream])
    }

    @Test func `a ticket of an earlier life of the topic does nothing`() {
        var machine = self.lingering()
        machine.linkLost()
        _ = machine.join()
        _ = machine.linkRestored()
        _ = machine.subscribed()
        let action = machine.leave()
        #expect(action == .linger(ticket: 2))
        let late = machine.lingerEnded(ticket: 1)
        #expect(late == .none)
        #expect(self.facts(machine).isLive)
    }

    @Test func `who joins during UNSUBSCRIBE gets a new SUBSCRIBE after its reply`() {
        var machine = self.unsubscribing()
        let actions = [machine.join(), machine.join()]
        #expect(actions == [.none, .none])
        #expect(self.facts(machine) == Facts(count: 2, isLive: false, isIdle: false))
        let reply = machine.unsubscribed()
        #expect(reply == .subscribeUpstream)
        let confirmation = machine.subscribed()
        #expect(confirmation == .none)
        #expect(self.facts(machine) == Facts(count: 2, isLive: true, isIdle: false))
    }

    @Test func `who joins and leaves during UNSUBSCRIBE is not subscribed for`() {
        var machine = self.unsubscribing()
        let actions = [machine.join(), machine.leave(), machine.unsubscribed()]
        #expect(actions == [.none, .none, .none])
        #expect(self.facts(machine).isIdle)
    }

    @Test func `replies that nobody waits for change nothing`() {
        var idle = InterestMachine()
        let toIdle = [idle.subscribed(), idle.unsubscribed()]
        #expect(toIdle == [.none, .none])
        #expect(self.facts(idle).isIdle)
        var subscribing = InterestMachine()
        _ = subscribing.join()
        let toSubscribing = subscribing.unsubscribed()
        #expect(toSubscribing == .none)
        #expect(self.facts(subscribing) == Facts(count: 1, isLive: false, isIdle: false))
        var live = self.live()
        let toLive = [live.subscribed(), live.unsubscribed()]
        #expect(toLive == [.none, .none])
        #expect(self.facts(live) == Facts(count: 1, isLive: true, isIdle: false))
        var lingering = self.lingering()
        let toLingering = [lingering.subscribed(), lingering.unsubscribed()]
        #expect(toLingering == [.none, .none])
        #expect(self.facts(lingering).isLive)
        var unsubscribing = self.unsubscribing()
        let toUnsubscribing = unsubscribing.subscribed()
        #expect(toUnsubscribing == .none)
        #expect(self.facts(unsubscribing) == Facts(count: 0, isLive: false, isIdle: false))
        var offline = InterestMachine(hasLink: false)
        _ = offline.join()
        let toOffline = [offline.subscribed(), offline.unsubscribed()]
        #expect(toOffline == [.none, .none])
        #expect(self.facts(offline) == Facts(count: 1, isLive: false, isIdle: false))
    }

    @Test func `a ticket does nothing in any state but lingering`() {
        var idle = InterestMachine()
        var live = self.live()
        var unsubscribing = self.unsubscribing()
        var offline = self.lingering()
        offline.linkLost()
        let actions = [
            idle.lingerEnded(ticket: 0), live.lingerEnded(ticket: 0), unsubscribing.lingerEnded(ticket: 1),
            offline.lingerEnded(ticket: 1),
        ]
        #expect(actions == [.none, .none, .none, .none])
        #expect(self.facts(idle) == Facts(count: 0, isLive: false, isIdle: true))
        #expect(self.facts(live) == Facts(count: 1, isLive: true, isIdle: false))
        #expect(self.facts(unsubscribing) == Facts(count: 0, isLive: false, isIdle: false))
        #expect(self.facts(offline) == Facts(count: 0, isLive: false, isIdle: true))
    }

    @Test func `a lost link keeps those who are here, whatever was in flight, and its return subscribes again`() {
        var subscribing = InterestMachine()
        _ = subscribing.join()
        var live = self.live()
        var unsubscribing = self.unsubscribing()
        _ = unsubscribing.join()
        subscribing.linkLost()
        live.linkLost()
        unsubscribing.linkLost()
        let offline = Facts(count: 1, isLive: false, isIdle: false)
        #expect(self.facts(subscribing) == offline)
        #expect(self.facts(live) == offline)
        #expect(self.facts(unsubscribing) == offline)
        let actions = [subscribing.linkRestored(), live.linkRestored(), unsubscribing.linkRestored()]
        #expect(actions == [.subscribeUpstream, .subscribeUpstream, .subscribeUpstream])
        let confirmation = live.subscribed()
        #expect(confirmation == .none)
        #expect(self.facts(live) == Facts(count: 1, isLive: true, isIdle: false))
    }

    @Test func `a topic that nobody is in is idle without a link, and after its return`() {
        var machine = self.lingering()
        machine.linkLost()
        #expect(self.facts(machine) == Facts(count: 0, isLive: false, isIdle: true))
        let action = machine.linkRestored()
        #expect(action == .none)
        #expect(self.facts(machine).isIdle)
        let join = machine.join()
        #expect(join == .subscribeUpstream)
    }

    @Test func `without a link who joins and leaves is only counted`() {
        var machine = InterestMachine()
        machine.linkLost()
        let actions = [machine.join(), machine.join(), machine.leave()]
        #expect(actions == [.none, .none, .none])
        machine.linkLost()
        #expect(self.facts(machine) == Facts(count: 1, isLive: false, isIdle: false))
        let last = machine.leave()
        #expect(last == .none)
        #expect(self.facts(machine).isIdle)
    }

    @Test func `the return of the link does nothing for a topic that has begun on it`() {
        var idle = InterestMachine()
        var subscribing = InterestMachine()
        _ = subscribing.join()
        var live = self.live()
        let actions = [idle.linkRestored(), subscribing.linkRestored(), live.linkRestored()]
        #expect(actions == [.none, .none, .none])
        #expect(self.facts(idle).isIdle)
        #expect(self.facts(subscribing) == Facts(count: 1, isLive: false, isIdle: false))
        #expect(self.facts(live) == Facts(count: 1, isLive: true, isIdle: false))
    }

    @Test func `to leave what nobody is in is a programmer's error`() async {
        await #expect(processExitsWith: .failure) {
            var machine = InterestMachine()
            _ = machine.leave()
        }
        await #expect(processExitsWith: .failure) {
            var machine = InterestMachine()
            _ = machine.join()
            _ = machine.subscribed()
            _ = machine.leave()
            _ = machine.leave()
        }
        await #expect(processExitsWith: .failure) {
            var machine = InterestMachine(hasLink: false)
            _ = machine.leave()
        }
    }
}
