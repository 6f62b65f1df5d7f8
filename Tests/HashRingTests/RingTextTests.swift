import Foundation
import HashRing
import Testing

@Suite struct RingTextTests {
    @Test func `a profile can be read from its own text`() {
        for function in HAProxyHash.allCases {
            for key in HAProxyKey.allCases {
                for avalanche in [true, false] {
                    let profile = RingProfile.haproxy(function: function, avalanche: avalanche, key: key)
                    #expect(RingProfile(profile.description) == profile)
                }
            }
        }
        for profile in RingProfile.all { #expect(RingProfile(profile.description) == profile) }
    }

    @Test func `haproxy alone is crc32 with avalanche by id, and the key may be left out`() {
        #expect(RingProfile("haproxy") == .standard)
        #expect(RingProfile.standard.description == "haproxy(crc32,avalanche,id)")
        #expect(RingProfile("haproxy(djb2)") == .haproxy(function: .djb2, avalanche: false, key: .id))
        #expect(RingProfile("haproxy(wt6,avalanche)") == .haproxy(function: .wt6, avalanche: true, key: .id))
        #expect(
            RingProfile("haproxy(sdbm,addr-port)") == .haproxy(function: .sdbm, avalanche: false, key: .addressPort)
        )
    }

    @Test(arguments: [
        "", "HAProxy", "haproxy()", "haproxy(", "haproxy)", "haproxy(md5)", "haproxy(crc32,)", "haproxy(,id)",
        "haproxy(crc32,id,avalanche)", "haproxy(crc32,avalanche,id,id)", "haproxy(crc32, id)", "nginx()", "maglev",
    ])
    func `every other text is refused`(text: String) {
        #expect(RingProfile(text) == nil)
    }

    @Test func `nodes can be read from JSON, with a weight of 100 unless it is given`() throws {
        let text = """
            [{"name": "a", "id": 1, "address": "h:1"},
             {"name": "b", "id": 2, "address": "h:2", "weight": 0, "zone": "z", "guid": "g", "points": 5}]
            """
        let nodes = try JSONDecoder().decode([RingNode].self, from: Data(text.utf8))
        #expect(nodes[0] == RingNode(name: "a", id: 1, address: "h:1", weight: 100))
        #expect(nodes[1] == RingNode(name: "b", id: 2, address: "h:2", weight: 0, zone: "z", guid: "g", points: 5))
        #expect(try JSONDecoder().decode([RingNode].self, from: JSONEncoder().encode(nodes)) == nodes)
    }
}
