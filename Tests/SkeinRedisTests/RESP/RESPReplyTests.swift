import NIOCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

@Suite struct RESPReplyTests {
    /// Looks at the one reply that a text holds.
    @discardableResult
    private func read<Result>(_ text: String, _ body: (borrowing RESPReply) -> Result) throws -> Result {
        var decoder = RESPDecoder()
        var result: Result?
        try decoder.decode(ByteBuffer(string: text)) { result = body($0) }
        return try #require(result)
    }

    private func text(_ bytes: UnsafeRawBufferPointer?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `a publication is recognised and read`() throws {
        let found = try self.read("*3\r\n$7\r\nmessage\r\n$6\r\nroom:1\r\n$5\r\nhello\r\n") { reply in
            reply.count == 3 && reply[0].equals("message")
                && self.text(reply[1].bytes) == "room:1" && self.text(reply[2].bytes) == "hello"
        }
        #expect(found)
    }

    @Test func `equals wants every byte, and a string`() throws {
        #expect(try self.read("$7\r\nmessage\r\n") { $0.equals("message") })
        #expect(try self.read("+OK\r\n") { $0.equals("OK") })
        #expect(try self.read("$0\r\n\r\n") { $0.equals("") })
        for other in [
            "$7\r\nmessagf\r\n", "$6\r\nmessag\r\n", "$8\r\nmessages\r\n", "$0\r\n\r\n", "$-1\r\n", ":7\r\n", "*0\r\n",
        ] {
            #expect(try !self.read(other) { $0.equals("message") }, "\(other)")
        }
        #expect(try !self.read("$-1\r\n") { $0.equals("") })
    }

    @Test func `every kind answers its own questions, and the others with nothing`() throws {
        let facts = try self.read("*6\r\n+a\r\n-b\r\n:5\r\n$1\r\nc\r\n$-1\r\n*2\r\n:1\r\n:2\r\n") { reply in
            (0..<reply.count).map {
                "\(reply[$0].kind) \(reply[$0].count) \(reply[$0].integer ?? -1) \(self.text(reply[$0].bytes) ?? "-")"
            }
        }
        #expect(
            facts == [
                "simpleString 0 -1 a", "error 0 -1 b", "integer 0 5 -", "bulkString 0 -1 c", "null 0 -1 -",
                "array 2 -1 -",
            ]
        )
    }

    @Test func `elements behind nested arrays are found, and those inside`() throws {
        let reply = "*4\r\n*2\r\n:1\r\n*2\r\n:2\r\n:3\r\n:4\r\n*0\r\n*2\r\n$1\r\na\r\n*1\r\n:5\r\n"
        try self.read(reply) { reply in
            #expect(reply.count == 4)
            #expect(reply[0][0].integer == 1)
            #expect(reply[0][1][0].integer == 2)
            #expect(reply[0][1][1].integer == 3)
            #expect(reply[1].integer == 4)
            #expect(reply[2].kind == .array && reply[2].count == 0)
            #expect(reply[3][0].equals("a") == true)
            #expect(reply[3][1][0].integer == 5)
        }
    }

    @Test func `an element that is not there is null, at any depth`() throws {
        try self.read("*2\r\n:1\r\n*0\r\n") { reply in
            for index in [-1, 2, 3, Int.max, Int.min] {
                #expect(reply[index].kind == .null)
                #expect(reply[index].bytes == nil)
                #expect(reply[index].integer == nil)
                #expect(reply[index].count == 0)
                #expect(reply[index].equals("") == false)
                #expect(reply[index][0][1].kind == .null)
            }
            #expect(reply[0][0].kind == .null)
            #expect(reply[1][0].kind == .null)
        }
    }

    @Test func `iteration visits every element once, in order`() throws {
        var random = SeededGenerator(seed: 8)
        for _ in 0..<500 {
            let elements = (0..<5).map { _ in RESPValue.random(depth: 5, using: &random) }
            let bytes = RESPValue.array(elements).encoded
            var decoder = RESPDecoder()
            var visited: [RESPValue] = []
            var subscripted: [RESPValue] = []
            try decoder.decode(ByteBuffer(bytes: bytes)) { reply in
                reply.forEachElement { visited.append(RESPValue($0)) }
                for index in 0..<reply.count { subscripted.append(RESPValue(reply[index])) }
            }
            #expect(visited == elements)
            #expect(subscripted == elements)
        }
    }

    @Test func `iteration over what is no array visits nothing, and passes errors on`() throws {
        try self.read("$1\r\na\r\n") { reply in reply.forEachElement { _ in Issue.record("an element of a string") } }
        var visits = 0
        try self.read("*3\r\n:1\r\n:2\r\n:3\r\n") { reply in
            #expect(throws: RESPError.self) {
                try reply.forEachElement { _ in
                    visits += 1
                    if visits == 2 { throw RESPError(.unexpectedReply, "") }
                }
            }
        }
        #expect(visits == 2)
    }
}
