/// What an operator decides about the HTTP API, as it is at this moment: a reload replaces keys while requests arrive.
public struct APISettings: Sendable, Equatable {
    /// Accepted keys; any of them opens everything. An empty one is never accepted.
    public var keys: [Secret]
    /// Whether no key is needed: for development only.
    public var isInsecure: Bool
    /// Largest request body in bytes.
    public var bodySize: Int
    /// Wrong keys per second and address before requests from there are answered with 429; at least 1.
    public var failures: Int
    /// Whether `?api_key=` is accepted. URLs end up in access logs, so this is for development only.
    public var acceptsKeyInURL: Bool

    /// Collects settings.
    public init(
        keys: [Secret] = [],
        isInsecure: Bool = false,
        bodySize: Int = 1_048_576,
        failures: Int = 5,
        acceptsKeyInURL: Bool = false
    ) {
        self.keys = keys
        self.isInsecure = isInsecure
        self.bodySize = bodySize
        self.failures = max(1, failures)
        self.acceptsKeyInURL = acceptsKeyInURL
    }
}
