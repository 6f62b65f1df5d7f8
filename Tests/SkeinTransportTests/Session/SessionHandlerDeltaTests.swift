import SkeinCluster
import SkeinCore
import SkeinWire
import Testing

@testable import SkeinTransport

/// Publications as patches: what a client can apply, and never more.
@Suite struct SessionHandlerDeltaTests {
    private static let rules = ChannelRules.recoverable.with { $0.delta = true }

    private func text(_ number: Int) -> String {
        #"{"score":\#(number),"text":"\#(String(repeating: "the same for all of them ", count: 8))"}"#
    }

    private func subscribe(_ client: TestClient, recover: String = "") {
        client.ask(#"{"id":2,"subscribe":{"channel":"a","delta":"fossil"\#(recover)}}"#)
    }

    /// Applies what a client gets, as a client does. Notes an issue for a patch of something else.
    private struct Reader {
        var last: [UInt8]?
        private(set) var patches = 0

        mutating func read(_ message: String) throws -> String {
            let isPatch = message.contains(#""delta":true"#)
            let start = try #require(message.firstRange(of: #""pub":{"data":"#)).upperBound
            let end = try #require(message.firstRange(of: #","offset":"#)).lowerBound
            let data = Self.unescaped(String(message[start..<end]))
            self.patches += isPatch ? 1 : 0
            let whole = try isPatch ? FossilDelta.apply(data, to: try #require(self.last)) : data
            self.last = whole
            return String(decoding: whole, as: UTF8.self)
        }

        private static func unescaped(_ json: String) -> [UInt8] {
            var scanner = json.dropFirst().dropLast()[...]
            var result = ""
            while let character = scanner.popFirst() {
                guard character == "\\", let next = scanner.popFirst() else {
                    result.append(character)
                    continue
                }
                result.append(next == "n" ? "\n" : next)
            }
            return Array(result.utf8)
        }
    }

    @Test func `the first publication comes whole and the next ones as patches, in one turn and in many`() throws {
        let harness = LoopHarness(.test(Self.rules))
        let ann = try TestClient(harness).connect()
        self.subscribe(ann)
        var reader = Reader()
        for turn in 0..<3 {
            for number in 0..<3 { harness.publish(self.text(turn * 3 + number), to: "a", allowsDelta: true) }
            harness.run()
            let messages = ann.messages()
            #expect(try messages.map { try reader.read($0) } == (0..<3).map { self.text(turn * 3 + $0) })
        }
        #expect(reader.patches == 8)
    }

    @Test func `subscribers with and without deltas, old and new, all read the same`() throws {
        let harness = LoopHarness(.test(Self.rules))
        let plain = try TestClient(harness, id: "plain").connect(to: "a")
        var clients: [(TestClient, Reader)] = []
        for number in 0..<6 {
            let client = try TestClient(harness, id: "c\(number)").connect()
            self.subscribe(client)
            clients.append((client, Reader()))
            harness.publish(self.text(number), to: "a", allowsDelta: true)
            harness.publish(self.text(number + 100), to: "a", allowsDelta: true)
            harness.run()
            for index in clients.indices {
                let texts = try clients[index].0.messages().map { try clients[index].1.read($0) }
                #expect(texts == [self.text(number), self.text(number + 100)])
            }
            #expect(plain.messages().allSatisfy { $0.contains(#""data":{"score""#) })
        }
        #expect(clients.map(\.1.patches) == [11, 9, 7, 5, 3, 1])
    }

    @Test func `a publication without deltas comes whole, and is nothing that a patch is made of`() throws {
        let harness = LoopHarness(.test(Self.rules))
        let ann = try TestClient(harness).connect()
        self.subscribe(ann)
        var reader = Reader()
        for (number, allowsDelta) in [(1, true), (2, true), (3, false), (4, true), (5, true)] {
            harness.publish(self.text(number), to: "a", allowsDelta: allowsDelta)
            harness.run()
            #expect(try ann.messages().map { try reader.read($0) } == [self.text(number)])
        }
        #expect(reader.patches == 2)
    }

    @Test func `a patch that is longer than the payload is not sent`() throws {
        let harness = LoopHarness(.test(Self.rules))
        let ann = try TestClient(harness).connect()
        self.subscribe(ann)
        for number in 1...3 { harness.publish("\(number)", to: "a", allowsDelta: true) }
        harness.run()
        #expect(ann.messages().allSatisfy { !$0.contains(#""delta""#) })
    }

    @Test(arguments: 0...4)
    func `a client that recovers while publications arrive can apply every patch`(before: Int) throws {
        let harness = LoopHarness(.test(Self.rules))
        for number in 0..<3 { harness.publish(self.text(number), to: "a", allowsDelta: true) }
        let bob = try TestClient(harness, id: "bob").connect(to: "a")
        let ann = try TestClient(harness).connect()
        harness.broker.hold(.recover)
        ann.command(
            #"{"id":2,"subscribe":{"channel":"a","delta":"fossil","recover":true,"epoch":"epoch","offset":3}}"#
        )
        for number in 3..<7 {
            if number - 3 == before { harness.broker.act(.recover) }
            harness.publish(self.text(number), to: "a", allowsDelta: true)
            harness.run()
        }
        harness.broker.finish(.recover)
        for number in 7..<10 {
            harness.publish(self.text(number), to: "a", allowsDelta: true)
            if number != 8 { harness.run() }
        }
        let messages = ann.messages()
        #expect(messages.first?.contains(#""recovered":true"#) == true)
        #expect(messages.first?.contains(#""delta":true"#) == true)
        var reader = Reader()
        let live = try messages.dropFirst().map { try reader.read($0) }
        #expect(live == (3 + before..<10).map { self.text($0) })
        #expect(bob.messages().filter { $0.contains(#""pub":"#) }.count == 7)
    }

    @Test func `a delta that is not granted is not sent`() throws {
        let harness = LoopHarness(.test(.recoverable))
        let ann = try TestClient(harness).connect()
        self.subscribe(ann)
        for number in 1...3 { harness.publish(self.text(number), to: "a", allowsDelta: true) }
        harness.run()
        #expect(ann.messages().allSatisfy { $0.contains(#""data":{"score""#) })
    }
}
