/// What HAProxy places a server's points by: `hash-key` of the server line. The raw value is the word used in texts.
public enum HAProxyKey: String, Sendable, Hashable, CaseIterable {
    /// The id, modulo 2^20. The only mode up to HAProxy 2.9, and the default since.
    case id
    /// The id as HAProxy 3.0.0 and the versions after it hash it, until the fix of October 2025: twice.
    case id30 = "id-3.0"
    /// All 32 bits of the id (HAProxy 3.4).
    case id32
    /// The IP address (HAProxy 3.0).
    case address = "addr"
    /// The IP address and the port (HAProxy 3.0).
    case addressPort = "addr-port"
    /// The guid (HAProxy 3.4); servers without one are placed by their id.
    case guid
}
