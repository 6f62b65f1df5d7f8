import NIOCore
import SkeinWire

/// `skein drain`: asks a node, over the API of any node, to give its clients away and end.
public struct DrainCommand: Sendable {
    /// Which node.
    public let node: String
    private let api: APIClient
    /// Whether the node that answers is the one that is drained.
    private var asksItself = false

    /// What is left of the node.
    public enum Progress: Sendable, Equatable {
        /// It still has so many clients.
        case clients(Int)
        /// It is no longer there.
        case gone
        /// Another node was asked, and does not answer.
        case unknown
    }

    /// Prepares the command.
    ///
    /// - Parameters:
    ///   - node: nil for the node of the configuration.
    ///   - url: the API to ask; nil for the one of the configuration.
    ///   - key: nil for the first one of the configuration.
    /// - Throws: a configuration that cannot be used, or an address that is none.
    public init(
        _ sources: ConfigurationSources,
        host: HostFacts,
        node: String?,
        url: String?,
        key: String?
    ) throws {
        let configuration = try Configuration.load(sources, host: host)
        let listener = configuration.listeners.effective(configuration.listeners.api)
        var own = "http://127.0.0.1:0"
        if case .number(let port) = listener.port { own = "http://\(Self.reachable(listener.address)):\(port)" }
        self.node = node ?? configuration.node.name
        self.api = try APIClient(url: url ?? own, key: key ?? configuration.api.keys.first?.revealed ?? "")
    }

    /// Begins the drain. Nil, or why it did not begin.
    public mutating func begin() async throws -> String? {
        self.asksItself = try await self.nodes().first?.name == self.node
        let answer = try await self.call("drain") { json in
            json.beginObject()
            json.key("node")
            json.string(self.node)
            json.endObject()
        }
        return try Self.error(in: answer)
    }

    /// Looks how far it is.
    public func progress() async -> Progress {
        guard let nodes = try? await self.nodes() else { return self.asksItself ? .gone : .unknown }
        return nodes.first { $0.name == self.node }.map { .clients($0.clients) } ?? .gone
    }

    /// The nodes and their clients, the one that answers first.
    private func nodes() async throws -> [(name: String, clients: Int)] {
        try Self.nodes(in: try await self.call("info") { $0.emptyObject() })
    }

    private func call(_ method: String, _ write: (inout JSONWriter) -> Void) async throws -> [UInt8] {
        var body = ByteBuffer()
        JSONWriter.append(to: &body, write)
        return Array(buffer: try await self.api.call(method, body))
    }

    /// An address that listens everywhere is reached on this machine.
    private static func reachable(_ address: String) -> String {
        switch address {
        case "0.0.0.0", "": "127.0.0.1"
        case "::": "[::1]"
        default: address.contains(":") ? "[\(address)]" : address
        }
    }

    private static func error(in answer: [UInt8]) throws -> String? {
        try JSONScanner.scan(answer) { scanner throws(JSONError) in
            var message: String?
            var object = try scanner.enterObject()
            while let key = try scanner.nextKey(in: &object) {
                guard key == "error" else {
                    try scanner.skipValue()
                    continue
                }
                var error = try scanner.enterObject()
                while let key = try scanner.nextKey(in: &error) {
                    if key == "message" { message = try scanner.string() } else { try scanner.skipValue() }
                }
            }
            return message
        }
    }

    private static func nodes(in answer: [UInt8]) throws -> [(name: String, clients: Int)] {
        try JSONScanner.scan(answer) { scanner throws(JSONError) in
            var found: [(name: String, clients: Int)] = []
            var object = try scanner.enterObject()
            while let key = try scanner.nextKey(in: &object) {
                guard key == "result" else {
                    try scanner.skipValue()
                    continue
                }
                var result = try scanner.enterObject()
                while let key = try scanner.nextKey(in: &result) {
                    guard key == "nodes" else {
                        try scanner.skipValue()
                        continue
                    }
                    var nodes = try scanner.enterArray()
                    while try scanner.nextElement(in: &nodes) {
                        found.append(try Self.node(in: &scanner))
                    }
                }
            }
            return found
        }
    }

    private static func node(in scanner: inout JSONScanner) throws(JSONError) -> (name: String, clients: Int) {
        var (name, count) = ("", 0)
        var node = try scanner.enterObject()
        while let key = try scanner.nextKey(in: &node) {
            switch key {
            case "name": name = try scanner.string()
            case "num_clients": count = Int(clamping: try scanner.uint32())
            default: try scanner.skipValue()
            }
        }
        return (name, count)
    }
}
