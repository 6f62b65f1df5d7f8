/// The points that HAProxy gives its servers.
enum HAProxyPoints {
    /// Every point of every node, in the order of the nodes, as HAProxy inserts them.
    static func list(of nodes: [RingNode], key: HAProxyKey) throws(RingError) -> PointList {
        var list = PointList(capacity: nodes.reduce(0) { $0 + $1.haproxyPoints })
        var names: [UInt32: String] = [:]
        for (index, node) in nodes.enumerated() {
            let base = try Self.base(of: node, key: key)
            if let other = names.updateValue(node.name, forKey: base) {
                throw RingError(code: .duplicateKey, message: "\(other) and \(node.name) have the same \(key.rawValue)")
            }
            for point in 0..<UInt32(node.haproxyPoints) { list.append(place: FullHash.mix(base &+ point), node: index) }
        }
        return list
    }

    /// What the number of a point is added to. In the mode `id` the points of two nodes can only meet all or not at
    /// all: 4096 is the largest number of points, and what lies between two ids.
    private static func base(of node: RingNode, key: HAProxyKey) throws(RingError) -> UInt32 {
        switch key {
        case .id: return node.id &* 4096
        case .id30: return FullHash.mix(node.id)
        // HAProxy hashes the id in network order, read as a little-endian word.
        case .id32: return FullHash.mix(node.id.byteSwapped)
        case .guid: return node.guid.map { XXH32.hash(of: Array($0.utf8)) } ?? node.id &* 4096
        case .address, .addressPort:
            guard let address = ServerAddress(node.address) else {
                throw RingError(
                    code: .invalidAddress,
                    message: "\(node.name): \(node.address) is not a numeric address"
                )
            }
            let seed = key == .addressPort ? FullHash.mix(UInt32(address.port)) : 0
            guard address.bytes.count == 4 else { return XXH32.hash(of: address.bytes, seed: seed) }
            let word = address.bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return FullHash.mix(seed &+ word)
        }
    }
}
