import SkeinCore

/// The names of everything that Skein keeps in Redis. The only place where they are made.
///
/// `prefix:kind:app:channel`, with `:` and `%` of an app percent-encoded so that no two topics share a name, whatever they are called. All keys of a topic
/// are made from one text, ``topicPart(_:)``, in front of which a hash tag can be put for a Redis Cluster.
struct RedisKeys: Sendable {
    private let prefix: String
    /// Most nodes serve one application, and its channels are named for every message.
    private let defaultChannelHead: String

    init(prefix: String) {
        self.prefix = prefix
        self.defaultChannelHead = Self.channelHead(prefix, .default)
    }

    /// `app:channel`: tells topics apart by their bytes.
    static func topicPart(_ topic: Topic) -> String {
        Self.appPart(topic.app) + ":" + topic.channel.text
    }

    private static func appPart(_ app: AppID) -> String {
        guard app != .default, app.name.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "%") })
        else {
            return app.name
        }
        return String(
            decoding: app.name.utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: ":"): Array("%3A".utf8)
                case UInt8(ascii: "%"): Array("%25".utf8)
                default: [byte]
                }
            },
            as: UTF8.self
        )
    }

    /// Pub/sub channel of a topic's events.
    func channel(_ topicPart: String) -> String { "\(self.prefix):c:\(topicPart)" }

    /// What stands in front of the channel's name in ``channel(_:)``, of every topic of an app.
    func channelHead(_ app: AppID) -> String {
        app == .default ? self.defaultChannelHead : Self.channelHead(self.prefix, app)
    }

    private static func channelHead(_ prefix: String, _ app: AppID) -> String { "\(prefix):c:\(Self.appPart(app)):" }

    /// Hash: epoch, newest offset and forks of a topic's stream.
    func meta(_ topicPart: String) -> String { "\(self.prefix):m:\(topicPart)" }

    /// Stream: the publications.
    func stream(_ topicPart: String) -> String { "\(self.prefix):s:\(topicPart)" }

    /// String: the position that an idempotency key came to.
    func idempotency(_ topicPart: String, _ key: String) -> String {
        "\(self.prefix):i:\(topicPart.utf8.count):\(topicPart):\(key)"
    }

    /// Hash: the members of a topic by their client ids.
    func presence(_ topicPart: String) -> String { "\(self.prefix):p:\(topicPart)" }

    /// Hash: how many sessions each user has among the members.
    func users(_ topicPart: String) -> String { "\(self.prefix):u:\(topicPart)" }

    /// Hash: the members that belong to a node's lease.
    func index(_ owner: String) -> String { "\(self.prefix):l:\(owner)" }

    /// The entry of a member in the index of its lease.
    static func indexEntry(_ topicPart: String, _ client: String) -> String {
        "\(topicPart.utf8.count):\(topicPart)\(client)"
    }

    /// Takes an index entry apart; nil for anything else.
    static func parseIndexEntry(_ entry: [UInt8]) -> (topicPart: String, client: String)? {
        guard let colon = entry.firstIndex(of: UInt8(ascii: ":")),
            let length = Int(String(decoding: entry[..<colon], as: UTF8.self)), length >= 0,
            length <= entry.count - colon - 1, "\(length)".utf8.elementsEqual(entry[..<colon])
        else { return nil }
        let end = colon + 1 + length
        guard let topicPart = String(validating: entry[(colon + 1)..<end], as: UTF8.self),
            let client = String(validating: entry[end...], as: UTF8.self)
        else { return nil }
        return (topicPart, client)
    }

    /// Hash: identity, epoch and counters of the ring.
    var ring: String { "\(self.prefix):r:ring" }
    /// Hash: what nodes say of themselves.
    var nodes: String { "\(self.prefix):r:nodes" }
    /// Hash: what changes at every sign of life.
    var stats: String { "\(self.prefix):r:stats" }
    /// Sorted set: when each node's lease ends.
    var leases: String { "\(self.prefix):r:leases" }
    /// Hash: the number of each node name.
    var ids: String { "\(self.prefix):r:ids" }
    /// Sorted set: leases whose members have to be removed.
    var sweep: String { "\(self.prefix):r:sweep" }

    /// The keys of every function of the registry, in its order.
    var registry: [String] { [self.ring, self.nodes, self.stats, self.leases, self.ids, self.sweep] }

    /// Pub/sub channel on which the ring's epochs are told.
    var ringChannel: String { "\(self.prefix):x:ring" }
    /// Pub/sub channel that every node listens to.
    var control: String { "\(self.prefix):x:control" }
    /// Pub/sub channel of one process.
    func inbox(_ instance: String) -> String { "\(self.prefix):x:node:\(instance)" }
}
