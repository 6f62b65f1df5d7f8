/// An entry of the allow-list of origins that names none; the server does not start with it.
public struct OriginPolicyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The entry as it was written.
    public let entry: String

    /// The entry, and what an entry may look like: what the operator is shown.
    public var description: String {
        "\"\(self.entry)\" is not an origin: write scheme://host or scheme://host:port without a path, "
            + "scheme://*.domain for everything below a domain, \"null\", or \"*\" for every origin"
    }
}
