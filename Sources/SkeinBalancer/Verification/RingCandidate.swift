public import HashRing

/// A way of choosing that a balancer may follow.
public struct RingCandidate: Sendable, Hashable {
    /// The hash and the places of nodes.
    public let profile: RingProfile
    /// Whether the choice goes through a map of 4,096 slots.
    public let usesSlots: Bool
    /// Whether the id is hashed with the affinity secret first.
    public let isKeyed: Bool

    /// A candidate.
    public init(profile: RingProfile, usesSlots: Bool = false, isKeyed: Bool = false) {
        self.profile = profile
        self.usesSlots = usesSlots
        self.isKeyed = isKeyed
    }

    /// Everything that is worth a try: all of HAProxy's hashes, with and without slots and secret, and the other
    /// profiles.
    public static func all(configured: RingCandidate) -> [RingCandidate] {
        var profiles: [RingProfile] = [configured.profile]
        for key in HAProxyKey.allCases {
            for function in HAProxyHash.allCases {
                for avalanche in [true, false] {
                    profiles.append(.haproxy(function: function, avalanche: avalanche, key: key))
                }
            }
        }
        profiles += [.nginx, .ketama, .rendezvous]
        var candidates = [configured]
        for isKeyed in configured.isKeyed ? [true, false] : [false] {
            candidates += profiles.map { RingCandidate(profile: $0, isKeyed: isKeyed) }
            candidates += [configured.profile, .standard, .rendezvous].map {
                RingCandidate(profile: $0, usesSlots: true, isKeyed: isKeyed)
            }
        }
        var seen: Set<RingCandidate> = []
        return candidates.filter { seen.insert($0).inserted }
    }
}

/// The candidate in a table.
extension RingCandidate: CustomStringConvertible {
    public var description: String {
        "\(self.profile)\(self.usesSlots ? " in slots" : "")\(self.isKeyed ? " with secret" : "")"
    }
}
