import HashRing

extension Configuration {
    /// `ring`: which node owns which client.
    public struct Ring: Sendable, Equatable {
        /// Whose choice the nodes predict, see ``RingProfile``.
        public var profile = RingProfile.standard.description
        /// Secret of keyed affinity; empty for none.
        public var secret = Secret("")
        /// Whether clients without an id get one in a cookie.
        public var handsOutCookie = true
        /// What becomes of clients that belong to a newcomer.
        public var rebalance = Rebalance.lazy
        /// How many of them are moved per second.
        public var rebalanceRate = 100
        /// From a change of the ring to the first client that is moved.
        public var settle: Duration = .seconds(10)
        /// The nodes, when no registry says who they are: see ``NodeNotation``.
        public var nodes: [String] = []
    }

    /// What becomes of clients that another node owns since the ring has changed.
    public enum Rebalance: String, Sendable, CaseIterable {
        /// They move when they reconnect.
        case lazy
        /// They are told to reconnect, a few at a time.
        case paced
        /// Nobody looks.
        case off
    }

    /// `drain`: how a node gives its clients away before it stops.
    public struct Drain: Sendable, Equatable {
        /// From the first red health check to the first client that is told.
        public var delay: Duration = .seconds(2)
        /// How many clients are told per second.
        public var rate = 500
    }

    /// What the ring's nodes are, as far as the configuration says; loading has refused what cannot be read.
    var configuredNodes: [RingNode] { self.ring.nodes.compactMap { try? NodeNotation.parse($0) } }

    /// This node among ``configuredNodes``.
    var configuredSelf: RingNode? { self.configuredNodes.first { $0.name == self.node.name } }

    /// The profile; loading has refused what is none.
    var ringProfile: RingProfile { RingProfile(self.ring.profile) ?? .standard }

    /// The bytes of the secret; loading has refused what is no base64.
    var ringSecret: [UInt8] { Base64.decode(Array(self.ring.secret.revealed.utf8)) ?? [] }

    /// What is wrong with the keys of the ring.
    var ringFindings: [ConfigurationFinding] {
        var findings: [ConfigurationFinding] = []
        if RingProfile(self.ring.profile) == nil {
            findings.append(
                .init(
                    ["ring.profile"],
                    "must be haproxy, haproxy(FUNCTION[,avalanche],KEY), nginx, ketama or rendezvous"
                )
            )
        }
        if !self.ring.secret.isEmpty,
            Base64.decode(Array(self.ring.secret.revealed.utf8)).map({ $0.count < 16 }) ?? true
        {
            findings.append(
                .init(["ring.secret"], "must be base64 of at least 16 random bytes (openssl rand -base64 32)")
            )
        }
        var nodes: [RingNode] = []
        for text in self.ring.nodes {
            do throws(NodeNotation.Malformation) {
                nodes.append(try NodeNotation.parse(text))
            } catch {
                findings.append(.init(["ring.nodes"], error.description))
            }
        }
        do throws(RingError) {
            _ = try HashRing(nodes: nodes, profile: self.ringProfile)
        } catch {
            findings.append(.init(["ring.nodes"], "\(error)"))
        }
        return findings
    }
}
