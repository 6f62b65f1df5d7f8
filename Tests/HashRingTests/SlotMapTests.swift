import HashRing
import Testing

@Suite struct SlotMapTests {
    private func ring(_ count: Int, _ profile: RingProfile = .standard) throws -> HashRing {
        try HashRing(
            nodes: (1...count).map {
                RingNode(name: "n\($0)", id: UInt32($0), address: "10.0.0.\($0):80", guid: "g\($0)")
            },
            profile: profile
        )
    }

    @Test func `the slot of a key is crc32(1),mod(4096) of HAProxy`() throws {
        let map = try self.ring(3).slots()
        #expect(map.count == 4096)
        for (key, values) in HAProxyVectors.functions {
            #expect(map.slot(of: key.utf8) == Int(values[7]) % 4096)
            #expect(map.owner(of: key) == map.owner(ofSlot: Int(values[7]) % 4096))
        }
    }

    @Test(arguments: RingProfile.all)
    func `a slot belongs to the owner of its number`(profile: RingProfile) throws {
        let ring = try self.ring(4, profile)
        let map = ring.slots(count: 64)
        for slot in 0..<64 { #expect(map.owner(ofSlot: slot) == ring.owner(of: String(slot))) }
        #expect(map.owner(ofSlot: -1) == nil)
        #expect(map.owner(ofSlot: 64) == nil)
    }

    @Test func `the map file has a line for each slot`() throws {
        let map = try self.ring(2).slots(count: 3)
        let expected = try (0..<3).map { "\($0) \(try #require(map.owner(ofSlot: $0)).name)\n" }
        #expect(map.mapFile == expected.joined())
        #expect(try self.ring(1).slots(count: 0).mapFile == "0 n1\n")
    }

    @Test func `when a node leaves, its slots move and no others`() throws {
        let (old, new) = (try self.ring(5).slots(), try self.ring(4).slots())
        let moved = new.moved(from: old)
        #expect(moved == (0..<4096).filter { old.owner(ofSlot: $0)?.name == "n5" })
        #expect((600...1050).contains(moved.count))
        #expect(new.moved(from: new).isEmpty)
        #expect(try self.ring(4).slots(count: 16).moved(from: new).count == 16)
    }
}
