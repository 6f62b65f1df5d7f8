import SkeinCluster
import SkeinCore
import SkeinTransport
import SkeinWire

/// `info`: the nodes of the cluster and how much they have to do. What this node says of itself is of this moment, what it says of
/// others as of their last signs of life. O(nodes + channels + users).
struct InfoMethod: APIMethod {
    static let name = "info"

    init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.apiNothing()
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let counts = await context.transport.counts()
        let uptime = max(.zero, context.transport.node.clock.now().since(context.node.startedAt))
        let records = try await self.records(in: context)
        let own = NodeStatistics(
            clients: counts.clients,
            users: counts.users,
            subscriptions: counts.subscriptions,
            channels: counts.channels,
            uptime: Int(clamping: uptime.components.seconds)
        )
        return APIResult(expecting: 512 * max(1, records.count)) { json in
            json.key("nodes")
            json.beginArray()
            json.node(
                context.node,
                own,
                record: records.first { $0.name == context.node.name },
                process: ProcessStatistics.current()
            )
            for record in records where record.name != context.node.name {
                let node = APINode(
                    uid: "\(record.id).\(record.generation)",
                    name: record.name,
                    version: record.description.version,
                    startedAt: context.node.startedAt
                )
                json.node(node, record.statistics, record: record, process: nil)
            }
            json.endArray()
        }
    }

    /// What the registry knows; nothing on a node that stands alone.
    private func records(in context: APIContext) async throws(APIError) -> [NodeRecord] {
        guard let link = context.sessions.link else { return [] }
        let answer = await withCheckedContinuation { continuation in
            link.nodes(
                completion: Completion(on: context.transport.anyEventLoop) { continuation.resume(returning: $0) }
            )
        }
        switch answer {
        case .success(let list): return list.nodes
        case .failure(let error): throw context.failure(error)
        }
    }
}

extension JSONWriter {
    /// `node` as in Centrifugo's API, with the number and the address that load balancers know a node of a cluster by.
    fileprivate mutating func node(
        _ node: APINode,
        _ statistics: NodeStatistics,
        record: NodeRecord?,
        process: ProcessStatistics?
    ) {
        self.beginObject()
        self.key("uid")
        self.string(node.uid)
        self.key("name")
        self.string(node.name)
        self.key("version")
        self.string(node.version)
        for (key, number) in [
            ("num_clients", statistics.clients), ("num_users", statistics.users),
            ("num_subs", statistics.subscriptions), ("num_channels", statistics.channels),
            ("uptime", statistics.uptime),
        ] {
            self.key(key)
            self.integer(number)
        }
        if let record {
            self.key("id")
            self.integer(record.id)
            self.key("address")
            self.string(record.description.address)
        }
        if let process { self.process(process, uptime: .seconds(statistics.uptime)) }
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
