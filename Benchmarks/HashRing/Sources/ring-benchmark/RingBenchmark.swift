import CAllocationCounter
import Glibc
import HashRing

/// Measures building and lookup of 50 nodes with weight 100, and counts the allocations of lookups.
///
///     swift run -c release --package-path Benchmarks/HashRing ring-benchmark [runs]
///
/// Prints the fastest of the runs: on a busy machine the others measure the neighbours. Exits with 1 when a lookup
/// allocates; times are for people to read.
@main
struct RingBenchmark {
    static let nodes = (1...50).map { number in
        RingNode(name: "node-\(number)", id: UInt32(number), address: "10.0.0.\(number):8000")
    }

    static func main() throws {
        let runs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200
        var allocations: UInt = 0
        for text in ["haproxy", "haproxy(sdbm,avalanche,id)", "haproxy(wt6,avalanche,id)", "nginx", "rendezvous"] {
            guard let profile = RingProfile(text) else { continue }
            let build = try Self.fastest(of: min(runs, 20)) {
                try HashRing(nodes: Self.nodes, profile: profile).nodes.count
            }
            print("\(profile): build \(Self.decimal(build, per: .milliseconds(1))) ms")
            let ring = try HashRing(nodes: Self.nodes, profile: profile)
            for (kind, keys) in Self.keys {
                allocations += Self.measureLookups(of: keys, named: kind, in: ring, runs: runs)
            }
        }
        print("allocations during lookups: \(allocations)")
        if allocations > 0 { exit(1) }
    }

    /// Prints the times and returns the number of allocations.
    static func measureLookups(of keys: [String], named kind: String, in ring: HashRing, runs: Int) -> UInt {
        let bytes = keys.map { Array($0.utf8) }
        // The first lookup makes the tables of the hash functions.
        _ = Self.lookUp(keys, in: ring)
        let before = allocation_count()
        let strings = Self.fastest(of: runs) { Self.lookUp(keys, in: ring) } / keys.count
        let arrays = Self.fastest(of: runs) { Self.lookUp(bytes, in: ring) } / keys.count
        let nodes = Self.fastest(of: runs) { Self.lookUpNodes(keys, in: ring) } / keys.count
        let allocations = allocation_count() - before
        print(
            "  \(kind): String \(Self.decimal(strings, per: .nanoseconds(1))) ns,",
            "[UInt8] \(Self.decimal(arrays, per: .nanoseconds(1))) ns,",
            "owner as RingNode \(Self.decimal(nodes, per: .nanoseconds(1))) ns, \(allocations) allocations"
        )
        return allocations
    }

    /// 4,096 keys each: too many for the branch predictor, few enough to stay in the cache, as the key of a request
    /// does.
    static let keys: [(String, [String])] = [
        ("client-<number>", (0..<4096).map { "client-\($0 &* 7919 % 1_000_003)" }),
        ("36 characters", (0..<4096).map { "00000000-0000-4000-8000-\(100_000_000_000 + $0 &* 7919)" }),
    ]

    @inline(never)
    static func lookUp(_ keys: [String], in ring: HashRing) -> Int {
        var sum = 0
        for key in keys { sum &+= ring.ownerIndex(of: key.utf8) ?? -1 }
        return sum
    }

    @inline(never)
    static func lookUp(_ keys: [[UInt8]], in ring: HashRing) -> Int {
        var sum = 0
        for key in keys { sum &+= ring.ownerIndex(of: key) ?? -1 }
        return sum
    }

    @inline(never)
    static func lookUpNodes(_ keys: [String], in ring: HashRing) -> Int {
        var sum = 0
        for key in keys { sum &+= ring.owner(of: key)?.weight ?? -1 }
        return sum
    }

    static func fastest(of runs: Int, _ body: () throws -> Int) rethrows -> Duration {
        var fastest = Duration.seconds(3600)
        var sum = 0
        for _ in 0..<max(runs, 1) {
            let start = ContinuousClock.now
            sum &+= try body()
            fastest = min(fastest, start.duration(to: .now))
        }
        // Never true, and nobody else knows: the results are used.
        if sum == .min { print(sum) }
        return fastest
    }

    /// With one digit behind the point.
    static func decimal(_ duration: Duration, per unit: Duration) -> String {
        let tenths = duration.components.attoseconds / (unit.components.attoseconds / 10)
        return "\(tenths / 10).\(tenths % 10)"
    }
}
