import Glibc
import NIOCore
import SkeinTestKit
import Testing

@testable import SkeinTransport

/// Which socket is told what, whoever comes and goes in between.
@Suite struct SocketSetTests {
    /// One end of a connection in a set, and the descriptor of the other.
    private final class End: Pollable {
        let descriptor: CInt
        let peer: CInt
        /// Bytes that were sent and have not been read.
        var unread = 0
        var isMember = true
        var told: [Readiness] = []
        var onReady: (End, Readiness) -> Void = { _, _ in }

        init() {
            var pair: [CInt] = [0, 0]
            precondition(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0)
            self.descriptor = pair[0]
            self.peer = pair[1]
        }

        func say(_ count: Int = 1) {
            let bytes = [UInt8](repeating: 0x61, count: count)
            precondition(bytes.withUnsafeBytes { systemSend(self.peer, $0) } == count)
            self.unread += count
        }

        func ready(_ readiness: Readiness) {
            self.told.append(readiness)
            self.onReady(self, readiness)
        }

        func close() { systemClose(self.descriptor) }

        func closeBoth() {
            systemClose(self.descriptor)
            systemClose(self.peer)
        }
    }

    @Test func `who has something to read is told as long as it has not read it, and the others are not`() throws {
        let set = try SocketSet()
        let ends = [End(), End()]
        for end in ends { try set.add(end, for: .readable) }
        ends[1].say(3)
        set.poll()
        set.poll()
        #expect(ends[0].told == [] && ends[1].told == [.readable, .readable])
        #expect(try set.read(ends[1])?.readableBytes == 3)
        set.poll()
        #expect(ends[1].told.count == 2)
        #expect(try set.read(ends[1]) == nil, "nothing is there")
        for end in ends { end.closeBoth() }
    }

    @Test func `a member is told only what it wants to know, and always that its connection is broken`() throws {
        let set = try SocketSet()
        let end = End()
        try set.add(end, for: [.readable, .writable])
        set.poll()
        #expect(end.told == [.writable])
        try set.change(end, to: .readable)
        set.poll()
        try set.change(end, to: [])
        end.say()
        set.poll()
        #expect(end.told == [.writable])
        systemClose(end.peer)
        set.poll()
        #expect(end.told.count == 2 && end.told.last?.isDisjoint(with: .failed) == false)
        systemClose(end.descriptor)
    }

    @Test func `who is removed hears nothing more, though its descriptor stays open`() throws {
        let set = try SocketSet()
        let end = End()
        try set.add(end, for: .readable)
        set.remove(end)
        end.say()
        set.poll()
        #expect(end.told == [])
        end.closeBoth()
    }

    @Test func `what cannot be watched is an error`() throws {
        /// A file is always readable, so the kernel refuses to watch one.
        final class File: Pollable {
            let descriptor = open("/dev/null", O_RDONLY)
            func ready(_ readiness: Readiness) {}
            func close() { systemClose(self.descriptor) }
        }
        let set = try SocketSet()
        let file = File()
        #expect(throws: IOError.self) { try set.add(file, for: .readable) }
        file.close()
    }

    /// Descriptors are small numbers that come back at once. In the middle of a look at the set members end, and new ones get their
    /// descriptors: an event that was meant for the earlier one must not reach the later one.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `nobody hears what was meant for an earlier owner of its descriptor`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let set = try SocketSet()
        var ends: [End] = []
        func add() throws {
            let end = End()
            end.onReady = { end, readiness in
                #expect(end.isMember && readiness == .readable && end.unread > 0, "seed \(seed)")
                if let bytes = try? set.read(end) { end.unread -= bytes.readableBytes }
                guard Bool.random(using: &random), let index = ends.indices.randomElement(using: &random) else {
                    return
                }
                let other = ends.remove(at: index)
                other.isMember = false
                set.forget(other)
                other.closeBoth()
                if Bool.random(using: &random) { try? add() }
            }
            try set.add(end, for: .readable)
            ends.append(end)
        }
        for _ in 0..<300 {
            if ends.count < 12 { try add() }
            for end in ends where Int.random(in: 0..<3, using: &random) == 0 { end.say() }
            set.poll()
            for end in ends where end.unread > 0 {
                // One that came in the middle of the look, or behind its batch, is told at the next.
                set.poll()
                #expect(!ends.contains { $0 === end } || end.unread == 0, "seed \(seed)")
            }
        }
        for end in ends { end.closeBoth() }
    }
}
