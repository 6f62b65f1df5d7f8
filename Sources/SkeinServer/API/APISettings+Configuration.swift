extension APISettings {
    /// The settings that a configuration makes.
    public init(_ configuration: Configuration) {
        self.init(
            keys: configuration.api.keys,
            isInsecure: configuration.api.isInsecure,
            bodySize: configuration.api.bodySize,
            failures: configuration.api.failures,
            acceptsKeyInURL: configuration.isDevelopment
        )
    }
}
