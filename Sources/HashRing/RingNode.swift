/// One node of a ring, as the load balancer knows it.
///
/// Nothing is checked here; ``HashRing/init(nodes:profile:epoch:)`` refuses what makes no ring.
public struct RingNode: Sendable, Hashable, Codable {
    /// What the balancer calls the node; unique in a ring. The profile `rendezvous` places nodes by it.
    public let name: String
    /// HAProxy's `id` of the server line, from 1 on. The key mode `id` places nodes by it, modulo 2^20.
    public let id: UInt32
    /// `host:port` as the balancer's configuration has it; nginx, ketama and the address modes of HAProxy place by it.
    public let address: String
    /// 0 to 256, as in HAProxy. A node of weight 0 owns nothing: it is drained.
    public let weight: Int
    /// Where the node runs; only ``HashRing/owner(of:inZone:)`` looks at it.
    public let zone: String?
    /// HAProxy's `guid` of the server line (3.0 and later); the key mode `guid` places nodes by it.
    public let guid: String?
    /// How many points the node has in a HAProxy ring, 0 to 4096; nil means 16 for each unit of weight.
    ///
    /// It differs only while HAProxy raises the weight of a new server: see ``points(weight:elapsed:slowstart:)``.
    public let points: Int?

    /// A node. Percentages that an agent check reports are a matter of `weight`: the caller passes the result.
    public init(
        name: String,
        id: UInt32,
        address: String,
        weight: Int = 100,
        zone: String? = nil,
        guid: String? = nil,
        points: Int? = nil
    ) {
        self.name = name
        self.id = id
        self.address = address
        self.weight = weight
        self.zone = zone
        self.guid = guid
        self.points = points
    }

    /// Decodes an object with the names of the properties; `name`, `id` and `address` have to be there.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try values.decode(String.self, forKey: .name),
            id: try values.decode(UInt32.self, forKey: .id),
            address: try values.decode(String.self, forKey: .address),
            weight: try values.decodeIfPresent(Int.self, forKey: .weight) ?? 100,
            zone: try values.decodeIfPresent(String.self, forKey: .zone),
            guid: try values.decodeIfPresent(String.self, forKey: .guid),
            points: try values.decodeIfPresent(Int.self, forKey: .points)
        )
    }

    /// The points of a server that HAProxy started `elapsed` seconds ago with `slowstart` seconds; HAProxy counts whole
    /// ones.
    public static func points(weight: Int, elapsed: Int, slowstart: Int) -> Int {
        guard slowstart > 0, elapsed < slowstart else { return 16 * weight }
        let sixteenths = (16 * max(elapsed, 0) + slowstart) / slowstart
        return weight * min(sixteenths, 16)
    }

    /// How many points a HAProxy ring gives the node.
    var haproxyPoints: Int { self.points ?? 16 * self.weight }
}
