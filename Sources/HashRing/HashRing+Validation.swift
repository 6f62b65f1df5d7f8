/// What makes no ring.
extension HashRing {
    static func validate(_ nodes: [RingNode], for profile: RingProfile) throws(RingError) {
        guard nodes.count <= Int(UInt16.max) else {
            throw RingError(code: .tooManyNodes, message: "\(nodes.count) nodes, at most \(UInt16.max)")
        }
        var names: Set<String> = []
        var ids: Set<UInt32> = []
        for node in nodes {
            try Self.validate(node)
            guard names.insert(node.name).inserted else {
                throw RingError(code: .duplicateName, message: "two nodes have the name \(node.name)")
            }
            guard case .haproxy = profile else { continue }
            guard node.id > 0 else { throw RingError(code: .invalidID, message: "\(node.name) has the id 0") }
            guard ids.insert(node.id).inserted else {
                throw RingError(code: .duplicateKey, message: "two nodes have the id \(node.id)")
            }
        }
    }

    private static func validate(_ node: RingNode) throws(RingError) {
        guard (0...256).contains(node.weight) else {
            throw RingError(code: .invalidWeight, message: "\(node.name) has the weight \(node.weight)")
        }
        guard (0...4096).contains(node.points ?? 0) else {
            throw RingError(code: .invalidPoints, message: "\(node.name) has \(node.points ?? 0) points")
        }
    }
}
