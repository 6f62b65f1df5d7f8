/// Whose choice the ring repeats.
///
/// As text: `haproxy` (the ``standard``), `haproxy(crc32,avalanche,id)`, `haproxy(djb2,id)` for a hash without
/// avalanche, `nginx`, `ketama`, `rendezvous`.
public enum RingProfile: Sendable, Hashable {
    /// `hash-type consistent <function> [avalanche]` of HAProxy: 16 points for each unit of weight, and the nearest one
    /// owns.
    case haproxy(function: HAProxyHash, avalanche: Bool, key: HAProxyKey)
    /// `hash <key> consistent` of nginx: 160 points for each unit of weight, and the next one owns.
    case nginx
    /// Weighted ketama as in libmemcached: 160 points for an average node, by MD5, and the next one owns.
    ///
    /// The points of a node depend on the weights of all others. So unlike in every other profile, keys may move
    /// between two nodes that stay when a third leaves or changes its weight.
    case ketama
    /// Highest random weight, by name. No balancer does it; for tasks that nodes divide among themselves. O(nodes) a
    /// lookup.
    case rendezvous

    /// `hash-type consistent crc32 avalanche`, with servers placed by id: what Skein's HAProxy configuration says.
    public static let standard = RingProfile.haproxy(function: .crc32, avalanche: true, key: .id)
}
