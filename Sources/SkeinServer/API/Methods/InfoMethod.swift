import SkeinCluster
import SkeinCore
import SkeinTransport
import SkeinWire

/// `info`: the nodes of the cluster, which is this one, and how much they have to do. O(channels + users).
struct InfoMethod: APIMethod {
    static let name = "info"

    init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.apiNothing()
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let counts = await context.transport.counts()
        let uptime = max(.zero, context.transport.node.clock.now().since(context.node.startedAt))
        return APIResult(expecting: 512) { json in
            json.key("nodes")
            json.beginArray()
            json.node(context.node, counts, uptime: uptime)
            json.endArray()
        }
    }
}

extension JSONWriter {
    fileprivate mutating func node(_ node: APINode, _ counts: SessionCounts, uptime: Duration) {
        self.beginObject()
        self.key("uid")
        self.string(node.uid)
        self.key("name")
        self.string(node.name)
        self.key("version")
        self.string(node.version)
        self.key("num_clients")
        self.integer(counts.clients)
        self.key("num_users")
        self.integer(counts.users)
        self.key("num_subs")
        self.integer(counts.subscriptions)
        self.key("num_channels")
        self.integer(counts.channels)
        self.key("uptime")
        self.integer(uptime.components.seconds)
        if let process = ProcessStatistics.current() { self.process(process, uptime: uptime) }
        self.endObject()
    }

    /// `cpu` is the mean since the node began to serve, in percent of one core; for a rate see the metrics.
    private mutating func process(_ process: ProcessStatistics, uptime: Duration) {
        let (seconds, attoseconds) = uptime.components
        let elapsed = max(1, Double(seconds) + Double(attoseconds) / 1e18)
        let hundredths = Int(max(0, min(process.cpuSeconds / elapsed * 10_000, 1e12)))
        self.key("process")
        self.beginObject()
        self.key("cpu")
        self.raw(Array("\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)".utf8))
        self.key("rss")
        self.integer(process.residentBytes)
        self.endObject()
    }
}
