/// A text that names no network; the server does not start with it.
public struct IPNetworkError: Error, Sendable, Equatable {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        /// There is no IPv4 or IPv6 address in front of the slash, or in the whole text.
        case address
        /// What follows the slash is not a number from 0 to `limit`.
        case prefixLength(limit: Int)
        /// The address has bits behind its prefix, so it may be meant as one address or as a network; `first` is the
        /// network's.
        case hostBits(first: IPAddress, length: Int)
    }

    /// What is wrong.
    public let kind: Kind
    /// The text as it was written.
    public let text: String

    init(_ kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }
}

extension IPNetworkError: CustomStringConvertible {
    /// The text, what is wrong with it, and what may be written instead: what the operator is shown.
    public var description: String {
        switch self.kind {
        case .address:
            "\"\(self.text)\" is not a network: write an IPv4 or IPv6 address, "
                + "or an address and a prefix length, as in 10.0.0.0/8"
        case .prefixLength(let limit):
            "\"\(self.text)\" is not a network: what follows the slash must be a number from 0 to \(limit)"
        case .hostBits(let first, let length):
            "\"\(self.text)\" has bits behind its prefix: "
                + "write \(first)/\(length) for the network, or the address alone"
        }
    }
}
