import SkeinCore

@testable import SkeinTransport

/// Something with deadlines that does nothing.
final class FakeTimed: Timed {
    let name: Int
    var timerPlace: TimerPlace?

    init(_ name: Int = 0) {
        self.name = name
    }

    func deadlineReached() {}
    func serverStops(code: DisconnectCode) {}
}
