import Testing

@testable import HashRing

@Suite struct PlacementTests {
    @Test func `points are sorted by place, and at one place stay in the order of the nodes`() {
        var random = SplitMix(seed: 3)
        var list = PointList(capacity: 0)
        var expected: [(place: UInt32, node: Int)] = []
        for number in 0..<5000 {
            let place =
                UInt32.random(in: 0...UInt32.max, using: &random) & (number % 2 == 0 ? 0xFFFF_FFFF : 0xF00F_0000)
            list.append(place: place, node: number)
            expected.append((place, number))
        }
        list.sort()
        expected.sort { ($0.place, $0.node) < ($1.place, $1.node) }
        #expect(list.entries.map { UInt32($0 >> 32) } == expected.map(\.place))
        #expect(list.entries.map { Int($0 & 0xFFFF_FFFF) } == expected.map(\.node))
    }

    @Test func `the search finds what a walk over all points finds, however the points lie`() {
        for (count, mask) in [(1, UInt32.max), (2, .max), (1000, .max), (1000, 0xFFF), (1000, 0xFFF0_0000), (70, 0)] {
            var random = SplitMix(seed: UInt64(count))
            var list = PointList(capacity: count)
            for node in 0..<count { list.append(place: UInt32(truncatingIfNeeded: random.next()) & mask, node: node) }
            let table = PointTable(list)
            let places = (0..<count).map(table.place)
            for hash in places.flatMap({ [$0, $0 &+ 1, $0 &- 1] }) + [0, .max, 1 << 31] {
                #expect(table.lowerBound(hash) == places.firstIndex { $0 >= hash } ?? count)
            }
        }
    }

    @Test func `of two equally near points the one before the hash owns`() {
        var list = PointList(capacity: 2)
        list.append(place: 100, node: 0)
        list.append(place: 200, node: 1)
        let table = PointTable(list)
        #expect([100, 101, 150, 151, 200].map { table.index(owning: $0, nearest: true) } == [0, 0, 0, 1, 1])
        #expect([100, 101, 200, 201].map { table.index(owning: $0, nearest: false) } == [0, 1, 1, 0])
        // The gap over 0 is 2^32 - 100 wide, and its middle belongs to the point before it.
        let middle: UInt32 = 200 + (1 << 31 - 50)
        #expect([middle, middle + 1, .max, 0].map { table.index(owning: $0, nearest: true) } == [1, 0, 0, 0])
    }

    @Test func `the points of a rising server follow the steps of HAProxy's slowstart`() {
        let steps = [0, 1, 4, 8, 13, 19, 20, 21].map { RingNode.points(weight: 100, elapsed: $0, slowstart: 20) }
        #expect(steps == [100, 100, 400, 700, 1100, 1600, 1600, 1600])
        #expect(RingNode.points(weight: 100, elapsed: 5, slowstart: 0) == 1600)
        #expect(RingNode.points(weight: 0, elapsed: 5, slowstart: 20) == 0)
    }

    @Test func `a server that rises has the first of its points`() throws {
        let rising = RingNode(name: "a", id: 1, address: "", weight: 100, points: 400)
        let ring = { (node: RingNode) in try HashRing(nodes: [node, RingNode(name: "b", id: 2, address: "")]) }
        let (part, light) = (try ring(rising), try ring(rising.with(weight: 25)))
        let whole = try ring(RingNode(name: "a", id: 1, address: "", weight: 25))
        #expect(part.diff(from: whole).movedShare == 0)
        #expect(light.diff(from: part).movedShare == 0)
        #expect(part.diff(from: try ring(RingNode(name: "a", id: 1, address: ""))).reweighted == ["a"])
    }

    @Test(
        arguments: [
            ("10.0.0.1:80", [10, 0, 0, 1], 80), ("[::]:0", [UInt8](repeating: 0, count: 16), 0),
            ("[2001:db8::ff]:65535", [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF], 65535),
            ("[::ffff:1.2.3.4]:1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4], 1),
            ("[1:2:3:4:5:6:7:8]:1", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8], 1),
            ("[1:2:3:4:5:6:7::]:1", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0], 1),
        ] as [(String, [UInt8], UInt16)]
    )
    func `numeric addresses are read as bytes in network order`(text: String, bytes: [UInt8], port: UInt16) throws {
        let address = try #require(ServerAddress(text))
        #expect(address.bytes == bytes)
        #expect(address.port == port)
    }
}
