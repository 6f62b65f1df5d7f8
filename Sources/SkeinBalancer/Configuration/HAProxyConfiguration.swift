public import HashRing

/// A complete configuration of HAProxy for the nodes of a ring.
///
/// What it says agrees with the ring: a ring of the same nodes and profile predicts which node gets which client.
public struct HAProxyConfiguration: Sendable {
    /// What the operator chose.
    public let options: HAProxyOptions
    /// The nodes, in the order of their server lines.
    public let nodes: [RingNode]
    /// How HAProxy has to choose.
    public let profile: RingProfile
    /// The file, with comments that say why.
    public let text: String

    /// Checks that HAProxy can do what is asked for, and writes it down.
    ///
    /// - Throws: `unsupported` for a profile that this HAProxy does not have, `invalidName` and `invalidValue` for
    ///   words that would break the file, with the ring's own complaint for nodes that make no ring.
    public init(options: HAProxyOptions, nodes: [RingNode], profile: RingProfile) throws(BalancerError) {
        let checked = try Self.checked(options, profile: profile)
        do {
            _ = try HashRing(nodes: nodes, profile: profile)
        } catch {
            throw BalancerError(.invalidValue, error.message)
        }
        self.options = checked
        self.nodes = nodes
        self.profile = profile
        self.text = try Self.sections(options: checked, nodes: nodes, profile: profile)
    }

    /// The options with the way of placing servers that the profile names.
    private static func checked(_ options: HAProxyOptions, profile: RingProfile) throws(BalancerError) -> HAProxyOptions
    {
        guard options.version >= .oldest else {
            throw BalancerError(
                .unsupported,
                "HAProxy \(options.version) is too old; 2.6 is the oldest that is supported"
            )
        }
        guard !options.bindAddresses.isEmpty, !options.publicPaths.isEmpty else {
            throw BalancerError(.invalidValue, "HAProxy needs at least one address to bind and one public path")
        }
        _ = try HAProxyWord.name(options.backend)
        for path in options.publicPaths { _ = try HAProxyWord.plain(path, for: "public path") }
        for address in options.bindAddresses { _ = try HAProxyWord.plain(address, for: "bind address") }
        guard options.maximumConnections > 0, options.server.maximumConnections ?? 1 > 0, options.server.fall > 0,
            options.server.rise > 0
        else {
            throw BalancerError(.invalidValue, "the limits on connections and the numbers of checks have to be above 0")
        }
        var options = options
        options.server.key = try Self.key(of: profile, options: options)
        return options
    }

    private static func key(of profile: RingProfile, options: HAProxyOptions) throws(BalancerError) -> HAProxyKey {
        guard case .haproxy(_, _, let key) = profile else {
            // With a slot map HAProxy looks the node up, and its own hash only serves when the map has no answer.
            if options.slotMapPath != nil { return .id }
            throw BalancerError(
                .unsupported,
                "HAProxy cannot choose as \(profile) does; use a profile haproxy(...), or a slot map (--slot-map)"
            )
        }
        let needed: ClosedRange<HAProxyVersion>
        let newest = HAProxyVersion(major: .max, minor: 0)
        switch key {
        case .id: return key
        case .address, .addressPort: needed = HAProxyVersion(major: 3, minor: 0)...newest
        case .id30: needed = HAProxyVersion(major: 3, minor: 0)...HAProxyVersion(major: 3, minor: 2)
        case .id32, .guid: needed = HAProxyVersion(major: 3, minor: 4)...newest
        }
        guard needed.contains(options.version) else {
            let range =
                needed.upperBound == newest
                ? "\(needed.lowerBound) and later" : "\(needed.lowerBound) to \(needed.upperBound)"
            throw BalancerError(
                .unsupported,
                "\(profile) needs HAProxy \(range), not \(options.version); "
                    + "say --haproxy-version if yours is, or use the profile haproxy"
            )
        }
        return key
    }
}
