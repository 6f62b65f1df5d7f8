public import SkeinCore

/// What `info` says about the node that does not change while it runs.
public struct APINode: Sendable {
    /// Different at every start, also of a node that keeps its name.
    public var uid: String
    /// The configured name.
    public var name: String
    /// The server's version.
    public var version: String
    /// When the process began to serve.
    public var startedAt: MonotonicInstant

    /// Describes a node.
    public init(uid: String, name: String, version: String, startedAt: MonotonicInstant) {
        self.uid = uid
        self.name = name
        self.version = version
        self.startedAt = startedAt
    }
}
