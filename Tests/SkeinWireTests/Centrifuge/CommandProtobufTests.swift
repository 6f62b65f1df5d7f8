import NIOCore
import SkeinCore
import SkeinTestKit
import SkeinWire
import Testing

@Suite struct CommandProtobufTests {
    private static let connect: [UInt8] = WireBytes.hexadecimal("10 0801 220c 0a03746f6b 22057377696674")
    private static let subscribe: [UInt8] = WireBytes.hexadecimal("13 0802 2a0f 0a046e657773 1801 32026531 38ac02")
    private static let publish: [UInt8] = WireBytes.hexadecimal("13 0803 3a0f 0a046e657773 12077b2261223a317d")

    private static let vectors: [(bytes: [UInt8], command: Command)] = [
        (Self.connect, Command(id: 1, .connect(ConnectRequest(token: "tok", name: "swift")))),
        (
            Self.subscribe,
            Command(
                id: 2,
                .subscribe(
                    SubscribeRequest(channel: "news", recover: true, position: StreamPosition(offset: 300, epoch: "e1"))
                )
            )
        ),
        (Self.publish, Command(id: 3, .publish(PublishRequest(channel: "news", data: Array("{\"a\":1}".utf8))))),
        ([0], Command(id: 0, .pong)),
    ]

    @Test func `the vectors of the protocol notes are decoded, alone and in one frame`() throws {
        for vector in Self.vectors {
            #expect(try CommandSamples.decode(vector.bytes, .protobuf) == [vector.command])
        }
        let frame = Self.vectors.flatMap(\.bytes)
        #expect(try CommandSamples.decode(frame, .protobuf) == Self.vectors.map(\.command))
    }

    @Test func `every request has the number of the protocol`() throws {
        let channel = WireBytes.field(1, "c")
        let payload = WireBytes.field(1, [1, 2])
        let since = WireBytes.field(1, 30) + WireBytes.field(2, "k3")
        let rows: [(Int, [UInt8], Command.Request)] = [
            (4, [], .connect(ConnectRequest())),
            (6, channel, .unsubscribe(channel: "c")),
            (8, channel, .presence(channel: "c")),
            (9, channel, .presenceStats(channel: "c")),
            (
                10, channel + WireBytes.field(7, 20) + WireBytes.field(8, since) + WireBytes.field(9, 1),
                .history(
                    HistoryRequest(
                        channel: "c",
                        limit: 20,
                        since: StreamPosition(offset: 30, epoch: "k3"),
                        reverse: true
                    )
                )
            ),
            (11, [], .ping),
            (12, payload, .send(data: [1, 2])),
            (13, payload + WireBytes.field(2, "m"), .rpc(RPCRequest(method: "m", data: [1, 2]))),
            (14, WireBytes.field(1, "t"), .refresh(token: "t")),
            (15, channel + WireBytes.field(2, "t"), .subRefresh(SubRefreshRequest(channel: "c", token: "t"))),
            (16, channel, .unknown),
        ]
        for (number, content, request) in rows {
            let frame = WireBytes.prefixed(WireBytes.field(1, 7) + WireBytes.field(number, content))
            #expect(try CommandSamples.decode(frame, .protobuf) == [Command(id: 7, request)])
        }
    }

    @Test func `a subscription has every field`() throws {
        var content =
            WireBytes.field(1, "c") + WireBytes.field(2, "t") + WireBytes.field(3, 1) + WireBytes.field(6, "e")
        content +=
            WireBytes.field(7, UInt64.max) + WireBytes.field(8, [0xFF]) + WireBytes.field(9, 1) + WireBytes.field(10, 1)
        content +=
            WireBytes.field(11, 1) + WireBytes.field(12, "fossil") + WireBytes.field(13, []) + WireBytes.field(14, 2)
        content += WireBytes.field(15, UInt64.max)
        let frame = WireBytes.prefixed(WireBytes.field(1, 7) + WireBytes.field(5, content))
        let expected = SubscribeRequest(
            channel: "c",
            token: "t",
            recover: true,
            position: StreamPosition(offset: UInt64.max, epoch: "e"),
            data: [0xFF],
            positioned: true,
            recoverable: true,
            joinLeave: true,
            delta: "fossil",
            flag: 2,
            type: -1,
            hasTagFilter: true
        )
        #expect(try CommandSamples.decode(frame, .protobuf) == [Command(id: 7, .subscribe(expected))])
    }

    @Test func `subs of a connect is a map, compared by bytes`() throws {
        func entry(_ name: String, _ offset: UInt64) -> [UInt8] {
            WireBytes.field(3, WireBytes.field(1, name) + WireBytes.field(2, WireBytes.field(7, offset)))
        }
        let content = entry("\u{E9}", 1) + entry("e\u{301}", 2) + entry("a", 3) + entry("a", 4)
        let frame = WireBytes.prefixed(WireBytes.field(1, 7) + WireBytes.field(4, content))
        func request(_ offset: UInt64) -> SubscribeRequest {
            SubscribeRequest(position: StreamPosition(offset: offset, epoch: ""))
        }
        let subs: [ChannelName: SubscribeRequest] = ["\u{E9}": request(1), "e\u{301}": request(2), "a": request(4)]
        #expect(try CommandSamples.decode(frame, .protobuf) == [Command(id: 7, .connect(ConnectRequest(subs: subs)))])
    }

    @Test func `subs has room for 1024 channels`() throws {
        func frame(_ count: Int) -> [UInt8] {
            let entries = (0..<count).flatMap { WireBytes.field(3, WireBytes.field(1, "\($0)")) }
            return WireBytes.prefixed(WireBytes.field(1, 7) + WireBytes.field(4, entries))
        }
        #expect(try CommandSamples.decode(frame(1024), .protobuf).count == 1)
        #expect(throws: CommandDecodingError(.malformed)) { try CommandSamples.decode(frame(1025), .protobuf) }
    }

    @Test func `of several requests the smallest number counts, and no id means pong or send`() throws {
        let send = WireBytes.field(12, WireBytes.field(1, [9]))
        let publish = WireBytes.field(7, WireBytes.field(1, "c"))
        let both = WireBytes.prefixed(WireBytes.field(1, 7) + send + publish)
        #expect(
            try CommandSamples.decode(both, .protobuf) == [
                Command(id: 7, .publish(PublishRequest(channel: "c", data: [])))
            ]
        )
        #expect(try CommandSamples.decode(WireBytes.prefixed(send), .protobuf) == [Command(id: 0, .send(data: [9]))])
        #expect(try CommandSamples.decode(WireBytes.prefixed(publish), .protobuf) == [Command(id: 0, .pong)])
        #expect(
            try CommandSamples.decode(WireBytes.prefixed(send + publish), .protobuf) == [
                Command(id: 0, .send(data: [9]))
            ]
        )
    }

    @Test(arguments: [
        "01", "0208", "028001", "8000", "808000", "ff", "ffffffffff", "ffffffffffff", "8080808080808080808001",
        "00 05 0801",
        // Field number zero, a group that does not end, a varint of eleven bytes, half a fixed number.
        "02 0001", "01 0b", "02 0b14", "0c 08 ffffffffffffffffffff01", "03 0d0000",
        // Lengths beyond the message and text that is not UTF-8.
        "04 0801 3a05", "05 3a03 0a0561", "07 0801 3a03 0a01ff",
    ])
    func `bytes that are no message are malformed`(hexadecimal: String) {
        #expect(throws: CommandDecodingError(.malformed)) {
            try CommandSamples.decode(WireBytes.hexadecimal(hexadecimal), .protobuf)
        }
    }

    @Test func `a known number with another wire type is an unknown field`() throws {
        for unknown in [WireBytes.field(1, "x"), WireBytes.field(4, 1), [0x0B, 0x0C]] {
            let frame = WireBytes.prefixed(unknown + WireBytes.field(11, []) + WireBytes.field(1, 7))
            #expect(try CommandSamples.decode(frame, .protobuf) == [Command(id: 7, .ping)])
        }
    }

    @Test func `an empty frame is no frame`() {
        #expect(throws: CommandDecodingError(.empty)) { try CommandSamples.decode([], .protobuf) }
    }

    @Test func `the commands before a malformed one are delivered`() {
        var delivered: [Command] = []
        #expect(throws: CommandDecodingError(.malformed)) {
            let frame = ByteBuffer(bytes: Self.connect + [0, 9, 1])
            try WireFormat.protobuf.decodeCommands(in: frame, limit: 64) { delivered.append($0) }
        }
        #expect(delivered.map(\.id) == [1, 0])
    }

    @Test func `a frame holds as many commands as the limit says`() throws {
        #expect(try CommandSamples.decode([UInt8](repeating: 0, count: 64), .protobuf).count == 64)
        #expect(throws: CommandDecodingError(.tooManyCommands)) {
            try CommandSamples.decode([UInt8](repeating: 0, count: 65), .protobuf)
        }
    }

    @Test func `unknown fields are skipped however many there are`() throws {
        let unknown = (0..<10_000).flatMap { _ in WireBytes.field(100, "x") }
        let frame = WireBytes.prefixed(unknown + WireBytes.field(1, 7) + WireBytes.field(11, []))
        #expect(try CommandSamples.decode(frame, .protobuf) == [Command(id: 7, .ping)])
    }

    @Test func `deep groups and deep filters do not reach the stack`() throws {
        let groups = [UInt8](repeating: 0x1B, count: 60_000)
        #expect(throws: CommandDecodingError(.malformed)) {
            try CommandSamples.decode(WireBytes.prefixed(groups), .protobuf)
        }
        var filter: [UInt8] = []
        for _ in 0..<2000 { filter = WireBytes.field(6, filter) }
        let frame = WireBytes.prefixed(WireBytes.field(1, 7) + WireBytes.field(5, WireBytes.field(13, filter)))
        #expect(
            try CommandSamples.decode(frame, .protobuf) == [
                Command(id: 7, .subscribe(SubscribeRequest(hasTagFilter: true)))
            ]
        )
    }

    @Test func `no prefix of a vector is a command`() {
        for vector in Self.vectors {
            for count in 0..<vector.bytes.count {
                #expect(throws: CommandDecodingError.self) {
                    try CommandSamples.decode(Array(vector.bytes[..<count]), .protobuf)
                }
            }
        }
    }

    @Test func `damaged and random frames never trap`() {
        var random = SeededGenerator(seed: 34)
        let frame = Self.vectors.flatMap(\.bytes)
        for _ in 0..<3000 {
            var damaged = frame
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? CommandSamples.decode(damaged, .protobuf)
            let noise = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = try? CommandSamples.decode(WireBytes.prefixed(noise), .protobuf)
        }
    }
}
