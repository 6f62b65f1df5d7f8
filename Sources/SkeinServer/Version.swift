/// The version of the server, as clients, operators and metrics see it.
public enum Version {
    /// Semantic versioning.
    public static let current = "0.1.0"
}
