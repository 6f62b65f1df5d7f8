import NIOCore
import NIOPosix
import Testing

@testable import SkeinTestKit

@Suite(.timeLimit(.minutes(1))) struct FaultProxyTests {
    private static let manyBytes = Octets.random(100_000)
    private let bytes = Self.manyBytes

    // MARK: No fault

    @Test func `without faults every octet arrives in both directions`() async throws {
        try await ProxyRig.with(echoes: true) { rig in
            let (client, server) = try await rig.connect()
            try await client.send(self.bytes)
            #expect(try await client.receive(self.bytes.count) == self.bytes)
            #expect(server.received == self.bytes)
            let traffic = rig.proxy.counts[.toServer]
            #expect(traffic.taken == self.bytes.count && traffic.forwarded == self.bytes.count)
            #expect(rig.proxy.counts[.toClient] == traffic)
        }
    }

    @Test func `the end of one stream is passed on and the other stream goes on`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await client.send(self.bytes)
            try await client.finish()
            #expect(try await server.end() == .finished)
            #expect(server.received == self.bytes)
            try await server.send(self.bytes)
            try await server.finish()
            #expect(try await client.end() == .finished)
            #expect(client.received == self.bytes)
            try await rig.proxy.allClosed()
        }
    }

    @Test func `a reset is passed on`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await client.reset()
            #expect(try await server.end() == .reset)
            try await rig.proxy.allClosed()
        }
    }

    @Test func `without an upstream the client is reset`() async throws {
        try await ProxyRig.with { rig in
            await rig.server.close()
            let client = try await rig.dial()
            #expect(try await client.end() == .reset)
            try await rig.proxy.allClosed()
        }
    }

    @Test func `a client that does not read stops the reading from the server`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect(reads: false)
            let probe = try await rig.connect()
            let megabyte = Octets([UInt8](repeating: 7, count: 1 << 20))
            for _ in 0..<64 { server.post(megabyte) }
            try await self.pass(1000, through: probe)
            #expect(rig.proxy.counts[.toClient].taken < 32 << 20)
            try await client.startReading()
            #expect(try await client.receive(64 << 20).count == 64 << 20)
        }
    }

    // MARK: Ends

    @Test(arguments: [0, 1, 2, 7, 4096, 65_536, 65_537, 99_999, 100_000])
    func `a cut at an offset delivers exactly that many octets and ends both streams`(offset: Int) async throws {
        try await ProxyRig.with { rig in
            for direction in FaultProxy.Direction.allCases {
                let (client, server) = try await rig.connect()
                let (near, far) = direction == .toServer ? (client, server) : (server, client)
                try await rig.proxy.inject(.cut, on: [direction], after: offset)
                near.post(self.bytes)
                #expect(try await far.end() == .finished)
                #expect(far.received == self.bytes.prefix(offset))
                #expect(try await near.end() == .finished)
                #expect(near.received == [])
                await near.close()
                await far.close()
                try await rig.proxy.allClosed()
            }
        }
    }

    @Test func `a cut is exact for a client that goes on sending`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.cut, on: [.toClient], after: 77_777)
            client.post(self.bytes)
            server.post(self.bytes)
            for byte: UInt8 in 0..<100 { client.post([byte]) }
            #expect(try await client.end() == .finished)
            #expect(client.received == self.bytes.prefix(77_777))
        }
    }

    @Test func `a cut loses nothing that was forwarded, also when the far side has ended its own stream`() async throws
    {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect(reads: false)
            try await client.finish()
            #expect(try await server.end() == .finished)
            let probe = try await rig.connect()
            server.post(Octets([UInt8](repeating: 7, count: 64 << 20)))
            try await self.pass(500, through: probe)
            try await rig.proxy.inject(.cut, on: [.toClient])
            let forwarded = rig.proxy.counts[.toClient].forwarded - 500
            try await client.startReading()
            #expect(try await client.end() == .finished)
            #expect(client.received.count == forwarded)
        }
    }

    @Test func `a cut drops what is held back`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.stall(), on: [.toServer])
            try await client.send([1, 2, 3])
            try await rig.proxy.wait { $0[.toServer].taken == 3 }
            try await rig.proxy.inject(.cut)
            #expect(try await server.end() == .finished)
            #expect(server.received == [])
        }
    }

    @Test(arguments: [0, 5]) func `a reset resets both sides`(offset: Int) async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.reset, on: [.toServer], after: offset)
            client.post(self.bytes.prefix(10))
            #expect(try await server.end() == .reset)
            #expect(server.received == self.bytes.prefix(offset))
            #expect(try await client.end() == .reset)
            try await rig.proxy.allClosed()
        }
    }

    @Test(arguments: [0, 5]) func `a half-close ends one direction and the other goes on`(offset: Int) async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.halfClose, on: [.toServer], after: offset)
            try await client.send(self.bytes.prefix(10))
            #expect(try await server.end() == .finished)
            #expect(server.received == self.bytes.prefix(offset))
            try await server.send(self.bytes)
            #expect(try await client.receive(self.bytes.count) == self.bytes)
            try await client.send(self.bytes)
            try await rig.proxy.wait { $0[.toServer].taken == self.bytes.count + 10 }
            #expect(rig.proxy.counts[.toServer].forwarded == offset)
            await server.close()
            #expect(try await client.end() == .finished)
            await client.close()
            try await rig.proxy.allClosed()
        }
    }

    // MARK: Holding back

    @Test func `what a stall holds arrives after healing, with the end of the stream`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.stall(), on: [.toServer], after: 10)
            try await client.send(self.bytes)
            try await rig.proxy.wait { $0[.toServer].taken == self.bytes.count }
            try await client.finish()
            try await server.send([1])
            #expect(try await client.receive(1) == [1])
            #expect(rig.proxy.counts[.toServer].forwarded == 10)
            #expect(server.received == self.bytes.prefix(10))
            try await rig.proxy.heal()
            #expect(try await server.end() == .finished)
            #expect(server.received == self.bytes)
        }
    }

    @Test func `a stall without reading leaves the bytes to the sender`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await client.send([1])
            #expect(try await server.receive(1) == [1])
            try await rig.proxy.inject(.stall(reading: false), on: [.toClient])
            let probe = try await rig.connect()
            let before = rig.proxy.counts[.toClient]
            let much = Octets([UInt8](repeating: 7, count: 32 << 20))
            server.post(much)
            try await self.pass(100, through: probe)
            // The read that was asked for before the stall may still take its share.
            #expect(rig.proxy.counts[.toClient].taken - before.taken <= 100 + 4 * 65_536)
            #expect(rig.proxy.counts[.toClient].forwarded - before.forwarded == 100)
            #expect(!server.channel.isWritable)
            try await rig.proxy.heal()
            #expect(try await client.receive(much.count) == much)
        }
    }

    @Test func `a black hole swallows and stays open, and after healing the rest arrives`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.blackhole, on: [.toServer], after: 2)
            try await client.send([1, 2, 3, 4])
            try await rig.proxy.wait { $0[.toServer].taken == 4 }
            try await server.send([5])
            #expect(try await client.receive(1) == [5])
            try await rig.proxy.heal()
            try await client.send([6])
            #expect(try await server.receive(3) == [1, 2, 6])
            #expect(rig.proxy.counts[.toServer].forwarded == 3)
        }
    }

    @Test(arguments: [Peer.End.finished, .reset])
    func `a black hole hides the end of its sender until it is healed`(end: Peer.End) async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.blackhole, on: [.toServer])
            try await client.send([1])
            if end == .finished { try await client.finish() } else { try await client.reset() }
            let probe = try await rig.connect()
            try await self.pass(100, through: probe)
            #expect(server.isUnended)
            try await rig.proxy.heal()
            #expect(try await server.end() == end)
            #expect(server.received == [])
        }
    }

    // MARK: Slowing down

    @Test func `a dribble sends small pieces in order`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.dribble(3), on: [.toServer])
            let bytes = self.bytes.prefix(1000)
            try await client.send(bytes)
            #expect(try await server.receive(bytes.count) == bytes)
            // The kernel may put pieces together when it is busy.
            #expect(server.pieces.count > 167)
            try await server.send(self.bytes)
            #expect(try await client.receive(self.bytes.count) == self.bytes)
        }
    }

    @Test func `healing a dribble sends the rest at once`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.dribble(1), on: [.toServer])
            try await client.send(self.bytes)
            _ = try await server.receive(10)
            try await rig.proxy.heal()
            #expect(try await server.receive(self.bytes.count) == self.bytes)
        }
    }

    @Test func `a delay holds bytes and end, and healing ends it`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.delay(.seconds(86_400)), on: [.toServer])
            try await client.send(self.bytes)
            try await rig.proxy.wait { $0[.toServer].taken == self.bytes.count }
            try await client.finish()
            #expect(rig.proxy.counts[.toServer].forwarded == 0)
            #expect(server.received == [])
            try await rig.proxy.heal()
            #expect(try await server.end() == .finished)
            #expect(server.received == self.bytes)
        }
    }

    @Test func `delay with jitter keeps the order`() async throws {
        try await ProxyRig.with(echoes: true, seed: 42) { rig in
            let (client, _) = try await rig.connect()
            try await rig.proxy.inject(.delay(.microseconds(200), jitter: .milliseconds(2)))
            for start in stride(from: 0, to: 10_000, by: 100) {
                try await client.send(self.bytes[start..<(start + 100)])
            }
            try await client.finish()
            #expect(try await client.end() == .finished)
            #expect(client.received == self.bytes.prefix(10_000))
        }
    }

    /// Causes traffic, and with it turns of the loop in which a wrong proxy would do what it must not.
    private func pass(_ count: Int, through probe: (client: Peer, server: Peer)) async throws {
        for number in 1...count {
            try await probe.server.send([UInt8(truncatingIfNeeded: number)])
            #expect(try await probe.client.receive(number).count == number)
        }
    }
}
