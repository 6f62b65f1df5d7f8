import NIOCore
import SkeinCore
import SkeinWire
import Testing

@Suite struct ReplyProtobufTests {
    private typealias Bytes = WireBytes

    private static func reply(_ id: UInt64, _ number: Int, _ content: [UInt8]) -> [UInt8] {
        Bytes.prefixed(Bytes.field(1, id) + Bytes.field(number, content))
    }

    private static func push(_ content: [UInt8]) -> [UInt8] {
        Bytes.prefixed(Bytes.field(4, content))
    }

    @Test func `the vectors of the protocol notes are reproduced`() {
        let connect = Reply(id: 1, .connect(ConnectResult(client: "c0ffee", version: "", ping: 25, pong: true)))
        #expect(ReplySamples.encode(connect, .protobuf) == Bytes.hexadecimal("10 0801 2a0c 0a06633066666565 3819 4001"))
        let publication = Push.publication(channel: "news", Publication(data: Array("{\"a\":1}".utf8), offset: 301))
        let expected = Bytes.hexadecimal("16 2214 12046e657773 220c 22077b2261223a317d 30ad02")
        #expect(ReplySamples.encode(publication, .protobuf) == expected)
        let error = Reply(id: 2, .error(.permissionDenied))
        let denied = Bytes.hexadecimal("19 0802 1215 0867 12117065726d697373696f6e2064656e696564")
        #expect(ReplySamples.encode(error, .protobuf) == denied)
        #expect(WireFormat.protobuf.ping == [0])
    }

    @Test func `every reply has the number of the protocol, with its content present even when empty`() {
        let serverSide = Bytes.field(3, 1) + Bytes.field(6, "k3") + Bytes.field(9, 9)
        var connect = Bytes.field(1, "b1f2") + Bytes.field(2, "0.1.0") + Bytes.field(3, 1) + Bytes.field(4, 300)
        connect += Bytes.field(6, Bytes.field(1, "#u7") + Bytes.field(2, serverSide)) + Bytes.field(7, 25)
        connect += Bytes.field(8, 1) + Bytes.field(9, "s-81") + Bytes.field(10, "n-3")
        let info = Bytes.field(1, "u2") + Bytes.field(2, "aa")
        let publication = Bytes.field(4, #"{"t":"hi"}"#) + Bytes.field(5, info) + Bytes.field(6, 41)
        var subscribe = Bytes.field(3, 1) + Bytes.field(6, "k3") + Bytes.field(7, publication) + Bytes.field(8, 1)
        subscribe += Bytes.field(9, 40) + Bytes.field(10, 1) + Bytes.field(12, 1)
        let other = Bytes.field(1, "u5") + Bytes.field(2, "cc")
        let presence =
            Bytes.field(1, Bytes.field(1, "aa") + Bytes.field(2, info))
            + Bytes.field(1, Bytes.field(1, "cc") + Bytes.field(2, other))
        let history = HistoryResult(
            publications: [Publication(data: [0xFF], offset: 31)],
            position: ReplySamples.position(42, "k3")
        )
        let rows: [(Reply.Result, Int, [UInt8])] = [
            (.error(.internal), 2, Bytes.field(1, 100) + Bytes.field(2, "internal server error") + Bytes.field(3, 1)),
            (.connect(ReplySamples.connect), 5, connect),
            (.subscribe(ReplySamples.subscribe), 6, subscribe),
            (
                .subscribe(SubscribeResult(ttl: 5, delta: true)), 6,
                Bytes.field(1, 1) + Bytes.field(2, 5) + Bytes.field(13, 1)
            ),
            (.subscribe(SubscribeResult(data: [1])), 6, Bytes.field(11, [1])),
            (.unsubscribe, 7, []),
            (.publish, 8, []),
            (.presence(ReplySamples.members), 9, presence),
            (.presenceStats(PresenceStats(clients: 2, users: 1)), 10, Bytes.field(1, 2) + Bytes.field(2, 1)),
            (
                .history(history), 11,
                Bytes.field(1, Bytes.field(4, [0xFF]) + Bytes.field(6, 31)) + Bytes.field(2, "k3") + Bytes.field(3, 42)
            ),
            (.ping, 12, []),
            (.rpc(data: [7]), 13, Bytes.field(1, [7])),
            (
                .refresh(RefreshResult(client: "c", version: "v", ttl: 9)), 14,
                Bytes.field(1, "c") + Bytes.field(2, "v") + Bytes.field(3, 1) + Bytes.field(4, 9)
            ),
            (.subRefresh(SubRefreshResult(ttl: 9)), 15, Bytes.field(1, 1) + Bytes.field(2, 9)),
        ]
        for (result, number, content) in rows {
            let bytes = ReplySamples.encode(Reply(id: 300, result), .protobuf)
            #expect(bytes == Self.reply(300, number, content), "field \(number)")
        }
    }

    @Test func `every push has the number of the protocol`() {
        let channel = Bytes.field(2, "c")
        let info = ClientInfo(user: "u", client: "s", connectionInfo: [1], channelInfo: [2])
        let member = Bytes.field(1, "u") + Bytes.field(2, "s") + Bytes.field(3, [1]) + Bytes.field(4, [2])
        let tag = Bytes.field(7, Bytes.field(1, "k") + Bytes.field(2, "v"))
        let publication = Publication(data: [9], info: info, offset: 2, tags: [.init(key: "k", value: "v")], time: 3)
        let fields = Bytes.field(4, [9]) + Bytes.field(5, member) + Bytes.field(6, 2) + tag + Bytes.field(9, 3)
        let position =
            Bytes.field(1, 1) + Bytes.field(4, "e") + Bytes.field(5, 9) + Bytes.field(6, 1) + Bytes.field(7, [5])
        let subscribed = SubscribeResult(
            recoverable: true,
            positioned: true,
            position: ReplySamples.position(9, "e"),
            data: [5]
        )
        let connected = ConnectResult(
            client: "s",
            version: "v",
            ttl: 4,
            data: [1],
            subs: [("c", SubscribeResult(delta: true))],
            ping: 25
        )
        var connect = Bytes.field(1, "s") + Bytes.field(2, "v") + Bytes.field(3, [1])
        connect += Bytes.field(4, Bytes.field(1, "c") + Bytes.field(2, Bytes.field(13, 1)))
        connect += Bytes.field(5, 1) + Bytes.field(6, 4) + Bytes.field(7, 25)
        let rows: [(Push, [UInt8])] = [
            (.publication(channel: "c", publication), channel + Bytes.field(4, fields)),
            (.join(channel: "c", info), channel + Bytes.field(5, Bytes.field(1, member))),
            (.leave(channel: "c", info), channel + Bytes.field(6, Bytes.field(1, member))),
            (
                .unsubscribe(channel: "c", .server),
                channel + Bytes.field(7, Bytes.field(2, 2000) + Bytes.field(3, "server unsubscribe"))
            ),
            (.message(data: [8]), Bytes.field(8, Bytes.field(1, [8]))),
            (.subscribe(channel: "c", subscribed), channel + Bytes.field(9, position)),
            (.connect(connected), Bytes.field(10, connect)),
            (.disconnect(.shutdown), Bytes.field(11, Bytes.field(1, 3001) + Bytes.field(2, "shutdown"))),
            (.refresh(ttl: 4), Bytes.field(12, Bytes.field(1, 1) + Bytes.field(2, 4))),
        ]
        for (push, content) in rows {
            #expect(ReplySamples.encode(push, .protobuf) == Self.push(content), "\(push)")
        }
    }

    @Test func `payloads are bytes, and only a patch is marked`() {
        let publication = Publication(data: [0xFF, 0x00])
        func bytes(_ payload: PublicationPayload) -> [UInt8] {
            var buffer = ByteBuffer()
            WireFormat.protobuf.encodePublication(
                channel: "c",
                publication,
                payload: payload,
                into: &buffer,
                first: true
            )
            return Array(buffer.readableBytesView)
        }
        let full = Self.push(Bytes.field(2, "c") + Bytes.field(4, Bytes.field(4, [0xFF, 0x00])))
        #expect(bytes(.plain) == full)
        #expect(bytes(.deltaFull) == full)
        let patch = Self.push(Bytes.field(2, "c") + Bytes.field(4, Bytes.field(4, [1, 2]) + Bytes.field(8, 1)))
        #expect(bytes(.deltaPatch([1, 2])) == patch)
    }

    @Test func `messages of one frame follow each other without a separator`() {
        var buffer = ByteBuffer()
        WireFormat.protobuf.encode(Reply(id: 3, .publish), into: &buffer, first: true)
        WireFormat.protobuf.encodePing(into: &buffer, first: false)
        WireFormat.protobuf.encode(Push.refresh(ttl: nil), into: &buffer, first: false)
        #expect(Array(buffer.readableBytesView) == Bytes.hexadecimal("04 0803 4200 00 04 2202 6200"))
    }

    @Test func `a message beyond 127 bytes has a length of two`() {
        let bytes = ReplySamples.encode(Push.message(data: [UInt8](repeating: 7, count: 300)), .protobuf)
        #expect(bytes == Self.push(Bytes.field(8, Bytes.field(1, [UInt8](repeating: 7, count: 300)))))
        #expect(bytes[0] & 0x80 != 0)
    }
}
