import HashRing
import Testing

struct NodeNotationTests {
    @Test func `name, id and address make a node of weight 100`() throws {
        let node = try NodeNotation.parse("n1=7@10.0.0.1:8000")
        #expect(node == RingNode(name: "n1", id: 7, address: "10.0.0.1:8000", weight: 100))
    }

    @Test func `weight and zone stand behind it`() throws {
        let node = try NodeNotation.parse("n1=7@[2001:db8::1]:8000 zone=a weight=0")
        #expect(node == RingNode(name: "n1", id: 7, address: "[2001:db8::1]:8000", weight: 0, zone: "a"))
    }

    @Test(arguments: [
        "", " ", "n1", "n1=1", "n1@host:80", "=1@host:80", "n1=@host:80", "n1=0@host:80", "n1=-1@host:80",
        "n1=x@host:80",
        "n1=4294967296@host:80", "n1=1@host", "n1=1@host:0", "n1=1@host:65536", "n1=1@host:x", "n1@1=host:80",
        "n1=1@host:80 weight=257", "n1=1@host:80 weight=", "n1=1@host:80 weight", "n1=1@host:80 colour=red",
    ])
    func `what is no node is refused with an example`(text: String) {
        let error = #expect(throws: NodeNotation.Malformation.self) { try NodeNotation.parse(text) }
        #expect(error?.description.contains("n1=1@10.0.0.1:8000") == true)
    }
}
