import HashRing
import NIOCore
import NIOHTTP1
import SkeinTransport
import SkeinWire

/// What operators and their tools ask about the ring: `GET /ring` and `GET /ring/owner?client=…`.
struct RingPages: Sendable {
    let keeper: RingKeeper

    func page(_ path: String) -> (@Sendable (HTTPRequest) async -> HTTPResponse)? {
        switch path {
        case "/ring": { _ in self.ring() }
        case "/ring/owner": { self.owner($0) }
        default: nil
        }
    }

    private func ring() -> HTTPResponse {
        let ring = self.keeper.now.ring
        let shares = ring.shares()
        return Self.json { json in
            json.write("epoch", ring.epoch)
            json.write("profile", ring.profile.description)
            json.write("keyed", !self.keeper.secret.isEmpty)
            json.write("node", self.keeper.node)
            json.key("nodes")
            json.beginArray()
            for (node, share) in zip(ring.nodes, shares) {
                json.beginObject()
                json.write(node)
                json.key("share")
                json.raw(Array(Self.decimal(share).utf8))
                json.endObject()
            }
            json.endArray()
        }
    }

    private func owner(_ request: HTTPRequest) -> HTTPResponse {
        guard let client = request.query["client"], !client.isEmpty else {
            return .text(.badRequest, "Say whose owner is asked for: /ring/owner?client=ID")
        }
        let ring = self.keeper.now.ring
        let key = AffinityKey.bytes(cid: client, secret: self.keeper.secret)
        let nodes = ring.preference(of: key, count: ring.nodes.count)
        return Self.json { json in
            json.write("client", client)
            json.write("epoch", ring.epoch)
            json.key("owner")
            guard let owner = nodes.first else { return json.null() }
            json.beginObject()
            json.write(owner)
            json.endObject()
            json.write("is_self", owner.name == self.keeper.node)
            json.key("preference")
            json.beginArray()
            for node in nodes { json.string(node.name) }
            json.endArray()
        }
    }

    private static func json(_ write: (inout JSONWriter) -> Void) -> HTTPResponse {
        var body = ByteBuffer()
        JSONWriter.append(to: &body) { json in
            json.beginObject()
            write(&json)
            json.endObject()
        }
        body.writeStaticString("\n")
        return HTTPResponse(.ok, contentType: "application/json", body: body)
    }

    /// Six digits behind the point.
    private static func decimal(_ share: Double) -> String {
        let millionths = Int((min(1, max(0, share)) * 1_000_000).rounded())
        let digits = "\(millionths % 1_000_000)"
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ key: String, _ text: String) {
        self.key(key)
        self.string(text)
    }

    fileprivate mutating func write(_ key: String, _ number: UInt64) {
        self.key(key)
        self.integer(number)
    }

    fileprivate mutating func write(_ key: String, _ flag: Bool) {
        self.key(key)
        self.bool(flag)
    }

    fileprivate mutating func write(_ node: RingNode) {
        self.write("name", node.name)
        self.write("id", UInt64(node.id))
        self.write("address", node.address)
        self.write("weight", UInt64(clamping: node.weight))
        if let zone = node.zone { self.write("zone", zone) }
    }
}
