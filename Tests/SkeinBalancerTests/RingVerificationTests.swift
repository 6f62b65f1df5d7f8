import HashRing
import SkeinBalancer
import Testing

/// What samples say about a balancer.
@Suite struct RingVerificationTests {
    private let nodes = (1...5).map { node($0) }
    private let clients = (0..<200).map { "verify-\($0)" }

    private func verify(
        _ samples: [RingSample],
        nodes: [RingNode]? = nil,
        configured: RingCandidate = RingCandidate(profile: .standard)
    ) -> RingVerification {
        RingVerification(samples: samples, nodes: nodes ?? self.nodes, configured: configured) {
            Array("key \($0)".utf8)
        }
    }

    private func samples(_ profile: RingProfile, keyed: Bool = false, slots: Bool = false) throws -> [RingSample] {
        let ring = try HashRing(nodes: self.nodes, profile: profile)
        return self.clients.map { client in
            let key = keyed ? "key \(client)" : client
            return RingSample(
                clientID: client,
                node: (slots ? ring.slots().owner(of: key) : ring.owner(of: key))?.name ?? "-"
            )
        }
    }

    @Test func `a balancer that does as configured agrees`() throws {
        let verification = try self.verify(self.samples(.standard))
        #expect(verification.verdict == .agrees(RingCandidate(profile: .standard)))
        #expect(verification.matches.first?.matching == 200)
        #expect(verification.text.contains("200/200"))
    }

    @Test(arguments: [
        "haproxy(sdbm,avalanche,id)", "haproxy(crc32,id)", "haproxy(crc32,avalanche,id-3.0)", "nginx", "rendezvous",
    ])
    func `another way of choosing is found and named`(name: String) throws {
        let profile = try #require(RingProfile(name))
        let verification = try self.verify(self.samples(profile))
        let standard = RingCandidate(profile: .standard)
        #expect(verification.verdict == .differs(configured: standard, found: [RingCandidate(profile: profile)]))
        #expect(!verification.verdict.isGood)
        #expect(verification.text.contains("chooses by \(name), not by"))
    }

    @Test func `a balancer without the secret is found`() throws {
        let keyed = RingCandidate(profile: .standard, isKeyed: true)
        #expect(try self.verify(self.samples(.standard, keyed: true), configured: keyed).verdict == .agrees(keyed))
        let plain = RingCandidate(profile: .standard)
        let verdict = try self.verify(self.samples(.standard), configured: keyed).verdict
        #expect(verdict == .differs(configured: keyed, found: [plain]))
    }

    @Test func `a slot map is told from the ring it was made of`() throws {
        let slots = RingCandidate(profile: .standard, usesSlots: true)
        let verdict = try self.verify(self.samples(.standard, slots: true)).verdict
        #expect(verdict == .differs(configured: RingCandidate(profile: .standard), found: [slots]))
    }

    @Test func `a balancer that takes turns is unsteady`() {
        let asked = self.clients + self.clients.prefix(20)
        let samples = asked.enumerated().map { RingSample(clientID: $0.element, node: "n\($0.offset % 3 + 1)") }
        #expect(self.verify(samples).verdict == .unsteady)
    }

    @Test func `a steady balancer that nobody predicts is unknown`() {
        let samples = self.clients.enumerated().map { RingSample(clientID: $0.element, node: "n\($0.offset % 5 + 1)") }
        #expect(self.verify(samples).verdict == .unknown(configured: RingCandidate(profile: .standard)))
    }

    @Test func `nodes that nobody knows are named`() throws {
        let samples = try self.samples(.standard) + [RingSample(clientID: "x", node: "stranger")]
        #expect(self.verify(samples).verdict == .strangers(["stranger"]))
    }

    @Test func `one node decides nothing`() {
        let samples = self.clients.map { RingSample(clientID: $0, node: "n1") }
        #expect(self.verify(samples, nodes: [node(1), node(2, weight: 0)]).verdict == .undecidable)
    }

    @Test(arguments: [("ftp://x"), ("/path"), ("http://"), ("")])
    func `only a URL of a balancer is sampled`(text: String) {
        #expect(throws: BalancerError.self) { _ = try BalancerSampler(through: text) }
    }
}
