/// When the next publication leaves.
public enum BenchmarkLoad: Sendable, Equatable {
    /// A closed loop: the next one leaves when one of `inFlight` has reached all its subscribers.
    case closed(inFlight: Int)
    /// An open loop: so many publications a second, whatever the server does.
    case rate(Double)
    /// An open loop of bursts: `size` publications at once, every so often.
    case bursts(size: Int, every: Duration)

    /// Whether latencies count from the intended time of sending, so that a stall of the server is not left out.
    public var isOpen: Bool {
        switch self {
        case .closed: false
        case .rate, .bursts: true
        }
    }
}
