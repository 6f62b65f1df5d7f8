import HashRing
import SkeinServer

extension RingDirectory {
    /// The ring of the nodes.
    ///
    /// - Throws: `RingFailure` with what is wrong with the nodes.
    func ring() throws -> HashRing {
        try self.ring(of: self.nodes)
    }

    /// The ring of other nodes, with the same profile.
    func ring(of nodes: [RingNode]) throws -> HashRing {
        do {
            return try HashRing(nodes: nodes, profile: self.profile, epoch: self.epoch)
        } catch {
            throw RingFailure(error.message)
        }
    }

    /// The bytes that are hashed for a client id.
    func key(of clientID: String) -> [UInt8] {
        AffinityKey.bytes(cid: clientID, secret: self.secret)
    }
}
