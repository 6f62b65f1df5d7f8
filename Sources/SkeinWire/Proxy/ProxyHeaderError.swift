/// Why bytes are not a PROXY protocol header.
public struct ProxyHeaderError: Error, Sendable, Equatable {
    /// The broken rule. Raw values are metric labels: a closed set that no text of a peer gets into.
    public enum Kind: String, Sendable, CaseIterable {
        /// The first bytes are those of neither version: probably a client without a proxy.
        case signature
        /// A binary header of another version than 2.
        case version
        /// A command other than LOCAL and PROXY.
        case command
        /// A family or transport that the protocol does not define.
        case family
        /// Text that is not an address of the announced family.
        case address
        /// Text that is not a port.
        case port
        /// A line that goes on where it has to end, or ends with something else than CR LF.
        case lineEnd = "line_end"
        /// A line of more than 107 bytes, a binary header of more than 4 KiB, or one too short for its addresses.
        case length
        /// An additional field (TLV) that does not fit the header.
        case field
        /// A checksum that is not that of the header.
        case checksum
    }

    /// Which rule it was; what a metric counts by.
    public let kind: Kind

    /// Makes the error.
    public init(_ kind: Kind) {
        self.kind = kind
    }
}
