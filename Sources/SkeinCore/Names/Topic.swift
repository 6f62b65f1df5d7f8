/// A channel of an application: what publications are routed by inside a node and between nodes.
public struct Topic: Hashable, Sendable, CustomStringConvertible {
    /// The tenant.
    public let app: AppID
    /// The name that clients use.
    public let channel: ChannelName

    /// Names a channel of an application.
    public init(_ channel: ChannelName, app: AppID = .default) {
        self.app = app
        self.channel = channel
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.channel == right.channel && left.app == right.app
    }

    /// Only the channel is hashed: its code is ready, and two applications rarely use one name.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.channel.hashCode)
    }

    public var description: String { "\(self.app)/\(self.channel)" }
}
