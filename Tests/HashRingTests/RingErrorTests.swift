import HashRing
import Testing

@Suite struct RingErrorTests {
    private func node(_ name: String, id: UInt32, weight: Int = 100, points: Int? = nil) -> RingNode {
        RingNode(name: name, id: id, address: "10.0.0.\(id % 250):80", weight: weight, points: points)
    }

    private func code(_ nodes: [RingNode], _ profile: RingProfile = .standard) -> RingError.Code? {
        do throws(RingError) {
            _ = try HashRing(nodes: nodes, profile: profile)
            return nil
        } catch { return error.code }
    }

    @Test func `weights go from 0 to 256`() {
        for profile in RingProfile.all {
            let nodes = { (weight: Int) in [RingNode(name: "a", id: 1, address: "10.0.0.1:80", weight: weight)] }
            #expect(self.code(nodes(0), profile) == nil)
            #expect(self.code(nodes(256), profile) == nil)
            #expect(self.code(nodes(-1), profile) == .invalidWeight)
            #expect(self.code(nodes(257), profile) == .invalidWeight)
            #expect(self.code(nodes(.max), profile) == .invalidWeight)
        }
    }

    @Test func `points go from 0 to 4096`() {
        #expect(self.code([self.node("a", id: 1, points: 0)]) == nil)
        #expect(self.code([self.node("a", id: 1, points: 4096)]) == nil)
        #expect(self.code([self.node("a", id: 1, points: -1)]) == .invalidPoints)
        #expect(self.code([self.node("a", id: 1, points: 4097)]) == .invalidPoints)
    }

    @Test func `names are unique in every profile`() {
        for profile in RingProfile.all {
            #expect(self.code([self.node("a", id: 1), self.node("a", id: 2)], profile) == .duplicateName)
        }
    }

    @Test func `HAProxy has no server with the id 0; other balancers know no ids`() {
        #expect(self.code([self.node("a", id: 0)]) == .invalidID)
        #expect(self.code([self.node("a", id: 0), self.node("b", id: 0)], .nginx) == nil)
    }

    @Test func `ids that are equal modulo 2^20 would share all points`() {
        #expect(self.code([self.node("a", id: 1), self.node("b", id: 1 << 20 + 1)]) == .duplicateKey)
        #expect(self.code([self.node("a", id: 1), self.node("b", id: 1 << 20 + 2)]) == nil)
        #expect(self.code([self.node("a", id: 5), self.node("b", id: 5)]) == .duplicateKey)
        let wide = RingProfile.haproxy(function: .crc32, avalanche: true, key: .id32)
        #expect(self.code([self.node("a", id: 1), self.node("b", id: 1 << 20 + 1)], wide) == nil)
    }

    @Test func `one address twice is an error where addresses place servers, and ports count where they do`() {
        let nodes = [
            RingNode(name: "a", id: 1, address: "10.0.0.1:80"), RingNode(name: "b", id: 2, address: "10.0.0.1:81"),
        ]
        #expect(self.code(nodes, .haproxy(function: .crc32, avalanche: true, key: .address)) == .duplicateKey)
        #expect(self.code(nodes, .haproxy(function: .crc32, avalanche: true, key: .addressPort)) == nil)
    }

    @Test(arguments: [
        "", "name:80", "10.0.0:80", "10.0.0.256:80", "10.0.0.1", "10.0.0.1:65536", "10.0.0.1:+8", "[10.0.0.1]:80",
        "[::1::]:80", "[1:2:3:4:5:6:7]:80", "[1:2:3:4:5:6:7::8]:80", "[12345::]:80", "[:::]:80", "[::1.2.3.4:5]:80",
        "[1.2.3.4::]:80", "[::１]:80", ":80", "[]:80", "[1:]:80",
    ])
    func `what is no numeric address cannot be placed by it`(address: String) {
        let node = RingNode(name: "a", id: 1, address: address)
        #expect(self.code([node], .haproxy(function: .crc32, avalanche: true, key: .address)) == .invalidAddress)
        #expect(self.code([node]) == nil)
    }

    @Test func `65,535 nodes make a ring, and one more does not`() {
        let nodes = (1...65_536).map { RingNode(name: "n\($0)", id: UInt32($0), address: "", weight: 1, points: 1) }
        #expect(self.code(nodes) == .tooManyNodes)
        #expect(self.code(Array(nodes.dropLast())) == nil)
    }

    @Test func `an error names the node and what is wrong with it`() {
        let error = #expect(throws: RingError.self) { try HashRing(nodes: [self.node("a", id: 1, weight: 300)]) }
        #expect(error?.description == "invalidWeight: a has the weight 300")
    }

    @Test func `bounded rings refuse factors and loads out of range`() throws {
        let ring = try HashRing(nodes: [self.node("a", id: 1)])
        for factor in [1.0, 100.0] { _ = try BoundedRing(ring, factor: factor, loads: ["a": Int(Int32.max)]) }
        for factor in [0.99, 100.1, .nan, .infinity, -1] {
            let error = #expect(throws: RingError.self) { try BoundedRing(ring, factor: factor, loads: [:]) }
            #expect(error?.code == .invalidFactor)
        }
        for load in [-1, Int(Int32.max) + 1] {
            let error = #expect(throws: RingError.self) { try BoundedRing(ring, factor: 1, loads: ["a": load]) }
            #expect(error?.code == .invalidLoad)
        }
    }
}
