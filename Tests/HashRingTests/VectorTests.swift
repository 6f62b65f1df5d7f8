import Testing

@testable import HashRing

@Suite struct VectorTests {
    @Test(arguments: HAProxyVectors.cases)
    func `every key has the owner that HAProxy 2.6 chose`(vector: RingVector) throws {
        let ring = try vector.ring()
        let expected = try vector.expected(in: ring)
        #expect(expected.count == 64)
        #expect(HAProxyVectors.keys.map { ring.owner(of: $0)?.name } == expected)
    }

    @Test(arguments: ModelVectors.cases)
    func `every key has the owner that the model of the balancer chose`(vector: RingVector) throws {
        let ring = try vector.ring()
        #expect(HAProxyVectors.keys.map { ring.owner(of: $0)?.name } == (try vector.expected(in: ring)))
    }

    @Test func `preference lists are those of a HAProxy that loses one server after the other`() throws {
        let nodes = [1, 2, 3, 0, 5, 100, 7].enumerated().map { index, weight in
            RingNode(name: "p\(index)", id: UInt32(index + 1), address: "", weight: weight)
        }
        let ring = try HashRing(nodes: nodes)
        for (key, expected) in zip(HAProxyVectors.keys, ModelVectors.preferences) {
            #expect(ring.preference(of: key, count: 7).map(\.name) == expected.map { "p\($0)" })
        }
    }

    @Test func `ketama places the published keys as libmemcached does`() throws {
        // The weights of libmemcached's own test, 600 300 200 350 1000 800 950 100, in the same proportions.
        let weights = [12, 6, 4, 7, 20, 16, 19, 2]
        let nodes = weights.enumerated().map { index, weight in
            RingNode(name: "10.0.1.\(index + 1)", id: 0, address: "10.0.1.\(index + 1):11211", weight: weight)
        }
        let ring = try HashRing(nodes: nodes, profile: .ketama)
        #expect(ring.placeOfKey("SVa_]_V41)".utf8) == 443_691_461)
        #expect(ring.points.place(ring.points.lowerBound(443_691_461)) == 445_379_617)
        #expect(ring.owner(of: "SVa_]_V41)")?.name == "10.0.1.7")
        // Behind the last point: the first one owns.
        #expect(ring.placeOfKey("VDEAAAAA".utf8) == 0xFFFC_D1B5)
        #expect(ring.points.lowerBound(0xFFFC_D1B5) == ring.points.count)
        #expect(ring.owner(of: "VDEAAAAA") == ring.nodes[ring.points.node(0)])
    }

    @Test func `the default port of memcached is left out of the names that ketama hashes`() throws {
        let ring = { (ports: [Int]) in
            try HashRing(
                nodes: ports.enumerated().map { RingNode(name: "n\($0)", id: 0, address: "10.0.1.\($0):\($1)") },
                profile: .ketama
            )
        }
        let (standard, other) = (try ring([11211, 11211]), try ring([11212, 11212]))
        #expect(MD5.digest(of: Array("10.0.1.0-0".utf8)).0 == standard.points.firstPlace(like: "10.0.1.0-0"))
        #expect(MD5.digest(of: Array("10.0.1.0:11212-0".utf8)).0 == other.points.firstPlace(like: "10.0.1.0:11212-0"))
    }
}

extension PointTable {
    /// The place of the first of the four points of a digest, when the table has it.
    fileprivate func firstPlace(like name: String) -> UInt32? {
        let place = MD5.digest(of: Array(name.utf8)).0
        let point = self.lowerBound(place)
        return point < self.count && self.place(point) == place ? place : nil
    }
}
