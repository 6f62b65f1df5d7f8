public import HashRing

/// A change that an operator thinks about.
public enum RingChange: Sendable, Hashable {
    /// `n4=4@10.0.0.4:8000`: a new node with its id and address.
    case add(RingNode)
    /// A node that leaves.
    case remove(name: String)
    /// `n1=50`: another weight.
    case weight(name: String, weight: Int)

    /// Reads a node as ``NodeNotation`` has it; nil for everything else.
    public static func addition(_ text: String) -> RingChange? {
        guard let node = try? NodeNotation.parse(text), ServerEndpoint(node.address) != nil else { return nil }
        return .add(node)
    }

    /// Reads `name=weight`; nil for everything else.
    public static func weight(_ text: String) -> RingChange? {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let weight = Int(parts[1]), (0...256).contains(weight) else { return nil }
        return .weight(name: String(parts[0]), weight: weight)
    }

    /// The nodes after all changes; additions come first, so that a weight may be given to a node that is added.
    ///
    /// - Throws: `invalidValue` for a node that is not there, or that is there already.
    public static func apply(_ changes: [RingChange], to nodes: [RingNode]) throws(BalancerError) -> [RingNode] {
        var nodes = nodes
        for change in changes {
            guard case .add(let node) = change else { continue }
            guard !nodes.contains(where: { $0.name == node.name }) else {
                throw BalancerError(.invalidValue, "--add \(node.name): there is a node of this name")
            }
            nodes.append(node)
        }
        for change in changes {
            switch change {
            case .add: continue
            case .remove(let name): nodes.remove(at: try Self.index(of: name, in: nodes, option: "--remove"))
            case .weight(let name, let weight):
                let place = try Self.index(of: name, in: nodes, option: "--weight")
                let node = nodes[place]
                nodes[place] = RingNode(
                    name: node.name,
                    id: node.id,
                    address: node.address,
                    weight: weight,
                    zone: node.zone,
                    guid: node.guid
                )
            }
        }
        return nodes
    }

    private static func index(of name: String, in nodes: [RingNode], option: String) throws(BalancerError) -> Int {
        guard let place = nodes.firstIndex(where: { $0.name == name }) else {
            let known = nodes.map(\.name).joined(separator: ", ")
            throw BalancerError(.invalidValue, "\(option) \(name): no node of this name; there are \(known)")
        }
        return place
    }
}
