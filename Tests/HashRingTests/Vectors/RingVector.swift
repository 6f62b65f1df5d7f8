import HashRing
import Testing

/// A ring as text, and for each of `HAProxyVectors.keys` the place of its owner among the nodes.
struct RingVector: Sendable, CustomTestStringConvertible {
    let profile: String
    let nodes: String
    let owners: String

    var testDescription: String { "\(self.profile), \(VectorText.words(self.nodes).count) nodes" }

    /// Nodes are name:id:weight, or name,id,address,weight,guid where addresses matter.
    func ring() throws -> HashRing {
        let nodes = try VectorText.words(self.nodes).map { text in
            let hasAddress = text.contains(",")
            let parts = text.split(separator: hasAddress ? "," : ":", omittingEmptySubsequences: false).map(String.init)
            let id = try #require(UInt32(parts[1]))
            let weight = try #require(Int(parts[hasAddress ? 3 : 2]))
            let guid = hasAddress && !parts[4].isEmpty ? parts[4] : nil
            return RingNode(name: parts[0], id: id, address: hasAddress ? parts[2] : "", weight: weight, guid: guid)
        }
        return try HashRing(nodes: nodes, profile: try #require(RingProfile(self.profile)))
    }

    /// The names of the owners.
    func expected(in ring: HashRing) throws -> [String] {
        try VectorText.words(self.owners).map { ring.nodes[try #require(Int($0))].name }
    }
}
