import NIOCore
import SkeinCore
import SkeinWire

/// Replies and pushes as values, and the JSON that the protocol notes show for them.
enum ReplySamples {
    static func encode(_ reply: Reply, _ format: WireFormat) -> [UInt8] {
        var buffer = ByteBuffer()
        format.encode(reply, into: &buffer, first: true)
        return Array(buffer.readableBytesView)
    }

    static func encode(_ push: Push, _ format: WireFormat) -> [UInt8] {
        var buffer = ByteBuffer()
        format.encode(push, into: &buffer, first: true)
        return Array(buffer.readableBytesView)
    }

    static func position(_ offset: UInt64, _ epoch: String) -> StreamPosition {
        StreamPosition(offset: offset, epoch: epoch)
    }

    static let serverSide = SubscribeResult(recoverable: true, position: Self.position(9, "k3"))

    static let connect = ConnectResult(
        client: "b1f2",
        version: "0.1.0",
        ttl: 300,
        subs: [("#u7", Self.serverSide)],
        ping: 25,
        pong: true,
        session: "s-81",
        node: "n-3"
    )

    static let subscribe = SubscribeResult(
        recoverable: true,
        positioned: true,
        position: Self.position(40, "k3"),
        publications: [
            Publication(data: Array(#"{"t":"hi"}"#.utf8), info: ClientInfo(user: "u2", client: "aa"), offset: 41)
        ],
        recovered: true,
        wasRecovering: true
    )

    static let members = [
        PresenceMember(info: ClientInfo(user: "u2", client: "aa")),
        PresenceMember(info: ClientInfo(user: "u5", client: "cc")),
    ]

    static let replies: [(Reply, String)] = [
        (
            Reply(id: 1, .connect(Self.connect)),
            #"{"id":1,"connect":{"client":"b1f2","version":"0.1.0","expires":true,"ttl":300,"ping":25,"pong":true,"#
                + ##""session":"s-81","node":"n-3","subs":{"#u7":{"recoverable":true,"epoch":"k3","offset":9}}}}"##
        ),
        (
            Reply(id: 2, .subscribe(Self.subscribe)),
            #"{"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":"k3","offset":40,"recovered":true,"#
                + #""was_recovering":true,"publications":[{"data":{"t":"hi"},"offset":41,"#
                + #""info":{"user":"u2","client":"aa"}}]}}"#
        ),
        (Reply(id: 2, .subscribe(SubscribeResult())), #"{"id":2,"subscribe":{}}"#),
        (
            Reply(id: 2, .subscribe(SubscribeResult(ttl: 0, data: Array("[1,\n2]".utf8)))),
            #"{"id":2,"subscribe":{"expires":true,"ttl":0,"data":[1, 2]}}"#
        ),
        (Reply(id: 3, .publish), #"{"id":3,"publish":{}}"#),
        (
            Reply(id: 4, .presence(Self.members)),
            #"{"id":4,"presence":{"presence":{"aa":{"user":"u2","client":"aa"},"cc":{"user":"u5","client":"cc"}}}}"#
        ),
        (Reply(id: 4, .presence([])), #"{"id":4,"presence":{"presence":{}}}"#),
        (
            Reply(id: 5, .presenceStats(PresenceStats(clients: 2, users: 2))),
            #"{"id":5,"presence_stats":{"num_clients":2,"num_users":2}}"#
        ),
        (
            Reply(id: 5, .presenceStats(PresenceStats(clients: 0, users: 0))),
            #"{"id":5,"presence_stats":{"num_clients":0,"num_users":0}}"#
        ),
        (
            Reply(
                id: 6,
                .history(
                    HistoryResult(
                        publications: [Publication(data: Array("{}".utf8), offset: 31)],
                        position: Self.position(42, "k3")
                    )
                )
            ),
            #"{"id":6,"history":{"publications":[{"data":{},"offset":31}],"epoch":"k3","offset":42}}"#
        ),
        (
            Reply(id: 6, .history(HistoryResult(publications: [], position: Self.position(0, "")))),
            #"{"id":6,"history":{}}"#
        ),
        (Reply(id: 7, .rpc(data: Array(#"{"id":"u7"}"#.utf8))), #"{"id":7,"rpc":{"data":{"id":"u7"}}}"#),
        (Reply(id: 7, .rpc(data: [])), #"{"id":7,"rpc":{"data":null}}"#),
        (
            Reply(id: 8, .refresh(RefreshResult(client: "b1f2", version: "0.1.0", ttl: 300))),
            #"{"id":8,"refresh":{"client":"b1f2","version":"0.1.0","expires":true,"ttl":300}}"#
        ),
        (Reply(id: 9, .subRefresh(SubRefreshResult(ttl: 300))), #"{"id":9,"sub_refresh":{"expires":true,"ttl":300}}"#),
        (Reply(id: 9, .subRefresh(SubRefreshResult(ttl: nil))), #"{"id":9,"sub_refresh":{}}"#),
        (Reply(id: 10, .unsubscribe), #"{"id":10,"unsubscribe":{}}"#),
        (Reply(id: 11, .ping), #"{"id":11,"ping":{}}"#),
        (Reply(id: 2, .error(.permissionDenied)), #"{"id":2,"error":{"code":103,"message":"permission denied"}}"#),
        (
            Reply(id: 2, .error(.internal)),
            #"{"id":2,"error":{"code":100,"message":"internal server error","temporary":true}}"#
        ),
    ]

    static let pushes: [(Push, String)] = [
        (
            .publication(
                channel: "room:9",
                Publication(data: Array(#"{"t":"yo"}"#.utf8), offset: 42, tags: [.init(key: "lang", value: "en")])
            ),
            #"{"push":{"channel":"room:9","pub":{"data":{"t":"yo"},"offset":42,"tags":{"lang":"en"}}}}"#
        ),
        (
            .publication(
                channel: "\"",
                Publication(
                    data: [],
                    info: ClientInfo(user: "", client: "c"),
                    tags: [.init(key: "b", value: "\n"), .init(key: "a", value: "")],
                    time: 5
                )
            ),
            #"{"push":{"channel":"\"","pub":{"data":null,"info":{"user":"","client":"c"},"#
                + #""tags":{"b":"\n","a":""},"time":5}}}"#
        ),
        (
            .join(
                channel: "room:9",
                ClientInfo(user: "u5", client: "cc", connectionInfo: Array(#"{"nick":"Nia"}"#.utf8))
            ),
            #"{"push":{"channel":"room:9","join":{"info":{"user":"u5","client":"cc","conn_info":{"nick":"Nia"}}}}}"#
        ),
        (
            .leave(channel: "room:9", ClientInfo(user: "u5", client: "cc", channelInfo: Array("1".utf8))),
            #"{"push":{"channel":"room:9","leave":{"info":{"user":"u5","client":"cc","chan_info":1}}}}"#
        ),
        (
            .unsubscribe(channel: "room:9", .insufficientState),
            #"{"push":{"channel":"room:9","unsubscribe":{"code":2500,"reason":"insufficient state"}}}"#
        ),
        (
            .subscribe(channel: "#u7", Self.serverSide),
            ##"{"push":{"channel":"#u7","subscribe":{"recoverable":true,"epoch":"k3","offset":9}}}"##
        ),
        (
            .message(data: Array(#"{"notice":"maintenance"}"#.utf8)),
            #"{"push":{"message":{"data":{"notice":"maintenance"}}}}"#
        ),
        (.disconnect(.shutdown), #"{"push":{"disconnect":{"code":3001,"reason":"shutdown"}}}"#),
        (.refresh(ttl: 60), #"{"push":{"refresh":{"expires":true,"ttl":60}}}"#),
        (.refresh(ttl: nil), #"{"push":{"refresh":{}}}"#),
        (
            .connect(ConnectResult(client: "c", version: "v", data: Array("1".utf8))),
            #"{"push":{"connect":{"client":"c","version":"v","data":1}}}"#
        ),
    ]
}
