/// How values of the client protocol become bytes: the two codecs behind one name.
///
/// A format has no state. Messages of one WebSocket frame follow one another: JSON texts with a newline between them,
/// protobuf messages with their length in front.
public enum WireFormat: UInt8, CaseIterable, Sendable {
    /// Text frames; payloads are embedded JSON.
    case json
    /// Binary frames; payloads are any bytes.
    case protobuf

    /// What clients name in `Sec-WebSocket-Protocol`, in the order in which the server prefers them.
    public static let subprotocols: [(String, WireFormat)] = [
        ("centrifuge-protobuf", .protobuf),
        ("centrifuge-json", .json),
    ]

    /// The format of a WebSocket subprotocol; nil for one that is not offered.
    public init?(subprotocol: String) {
        guard let match = Self.subprotocols.first(where: { $0.0 == subprotocol }) else { return nil }
        self = match.1
    }

    /// The format that a query parameter (`format`, `cf_protocol`) names: `json` or `protobuf`.
    public init?(query: String) {
        switch query {
        case "json": self = .json
        case "protobuf": self = .protobuf
        default: return nil
        }
    }

    /// Whether its frames are binary.
    public var isBinary: Bool { self == .protobuf }

    /// A whole frame that is a ping of the server: an empty object, or a message of length zero.
    public var ping: [UInt8] {
        switch self {
        case .json: [UInt8(ascii: "{"), UInt8(ascii: "}")]
        case .protobuf: [0]
        }
    }
}
