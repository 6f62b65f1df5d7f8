import CAllocationCounter
import HashRing

/// Which node serves a client: 50 nodes with weight 100.
enum RingBenchmarks {
    static let all: [Benchmark] =
        Self.profiles.flatMap { [Self.build($0.name, $0.text), Self.lookUp($0.name, $0.text)] } + [
            Self.lookUpShort, Self.lookUpBytes, Self.lookUpNode,
        ]

    private static let profiles = [
        (name: "haproxy", text: "haproxy"),
        (name: "haproxy-sdbm", text: "haproxy(sdbm,avalanche,id)"),
        (name: "haproxy-wt6", text: "haproxy(wt6,avalanche,id)"),
        (name: "nginx", text: "nginx"),
        (name: "rendezvous", text: "rendezvous"),
    ]

    private static let nodes = (1...50).map { number in
        RingNode(name: "node-\(number)", id: UInt32(number), address: "10.0.0.\(number):8000")
    }

    /// 4,096 keys each: too many for the branch predictor, few enough to stay in the cache, as the key of a request does.
    private static let longKeys = (0..<4096).map { "00000000-0000-4000-8000-\(100_000_000_000 + $0 &* 7919)" }
    private static let shortKeys = (0..<4096).map { "client-\($0 &* 7919 % 1_000_003)" }

    private static func ring(_ text: String) throws -> HashRing {
        guard let profile = RingProfile(text) else { throw BenchmarkFailure("\(text): no such profile") }
        return try HashRing(nodes: Self.nodes, profile: profile)
    }

    private static func build(_ name: String, _ text: String) -> Benchmark {
        .plain("ring-build/\(name)", "Once per change of the ring, on every node.") {
            guard let profile = RingProfile(text) else { throw BenchmarkFailure("\(text): no such profile") }
            return { iterations in
                for _ in 0..<iterations {
                    let ring = try? HashRing(nodes: Self.nodes, profile: profile)
                    benchmark_keep_number(UInt64(ring?.nodes.count ?? 0))
                }
            }
        }
    }

    private static func lookUp(_ name: String, _ text: String) -> Benchmark {
        Self.lookUp(
            "ring-lookup/\(name)",
            "Once per handshake; the key has 36 characters, as client ids have.",
            text,
            Self.longKeys
        ) { ring, key in
            ring.ownerIndex(of: key.utf8) ?? -1
        }
    }

    private static var lookUpShort: Benchmark {
        Self.lookUp("ring-lookup/short", "A short key: what is not hashing shows.", "haproxy", Self.shortKeys) {
            $0.ownerIndex(of: $1.utf8) ?? -1
        }
    }

    private static var lookUpBytes: Benchmark {
        Self.lookUp(
            "ring-lookup/bytes",
            "The key as an array: the generic function has to be specialized for both.",
            "haproxy",
            Self.longKeys.map { Array($0.utf8) }
        ) { ring, key in
            ring.ownerIndex(of: key) ?? -1
        }
    }

    private static var lookUpNode: Benchmark {
        Self.lookUp("ring-lookup/node", "The owner as a node instead of an index.", "haproxy", Self.longKeys) {
            $0.owner(of: $1.utf8)?.weight ?? -1
        }
    }

    private static func lookUp<Key: Sendable>(
        _ name: String,
        _ reason: String,
        _ profile: String,
        _ keys: [Key],
        _ look: @escaping @Sendable (HashRing, Key) -> Int
    ) -> Benchmark {
        .plain(name, reason, yardstick: .byteLoop(36)) {
            let ring = try Self.ring(profile)
            return { iterations in
                var sum = 0
                for index in 0..<iterations { sum &+= look(ring, keys[index & 4095]) }
                benchmark_keep_number(UInt64(truncatingIfNeeded: sum))
            }
        }
    }
}
