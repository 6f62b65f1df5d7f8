/// A configuration, and where each of its values was written.
struct LoadedConfiguration: Sendable {
    var configuration: Configuration
    /// Origins of the values that are not defaults.
    var origins: [ConfigurationPath: ConfigurationOrigin]

    /// `default` for what nobody set.
    func origin(of path: ConfigurationPath) -> ConfigurationOrigin {
        self.origins[path] ?? .standard
    }
}
