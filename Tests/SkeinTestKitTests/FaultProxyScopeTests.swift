import NIOCore
import NIOPosix
import SkeinTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct FaultProxyScopeTests {
    @Test func `a fault for open connections spares later ones`() async throws {
        try await ProxyRig.with(echoes: true) { rig in
            let struck = try await rig.connect()
            try await rig.proxy.inject(.cut)
            #expect(try await struck.client.end() == .finished)
            let spared = try await rig.connect()
            try await spared.client.send([1, 2])
            #expect(try await spared.client.receive(2) == [1, 2])
        }
    }

    @Test func `a fault for the next connections strikes so many of them, each at its own offset`() async throws {
        try await ProxyRig.with { rig in
            let early = try await rig.connect()
            try await rig.proxy.inject(.cut, on: [.toServer], into: .next(2), after: 3)
            for _ in 0..<2 {
                let struck = try await rig.connect()
                struck.client.post([1, 2, 3, 4])
                #expect(try await struck.server.end() == .finished)
                #expect(struck.server.received == [1, 2, 3])
            }
            for spared in [early, try await rig.connect()] {
                try await spared.client.send([1, 2, 3, 4])
                #expect(try await spared.server.receive(4) == [1, 2, 3, 4])
            }
        }
    }

    @Test func `a fault for all strikes open and later connections until healing`() async throws {
        try await ProxyRig.with { rig in
            let early = try await rig.connect()
            try await rig.proxy.inject(.stall(), on: [.toServer], into: .all)
            let late = try await rig.connect()
            for struck in [early, late] { try await struck.client.send([1]) }
            try await rig.proxy.wait { $0[.toServer].taken == 2 }
            #expect(rig.proxy.counts[.toServer].forwarded == 0)
            try await rig.proxy.heal()
            let healthy = try await rig.connect()
            try await healthy.client.send([1])
            for peer in [early, late, healthy] { #expect(try await peer.server.receive(1) == [1]) }
        }
    }

    @Test func `an offset counts from the injection on`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await client.send([1, 2, 3])
            try await rig.proxy.bytes(atLeast: 3, .toServer)
            try await rig.proxy.inject(.cut, on: [.toServer], after: 2)
            client.post([4, 5, 6])
            #expect(try await server.end() == .finished)
            #expect(server.received == [1, 2, 3, 4, 5])
        }
    }

    @Test func `faults at several offsets follow each other`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.cut, on: [.toServer], after: 9)
            try await rig.proxy.inject(.blackhole, on: [.toServer], after: 2)
            try await rig.proxy.inject(.dribble(1), on: [.toServer], after: 5)
            client.post(Octets(Array(0..<20)))
            #expect(try await server.end() == .finished)
            #expect(server.received == [0, 1, 5, 6, 7, 8])
        }
    }

    @Test func `healing one direction leaves the other alone`() async throws {
        try await ProxyRig.with { rig in
            let (client, server) = try await rig.connect()
            try await rig.proxy.inject(.stall())
            try await client.send([1])
            try await server.send([2])
            try await rig.proxy.wait { $0[.toServer].taken == 1 && $0[.toClient].taken == 1 }
            try await rig.proxy.heal(on: [.toServer])
            #expect(try await server.receive(1) == [1])
            #expect(rig.proxy.counts[.toClient].forwarded == 0)
        }
    }

    @Test func `faults at the very start strike`() async throws {
        try await ProxyRig.with { rig in
            try await rig.proxy.inject(.cut, into: .next(1))
            #expect(try await rig.dial().end() == .finished)
            try await rig.proxy.inject(.reset, into: .next(1))
            #expect(try await rig.dial().end() == .reset)
            #expect(rig.server.accepted.isEmpty)
            try await rig.proxy.inject(.halfClose, on: [.toServer], into: .next(1))
            let (client, server) = try await rig.connect()
            #expect(try await server.end() == .finished)
            try await server.send([1])
            #expect(try await client.receive(1) == [1])
        }
    }

    @Test func `refused connections are reset and never reach the server`() async throws {
        try await ProxyRig.with(echoes: true) { rig in
            try await rig.proxy.refuse(next: 1)
            #expect(try await rig.dial().end() == .reset)
            let admitted = try await rig.connect()
            try await rig.proxy.refuse()
            for _ in 0..<3 { #expect(try await rig.dial().end() == .reset) }
            #expect(rig.proxy.counts.refused == 4)
            #expect(rig.proxy.counts.connections == 1)
            try await rig.proxy.heal()
            for client in [admitted.client, try await rig.dial()] {
                try await client.send([1])
                #expect(try await client.receive(1) == [1])
            }
            #expect(rig.server.accepted.count == 2)
        }
    }

    @Test func `many connections at once keep their octets apart`() async throws {
        try await ProxyRig.with(echoes: true, seed: 7) { rig in
            try await rig.proxy.inject(.delay(.zero, jitter: .milliseconds(3)), on: [.toServer], into: .next(25))
            try await rig.proxy.inject(.dribble(500), on: [.toClient], into: .next(25))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let bytes = Octets.random(5000, seed: UInt64(number))
                        let client = try await rig.dial(on: MultiThreadedEventLoopGroup.singleton)
                        try await client.send(bytes)
                        let received = try await client.receive(bytes.count)
                        #expect(received == bytes, "\(received.count) octets, unended: \(client.isUnended)")
                        try await client.finish()
                        #expect(try await client.end() == .finished)
                    }
                }
                try await group.waitForAll()
            }
            try await rig.proxy.allClosed()
            #expect(rig.proxy.counts.connections == 50)
            #expect(rig.proxy.counts[.toClient].forwarded == 50 * 5000)
        }
    }

    @Test func `closing ends every connection, whatever its fault, and stops listening`() async throws {
        try await ProxyRig.with { rig in
            var pairs = [try await rig.connect()]
            let faults: [FaultProxy.Fault] = [
                .stall(), .stall(reading: false), .blackhole, .dribble(1), .delay(.seconds(86_400)), .halfClose, .cut,
            ]
            for fault in faults {
                try await rig.proxy.inject(fault, on: [.toServer], into: .next(1))
                let client = try await rig.dial()
                client.post(Octets.random(1000))
                if fault != .cut { pairs.append((client, try await rig.server.peer(pairs.count))) }
            }
            await rig.proxy.close()
            #expect(rig.proxy.counts.open == 0)
            for (client, server) in pairs {
                _ = try await client.end()
                _ = try await server.end()
            }
            await #expect(throws: (any Error).self) { try await rig.dial() }
            await rig.proxy.close()
        }
    }

    @Test func `a wait ends when its task is cancelled`() async throws {
        try await ProxyRig.with { rig in
            let task = Task { try await rig.proxy.connections(atLeast: 1) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
