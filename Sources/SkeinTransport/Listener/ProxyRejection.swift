public import SkeinWire

/// Why a connection ended before its client was known.
public enum ProxyRejection: Equatable, Sendable {
    /// The peer is in no trusted network.
    case untrusted
    /// What came is no PROXY protocol header.
    case malformed(ProxyHeaderError)
    /// The peer closed before the header was complete, perhaps without a byte, as port probes do.
    case incomplete
    /// The header was not complete in time.
    case late

    /// All values of ``label``.
    public static let labels = ["untrusted", "incomplete", "late"] + ProxyHeaderError.Kind.allCases.map(\.rawValue)

    /// What a metric counts by: a closed set that no text of a peer gets into.
    public var label: String {
        switch self {
        case .untrusted: "untrusted"
        case .malformed(let error): error.kind.rawValue
        case .incomplete: "incomplete"
        case .late: "late"
        }
    }
}
