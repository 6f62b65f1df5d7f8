import NIOCore
import SkeinCore
import Testing

@testable import SkeinCluster

@Suite
struct EnvelopeTests {
    @Test
    func `a live publication comes back without position and time, in exactly the announced size`() throws {
        for publication in EnvelopeSamples.publications {
            let bytes = EnvelopeSamples.bytes { Envelope.writeLive(publication, into: &$0) }
            #expect(bytes.count == Envelope.liveSize(of: publication))
            let decoded = try #require(EnvelopeSamples.publication(bytes))
            #expect(EnvelopeSamples.areSame(decoded, publication.placed(at: .none, time: 0)))
        }
    }

    @Test
    func `a positioned publication comes back whole, in exactly the announced size`() throws {
        for publication in EnvelopeSamples.publications {
            let bytes = EnvelopeSamples.bytes { Envelope.writePositioned(publication, into: &$0) }
            #expect(bytes.count == Envelope.positionedSize(of: publication))
            let decoded = try #require(EnvelopeSamples.publication(bytes))
            #expect(EnvelopeSamples.areSame(decoded, publication))
        }
    }

    @Test
    func `offset, time and epoch have their whole ranges`() throws {
        for epoch in ["x", String(repeating: "é", count: 127) + "!"] {
            let placed = Publication(data: [], offset: .max, epoch: epoch, time: .max)
            let bytes = EnvelopeSamples.bytes { Envelope.writePositioned(placed, into: &$0) }
            let decoded = try #require(EnvelopeSamples.publication(bytes))
            #expect(EnvelopeSamples.areSame(decoded, placed))
        }
    }

    @Test
    func `joins and leaves come back as what they were`() throws {
        for info in EnvelopeSamples.infos {
            let join = EnvelopeSamples.bytes { Envelope.writeJoin(of: info, into: &$0) }
            let leave = EnvelopeSamples.bytes { Envelope.writeLeave(of: info, into: &$0) }
            #expect(join.count == Envelope.announcementSize(of: info))
            #expect(leave.count == Envelope.announcementSize(of: info))
            guard case .join(let joined) = EnvelopeSamples.decode(join),
                case .leave(let left) = EnvelopeSamples.decode(leave)
            else {
                Issue.record("\(join) or \(leave) is something else")
                continue
            }
            #expect(EnvelopeSamples.areSame(joined, info))
            #expect(EnvelopeSamples.areSame(left, info))
        }
    }

    @Test
    func `an info outside an envelope comes back, in exactly the announced size`() throws {
        for info in EnvelopeSamples.infos {
            let bytes = EnvelopeSamples.bytes { Envelope.writeInfo(info, into: &$0) }
            #expect(bytes.count == Envelope.infoSize(of: info))
            let decoded = try #require(bytes.withUnsafeBytes { Envelope.decodeInfo($0) })
            #expect(EnvelopeSamples.areSame(decoded, info))
        }
    }

    @Test
    func `a body behind its time is an entry, and gets the place that the stream gives it`() throws {
        for publication in EnvelopeSamples.publications {
            var buffer = ByteBuffer(integer: UInt64(publication.time))
            Envelope.writeBody(of: publication, into: &buffer)
            #expect(buffer.readableBytes == 8 + Envelope.bodySize(of: publication))
            let decoded = buffer.withUnsafeReadableBytes {
                Envelope.decodeEntry(offset: publication.offset, epoch: publication.epoch, entry: $0)
            }
            #expect(EnvelopeSamples.areSame(try #require(decoded), publication))
        }
    }

    @Test
    func `an entry without a place does not decode`() {
        let entry = [UInt8](repeating: 0, count: 9)
        entry.withUnsafeBytes { entry in
            #expect(Envelope.decodeEntry(offset: 1, epoch: "e", entry: entry) != nil)
            #expect(Envelope.decodeEntry(offset: 0, epoch: "e", entry: entry) == nil)
            #expect(Envelope.decodeEntry(offset: 1, epoch: "", entry: entry) == nil)
        }
    }

    @Test
    func `writing appends behind what a buffer holds, and leaves what was read from it alone`() throws {
        let publication = try #require(EnvelopeSamples.publications.last)
        var buffer = ByteBuffer(string: "skip$123\r\n")
        buffer.moveReaderIndex(forwardBy: 4)
        Envelope.writeBody(of: publication, into: &buffer)
        buffer.writeString("\r\n")
        let body = EnvelopeSamples.bytes { Envelope.writeBody(of: publication, into: &$0) }
        #expect(Array(buffer.readableBytesView) == Array("$123\r\n".utf8) + body + Array("\r\n".utf8))
    }

    @Test
    func `megabytes of text, more tags than 16 bits count and megabytes of data come back`() throws {
        let text = String(repeating: "\u{1F600}\u{0}", count: 500_000)
        let publication = Publication(
            data: Array(repeating: 0xAB, count: 3_000_000),
            info: ClientInfo(user: text, client: text, connectionInfo: Array(text.utf8), channelInfo: []),
            offset: 1,
            epoch: "e",
            tags: (0..<70_000).map { .init(key: String($0), value: "") } + [.init(key: text, value: text)],
            excludedClient: text
        )
        let bytes = EnvelopeSamples.bytes { Envelope.writePositioned(publication, into: &$0) }
        #expect(bytes.count == Envelope.positionedSize(of: publication))
        let decoded = try #require(EnvelopeSamples.publication(bytes))
        #expect(EnvelopeSamples.areSame(decoded, publication))
    }

    @Test
    func `a known epoch is used only when it has the same bytes`() throws {
        let composed = "\u{E9}poch-89abcdef"
        let decomposed = "e\u{301}poch-89abcdef"
        #expect(composed == decomposed)
        let placed = Publication(data: [1], offset: 3, epoch: composed, time: 5)
        let bytes = EnvelopeSamples.bytes { Envelope.writePositioned(placed, into: &$0) }
        for known in [composed, decomposed, "", "x", composed + "x", nil] {
            guard case .publication(let decoded) = EnvelopeSamples.decode(bytes, knownEpoch: known) else {
                Issue.record("nothing with \(known ?? "nil")")
                continue
            }
            #expect(EnvelopeSamples.areSame(decoded, placed))
        }
    }

    @Test
    func `a known epoch is used, not copied`() throws {
        let epoch = String(repeating: "0123456789abcdef.", count: 3) + String(UInt32.max)
        let placed = Publication(data: [1], offset: 3, epoch: epoch, time: 5)
        let bytes = EnvelopeSamples.bytes { Envelope.writePositioned(placed, into: &$0) }
        guard case .publication(let reused) = EnvelopeSamples.decode(bytes, knownEpoch: epoch),
            case .publication(let copied) = EnvelopeSamples.decode(bytes)
        else {
            Issue.record("not a publication")
            return
        }
        #expect(Self.address(of: reused.epoch) == Self.address(of: epoch))
        #expect(Self.address(of: copied.epoch) != Self.address(of: epoch))
    }

    @Test
    func `bytes are compared to the last one, whatever their number`() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8($0 + 40) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(bytes.withUnsafeBytes { text.hasBytes($0) })
            #expect((bytes + [0]).withUnsafeBytes { !text.hasBytes($0) })
            for index in 0..<count {
                var other = bytes
                other[index] ^= 1
                #expect(other.withUnsafeBytes { !text.hasBytes($0) })
            }
        }
    }

    /// Texts of more than 15 bytes lie on the heap, so that the address tells them apart.
    private static func address(of text: String) -> UnsafeRawPointer? {
        text.utf8.withContiguousStorageIfAvailable { UnsafeRawPointer($0.baseAddress) } ?? nil
    }
}
