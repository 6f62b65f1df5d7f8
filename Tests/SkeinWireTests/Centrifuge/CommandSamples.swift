import NIOCore
import SkeinCore
import SkeinWire

/// Commands as text and as the values that they are.
enum CommandSamples {
    static func decode(_ text: String) throws(CommandDecodingError) -> [Command] {
        try Self.decode(Array(text.utf8), .json)
    }

    static func decode(_ bytes: [UInt8], _ format: WireFormat) throws(CommandDecodingError) -> [Command] {
        var commands: [Command] = []
        try format.decodeCommands(in: ByteBuffer(bytes: bytes), limit: 64) { commands.append($0) }
        return commands
    }

    static let json: [(String, Command)] = [
        (
            #"{"id":1,"connect":{"token":"eyJ","data":{"app":"chat"},"name":"swift","version":"0.1"}}"#,
            Command(
                id: 1,
                .connect(
                    ConnectRequest(token: "eyJ", data: Array(#"{"app":"chat"}"#.utf8), name: "swift", version: "0.1")
                )
            )
        ),
        (
            ##"{"id":1,"connect":{"subs":{"#u7":{"recover":true,"epoch":"k3","offset":9}}}}"##,
            Command(
                id: 1,
                .connect(
                    ConnectRequest(subs: [
                        "#u7": SubscribeRequest(recover: true, position: StreamPosition(offset: 9, epoch: "k3"))
                    ])
                )
            )
        ),
        (
            #"{"id":2,"subscribe":{"channel":"room:9","token":"eyJ","recover":true,"epoch":"k3","#
                + #""offset":40,"delta":"fossil"}}"#,
            Command(
                id: 2,
                .subscribe(
                    SubscribeRequest(
                        channel: "room:9",
                        token: "eyJ",
                        recover: true,
                        position: StreamPosition(offset: 40, epoch: "k3"),
                        delta: "fossil"
                    )
                )
            )
        ),
        (
            #"{"subscribe":{"type":-1,"flag":3,"tf":{"op":"and","nodes":[{}]},"join_leave":true,"positioned":true,"#
                + #""recoverable":true,"data":[1],"offset":18446744073709551615,"channel":"c"},"id":4294967295}"#,
            Command(
                id: UInt32.max,
                .subscribe(
                    SubscribeRequest(
                        channel: "c",
                        position: StreamPosition(offset: UInt64.max, epoch: ""),
                        data: Array("[1]".utf8),
                        positioned: true,
                        recoverable: true,
                        joinLeave: true,
                        flag: 3,
                        type: -1,
                        hasTagFilter: true
                    )
                )
            )
        ),
        (
            #"{"id":3,"publish":{"channel":"room:9","data":{"t":"hello"}}}"#,
            Command(id: 3, .publish(PublishRequest(channel: "room:9", data: Array(#"{"t":"hello"}"#.utf8))))
        ),
        (#"{"id":4,"presence":{"channel":"room:9"}}"#, Command(id: 4, .presence(channel: "room:9"))),
        (#"{"id":5,"presence_stats":{"channel":"room:9"}}"#, Command(id: 5, .presenceStats(channel: "room:9"))),
        (
            #"{"id":6,"history":{"channel":"room:9","limit":20,"since":{"offset":30,"epoch":"k3"},"reverse":false}}"#,
            Command(
                id: 6,
                .history(HistoryRequest(channel: "room:9", limit: 20, since: StreamPosition(offset: 30, epoch: "k3")))
            )
        ),
        (
            #"{"id":6,"history":{"channel":"room:9","limit":-1,"reverse":true}}"#,
            Command(id: 6, .history(HistoryRequest(channel: "room:9", limit: -1, reverse: true)))
        ),
        (
            #"{"id":7,"rpc":{"method":"whoami","data":{}}}"#,
            Command(id: 7, .rpc(RPCRequest(method: "whoami", data: Array("{}".utf8))))
        ),
        (#"{"id":8,"refresh":{"token":"eyJ"}}"#, Command(id: 8, .refresh(token: "eyJ"))),
        (
            #"{"id":9,"sub_refresh":{"channel":"room:9","token":"eyJ"}}"#,
            Command(id: 9, .subRefresh(SubRefreshRequest(channel: "room:9", token: "eyJ")))
        ),
        (#"{"id":10,"unsubscribe":{"channel":"room:9"}}"#, Command(id: 10, .unsubscribe(channel: "room:9"))),
        (#"{"send":{"data":{"typing":true}}}"#, Command(id: 0, .send(data: Array(#"{"typing":true}"#.utf8)))),
        (#"{"id":5,"send":{"data":1}}"#, Command(id: 5, .send(data: [UInt8(ascii: "1")]))),
        (#"{"id":11,"ping":{}}"#, Command(id: 11, .ping)),
        ("{}", Command(id: 0, .pong)),
        (#"{"id":0}"#, Command(id: 0, .pong)),
        (#"{"id":0,"publish":{"channel":"a","data":1}}"#, Command(id: 0, .pong)),
        (#"{"publish":{"channel":"a"},"send":{"data":2}}"#, Command(id: 0, .send(data: [UInt8(ascii: "2")]))),
        (#"{"id":12}"#, Command(id: 12, .unknown)),
        (#"{"id":12,"teleport":{"to":"x"}}"#, Command(id: 12, .unknown)),
        (
            #"{"id":13,"ping":{},"unsubscribe":{"channel":"a"},"publish":{}}"#,
            Command(id: 13, .unsubscribe(channel: "a"))
        ),
        (
            #"{"publish":{"channel":"\u0061\"é"},"id":14}"#,
            Command(id: 14, .publish(PublishRequest(channel: "a\"é", data: [])))
        ),
    ]
}
