public import SkeinCore

/// Everything that an operator decides, checked and typed. The sections are those of the file.
///
/// A value: loading it opens nothing, and two that are equal make two servers that behave alike. Secrets are
/// ``Secret`` values, so no description of a configuration shows one.
public struct Configuration: Sendable, Equatable {
    /// `node`.
    public var node = Node()
    /// `engine`.
    public var engine = Engine.memory
    /// `redis`.
    public var redis = Redis()
    /// `cluster`.
    public var cluster = Cluster()
    /// `ring`.
    public var ring = Ring()
    /// `drain`.
    public var drain = Drain()
    /// `listeners`.
    public var listeners = Listeners()
    /// `client`.
    public var client = Client()
    /// `channels`.
    public var channels = Channels()
    /// `namespaces`: rules by name.
    public var namespaces: [String: ChannelRules] = [:]
    /// `tokens`.
    public var tokens = Tokens()
    /// `api`.
    public var api = API()
    /// `log`.
    public var log = Log()
    /// `shutdown`.
    public var shutdown = Shutdown()
    /// `test`.
    public var test = Test()
    /// Whether the server was started with `--dev`.
    public var isDevelopment = false

    /// The documented defaults; the node has no name yet.
    public init() {}

    /// The channel rules of the whole file, in the form that sessions look them up in.
    public var rulebook: ChannelRulebook {
        ChannelRulebook(
            maximumLength: self.channels.maximumLength,
            rules: self.channels.rules,
            namespaces: self.namespaces,
            isInsecure: self.client.isInsecure,
            personalNamespace: self.client.hasPersonalChannel ? self.client.personalNamespace : nil
        )
    }

    /// How many connections may be open at once on a machine that allows `descriptorLimit` open files: what is
    /// configured, or what is left after ``reservedDescriptors``. At least 1.
    public func maximumConnections(descriptorLimit: Int) -> Int {
        if self.client.connections > 0 { return self.client.connections }
        return max(1, descriptorLimit - min(descriptorLimit, Self.reservedDescriptors))
    }

    /// Open files that are not client connections: listeners, logs, the event loops' own, connections to brokers.
    public static let reservedDescriptors = 32
}
