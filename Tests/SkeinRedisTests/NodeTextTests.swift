import NIOCore
import SkeinCluster
import SkeinTestKit
import Testing

@testable import SkeinRedis

@Suite struct NodeTextTests {
    private static let description = NodeDescription(address: "[::1]:8000", version: "1.2.3", weight: 256, zone: "é")
    private static let statistics = NodeStatistics(clients: .max, users: 4, subscriptions: 3, channels: 2, uptime: 1)

    @Test func `a description is read as it was written`() {
        #expect(NodeText.decodeDescription(Array(buffer: NodeText.encode(Self.description))) == Self.description)
        let empty = NodeDescription(address: "", version: "", weight: 0, zone: "")
        #expect(NodeText.decodeDescription(Array(buffer: NodeText.encode(empty))) == empty)
    }

    @Test func `statistics are read as they were written`() {
        #expect(NodeText.decodeStatistics(Array(buffer: NodeText.encode(Self.statistics))) == Self.statistics)
        #expect(NodeText.decodeStatistics(Array(buffer: NodeText.encode(NodeStatistics()))) == NodeStatistics())
    }

    @Test func `negative counts are told as none`() {
        let negative = NodeStatistics(clients: -1, users: .min)
        #expect(NodeText.decodeStatistics(Array(buffer: NodeText.encode(negative))) == NodeStatistics())
    }

    @Test func `what was cut short inside a field is empty`() {
        let bytes = Array(buffer: NodeText.encode(Self.statistics))
        // A version byte and five fields of thirteen bytes.
        for length in bytes.indices {
            let read = NodeText.decodeStatistics(Array(bytes.prefix(length)))
            if length % 13 != 1 { #expect(read == NodeStatistics()) }
            #expect(read.uptime == 0)
        }
    }

    @Test func `random bytes never trap`() {
        var random = SeededGenerator(seed: 1)
        let whole = Array(buffer: NodeText.encode(Self.description))
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                UInt8.random(in: 0 ... .max, using: &random)
            }
            _ = NodeText.decodeDescription(bytes)
            _ = NodeText.decodeStatistics(bytes)
            var damaged = whole
            damaged[Int.random(in: damaged.indices, using: &random)] = .random(in: 0 ... .max, using: &random)
            _ = NodeText.decodeDescription(damaged)
        }
    }

    @Test func `numbers beyond an Int count as the greatest one, and unknown fields are passed over`() {
        var writer = FieldWriter(version: 2)
        writer.write("new", tag: 99)
        writer.write(UInt64.max, tag: 1)
        writer.write("no number", tag: 2)
        writer.write(7, tag: 3)
        let read = NodeText.decodeStatistics(Array(buffer: writer.message))
        #expect(read == NodeStatistics(clients: .max, users: 0, subscriptions: 7))
    }

    @Test func `a list of nodes of another form is none`() {
        let whole: [RESPValue] = [.bulk(Array("uuid".utf8)), .integer(3), .integer(1000)]
        let node: [RESPValue] = [
            .bulk(Array("a".utf8)), .integer(1), .integer(2), .bulk(Array("2500".utf8)), .bulk([]), .bulk([0xFF]),
        ]
        let list = NodeRegistry.list(.array(whole + node))
        #expect(list?.epoch == 3)
        #expect(list?.nodes.map(\.name) == ["a"])
        #expect(list?.nodes.first?.leaseLeft == 1500)
        for length in 0..<(whole.count + node.count) where length != whole.count {
            #expect(NodeRegistry.list(.array(Array((whole + node).prefix(length)))) == nil)
        }
        for value in [RESPValue.null, .integer(1), .simple("OK"), .array([])] {
            #expect(NodeRegistry.list(value) == nil)
        }
        #expect(NodeRegistry.list(.array([.null, .integer(-1), .integer(0)])) == nil)
        let odd: [RESPValue] = [.integer(1), .integer(1), .integer(1), .integer(1), .integer(1), .integer(1)]
        #expect(NodeRegistry.list(.array(whole + odd + node))?.nodes.map(\.name) == ["a"])
    }
}
