/// A tenant: its own keys, channels and limits.
///
/// Part of every key from the start, so that two applications that share a cluster can never meet. The application of
/// a node with one tenant is ``default``.
public struct AppID: Hashable, Sendable, CustomStringConvertible {
    /// The name that keys, logs and configuration use.
    public let name: String

    /// Names an application; `name` is configuration, never client input.
    public init(_ name: String) {
        self.name = name
    }

    /// The application of a node that serves one tenant.
    public static let `default` = AppID("default")

    public var description: String { self.name }
}
