public import Logging
import NIOCore
import SkeinCluster
import SkeinRedis
import SkeinWire

/// What the command line says about the nodes of a cluster.
public enum NodeCommands {
    /// The nodes that are alive, as a table for people or one JSON object per line.
    public static func list(
        _ sources: ConfigurationSources,
        host: HostFacts,
        asJSON: Bool,
        logger: Logger
    ) async -> CommandOutput {
        let configuration: Configuration
        do {
            configuration = try Configuration.load(sources, host: host)
        } catch {
            return CommandOutput(error: error)
        }
        guard configuration.engine == .redis, let settings = configuration.redisSettings else {
            return CommandOutput(
                problems: "engine is memory: such a node stands alone; set engine to redis\n",
                status: 1
            )
        }
        do {
            let list = try await RedisInspector.nodes(settings: settings, logger: logger)
            return CommandOutput(text: asJSON ? Self.json(list) : Self.table(list))
        } catch {
            return CommandOutput(problems: "cannot ask \(settings.address): \(error)\n", status: 1)
        }
    }

    private static func table(_ list: NodeList) -> String {
        let head = ["ID", "NAME", "ADDRESS", "VERSION", "UPTIME", "CLIENTS", "CHANNELS", "LEASE"]
        let rows = list.nodes.map { node in
            [
                "\(node.id)", node.name, node.description.address, node.description.version,
                "\(node.statistics.uptime) s", "\(node.statistics.clients)", "\(node.statistics.channels)",
                "\(node.leaseLeft) ms",
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([head] + rows).map { row in
            zip(row, widths).map { text, width in text + String(repeating: " ", count: width - text.count) }
                .joined(separator: "  ")
        }
        return lines.joined(separator: "\n") + "\n\(list.nodes.count) nodes, ring epoch \(list.epoch)\n"
    }

    private static func json(_ list: NodeList) -> String {
        var lines = ByteBuffer()
        for node in list.nodes {
            JSONWriter.append(to: &lines) { $0.node(node, epoch: list.epoch) }
            lines.writeStaticString("\n")
        }
        return String(buffer: lines)
    }
}

extension JSONWriter {
    fileprivate mutating func node(_ node: NodeRecord, epoch: Int) {
        self.beginObject()
        for (key, text) in [
            ("name", node.name), ("address", node.description.address), ("version", node.description.version),
            ("zone", node.description.zone),
        ] {
            self.key(key)
            self.string(text)
        }
        for (key, number) in [
            ("id", node.id), ("generation", node.generation), ("weight", node.description.weight),
            ("uptime", node.statistics.uptime), ("clients", node.statistics.clients),
            ("users", node.statistics.users), ("subscriptions", node.statistics.subscriptions),
            ("channels", node.statistics.channels), ("lease_ms", node.leaseLeft), ("ring_epoch", epoch),
        ] {
            self.key(key)
            self.integer(number)
        }
        self.endObject()
    }
}
