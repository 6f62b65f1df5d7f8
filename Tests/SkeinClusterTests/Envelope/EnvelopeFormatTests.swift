import NIOCore
import SkeinCore
import Testing

@testable import SkeinCluster

/// The bytes themselves. Nodes of other versions and the functions inside Redis rely on them: a change here needs
/// another version of the envelope.
@Suite
struct EnvelopeFormatTests {
    private static let info = ClientInfo(user: "u1", client: "c", connectionInfo: [0x7B, 0x7D], channelInfo: [])
    private static let infoBytes: [UInt8] = [
        0x00, 0x00, 0x00, 0x02, 0x75, 0x31,  // "u1"
        0x00, 0x00, 0x00, 0x01, 0x63,  // "c"
        0x03,  // connection info and channel info
        0x00, 0x00, 0x00, 0x02, 0x7B, 0x7D,  // "{}"
        0x00, 0x00, 0x00, 0x00,
    ]

    @Test
    func `a live publication of data alone is three bytes more than the data`() {
        self.expect([0x01, 0x01, 0x00, 0x68, 0x69]) {
            Envelope.writeLive(Publication(data: [0x68, 0x69]), into: &$0)
        }
    }

    @Test
    func `a live publication has its parts in the order of their flags`() {
        let publication = Publication(
            data: [0x68, 0x69],
            info: Self.info,
            tags: [.init(key: "k", value: "é"), .init(key: "", value: "")],
            allowsDelta: true,
            excludedClient: "c"
        )
        let tags: [UInt8] = [
            0x00, 0x00, 0x00, 0x02,
            0x00, 0x00, 0x00, 0x01, 0x6B, 0x00, 0x00, 0x00, 0x02, 0xC3, 0xA9,  // "k", "é"
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // "", ""
        ]
        let head: [UInt8] = [0x01, 0x01, 0x0F, 0x00, 0x00, 0x00, 0x16]
        let excluded: [UInt8] = [0x00, 0x00, 0x00, 0x01, 0x63]
        self.expect(head + Self.infoBytes + tags + excluded + [0x68, 0x69]) {
            Envelope.writeLive(publication, into: &$0)
        }
    }

    @Test(arguments: [
        (Publication(data: [9], allowsDelta: true), [0x01, 0x09] as [UInt8]),
        (
            Publication(data: [9], info: ClientInfo(user: "", client: "")),
            [0x02, 0, 0, 0, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x09]
        ),
        (
            Publication(data: [9], tags: [.init(key: "", value: "")]),
            [0x04, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x09]
        ),
        (Publication(data: [9], excludedClient: ""), [0x08, 0, 0, 0, 0, 0x09]),
    ])
    func `each part of a body has its own flag`(_ publication: Publication, _ bytes: [UInt8]) {
        self.expect([0x01, 0x01] + bytes) { Envelope.writeLive(publication, into: &$0) }
        #expect(EnvelopeSamples.bytes { Envelope.writeBody(of: publication, into: &$0) } == bytes)
    }

    @Test
    func `a positioned publication has offset, time and epoch in front of the body`() {
        let publication = Publication(
            data: [0x68, 0x69],
            offset: 0x0102_0304_0506_0708,
            epoch: "ab.c",
            time: 0x0000_0190_ABCD_EF01
        )
        let bytes: [UInt8] = [
            0x01, 0x02,
            0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
            0x00, 0x00, 0x01, 0x90, 0xAB, 0xCD, 0xEF, 0x01,
            0x04, 0x61, 0x62, 0x2E, 0x63,
            0x00, 0x68, 0x69,
        ]
        self.expect(bytes) { Envelope.writePositioned(publication, into: &$0) }
    }

    @Test
    func `a join and a leave are an info behind two bytes`() {
        self.expect([0x01, 0x03] + Self.infoBytes) { Envelope.writeJoin(of: Self.info, into: &$0) }
        self.expect([0x01, 0x04] + Self.infoBytes) { Envelope.writeLeave(of: Self.info, into: &$0) }
        #expect(EnvelopeSamples.bytes { Envelope.writeInfo(Self.info, into: &$0) } == Self.infoBytes)
    }

    @Test
    func `each part of an info has its own flag`() {
        let empty = [UInt8](repeating: 0, count: 8)
        let cases: [(connection: [UInt8]?, channel: [UInt8]?, bytes: [UInt8])] = [
            (nil, nil, [0x00]),
            ([5], nil, [0x01, 0, 0, 0, 1, 5]),
            (nil, [6], [0x02, 0, 0, 0, 1, 6]),
            ([5], [6], [0x03, 0, 0, 0, 1, 5, 0, 0, 0, 1, 6]),
        ]
        for (connection, channel, bytes) in cases {
            let info = ClientInfo(user: "", client: "", connectionInfo: connection, channelInfo: channel)
            self.expect([0x01, 0x03] + empty + bytes) { Envelope.writeJoin(of: info, into: &$0) }
        }
    }

    @Test
    func `an entry is a time in front of a body`() throws {
        let entry: [UInt8] = [0x00, 0x00, 0x01, 0x90, 0xAB, 0xCD, 0xEF, 0x01, 0x01, 0x68, 0x69]
        let decoded = entry.withUnsafeBytes { Envelope.decodeEntry(offset: 9, epoch: "ab.c", entry: $0) }
        let expected = Publication(
            data: [0x68, 0x69],
            offset: 9,
            epoch: "ab.c",
            time: 0x0000_0190_ABCD_EF01,
            allowsDelta: true
        )
        #expect(EnvelopeSamples.areSame(try #require(decoded), expected))
    }

    /// Both ways: these bytes are written, and these bytes are read as what writes them.
    private func expect(_ bytes: [UInt8], _ write: (inout ByteBuffer) -> Void) {
        #expect(EnvelopeSamples.bytes(write) == bytes)
        #expect(EnvelopeSamples.decode(bytes).flatMap { EnvelopeSamples.encode($0) } == bytes)
    }
}
