import Foundation
import HashRing
import SkeinBalancer
import Testing

/// Answers to an operator's questions.
@Suite struct RingReportTests {
    private let nodes = [node(1), node(2), node(3)]

    @Test func `adding a node moves only to that node, and as much as it gets`() throws {
        let change = try #require(RingChange.addition("n4=4@10.0.0.4:8000"))
        let after = try RingChange.apply([change], to: self.nodes)
        let report = RingPlanReport(from: try HashRing(nodes: self.nodes), to: try HashRing(nodes: after))
        #expect(report.isExact)
        #expect(report.needlessShare == 0)
        #expect(report.moves.allSatisfy { $0.to == "n4" })
        let gained = try #require(report.shares.first { $0.node == "n4" })
        #expect(gained.before == 0 && abs(gained.after - report.movedShare) < 0.000_001)
        #expect((0.22...0.28).contains(report.movedShare))
        #expect(abs(report.moves.reduce(0) { $0 + $1.share } - report.movedShare) < 0.01)
        #expect(report.text.contains("0.0 % needlessly"))
    }

    @Test func `a node that leaves gives away exactly its share`() throws {
        let after = try RingChange.apply([.remove(name: "n2")], to: self.nodes)
        let report = RingPlanReport(from: try HashRing(nodes: self.nodes), to: try HashRing(nodes: after))
        #expect(report.moves.allSatisfy { $0.from == "n2" })
        #expect(report.needlessShare == 0)
        let lost = try #require(report.shares.first { $0.node == "n2" })
        #expect(lost.after == 0 && abs(lost.before - report.movedShare) < 0.000_001)
    }

    @Test func `slots are compared slot by slot`() throws {
        let after = try HashRing(nodes: self.nodes + [node(4)])
        let before = try HashRing(nodes: self.nodes)
        let report = RingPlanReport(from: before, to: after, usesSlots: true)
        let moved = after.slots().moved(from: before.slots()).count
        #expect(report.movedShare == Double(moved) / 4096)
        #expect(abs(report.moves.reduce(0) { $0 + $1.share } - report.movedShare) < 0.000_001)
        #expect(report.profile.hasSuffix("in slots"))
    }

    @Test func `ketama moves clients needlessly, and the report says so`() throws {
        let before = try HashRing(nodes: self.nodes, profile: .ketama)
        let after = try HashRing(nodes: [node(1, weight: 200), node(2), node(3)], profile: .ketama)
        #expect(RingPlanReport(from: before, to: after).needlessShare > 0)
    }

    @Test func `a weight may be given to a node that is added in the same plan`() throws {
        let addition = try #require(RingChange.addition("n4=4@[::1]:8000"))
        let weight = try #require(RingChange.weight("n4=7"))
        let nodes = try RingChange.apply([weight, addition], to: self.nodes)
        #expect(nodes.last?.weight == 7 && nodes.last?.address == "[::1]:8000")
    }

    @Test func `changes of nodes that are not there are refused with the names of those that are`() {
        let error = #expect(throws: BalancerError.self) {
            _ = try RingChange.apply([.remove(name: "n9")], to: self.nodes)
        }
        #expect(error?.message.contains("n1, n2, n3") == true)
        #expect(throws: BalancerError.self) { _ = try RingChange.apply([.add(node(1))], to: self.nodes) }
    }

    @Test(arguments: ["n4", "n4=4", "n4=x@h:1", "n4=4@h", "n4=4294967296@h:1", "=4@h:1"])
    func `an addition in another form is none`(text: String) {
        #expect(RingChange.addition(text) == nil)
    }

    @Test(arguments: ["n1", "n1=", "n1=-1", "n1=257", "n1=x"])
    func `a weight in another form is none`(text: String) {
        #expect(RingChange.weight(text) == nil)
    }

    @Test func `an owner comes with those that follow, and drained nodes own nothing`() throws {
        let ring = try HashRing(nodes: self.nodes)
        let report = OwnerReport(ring: ring, clients: ["a", "b"]) { Array($0.utf8) }
        #expect(report.rows.map(\.owner) == ["a", "b"].map { ring.owner(of: $0)?.name })
        #expect(report.rows.allSatisfy { Set($0.preference).count == 3 && $0.preference.first == $0.owner })
        let nobody = try HashRing(nodes: [node(1, weight: 0)])
        #expect(OwnerReport(ring: nobody, clients: ["a"]) { Array($0.utf8) }.lines == "-\n")
        #expect(try report.json().split(separator: "\n").count == 2)
    }

    @Test func `a file of nodes says where it is wrong`() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json").path
        defer { unlink(path) }
        let texts = [
            #"[{"name":"n1","id":1}]"#: "entry 0 has no address", #"{}"#: "not an array", "": "not an array",
            #"[{"name":"n1","id":"x","address":"h:1"}]"#: "entry 0, id",
        ]
        for (text, part) in texts {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: BalancerError.self) { _ = try NodesFile.nodes(at: path) }
            #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
        }
        try Data(#"[{"name":"n1","id":1,"address":"h:1","zone":"a"}]"#.utf8).write(to: URL(fileURLWithPath: path))
        #expect(try NodesFile.nodes(at: path) == [RingNode(name: "n1", id: 1, address: "h:1", zone: "a")])
    }
}
