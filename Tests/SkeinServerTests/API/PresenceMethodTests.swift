import NIOCore
import NIOPosix
import SkeinCluster
import SkeinCore
import SkeinTransport
import Testing

@Suite struct PresenceMethodTests {
    static func enter(_ harness: APIHarness, _ info: ClientInfo) async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let outcome = await withCheckedContinuation { continuation in
            harness.transport.node.broker.enter(
                info,
                into: Topic("presence:a"),
                announcesLeave: false,
                maximumMembers: 0,
                completion: Completion(on: eventLoop) { continuation.resume(returning: $0) }
            )
        }
        #expect(try outcome.get())
    }

    @Test func `members by session, with what their tokens say about them`() async throws {
        try await APIHarness.run { harness in
            let info = ClientInfo(
                user: "u",
                client: "c-1",
                connectionInfo: Array(#"{"name":"é"}"#.utf8),
                channelInfo: Array("[1]".utf8)
            )
            try await Self.enter(harness, info)
            let answer = try await harness.post("presence", #"{"channel":"presence:a"}"#)
            #expect(
                answer
                    == .result(
                        #"{"presence":{"c-1":{"user":"u","client":"c-1","conn_info":{"name":"é"},"chan_info":[1]}}}"#
                    )
            )
        }
    }

    @Test func `sessions and users are counted`() async throws {
        try await APIHarness.run { harness in
            let body = #"{"channel":"presence:a"}"#
            #expect(try await harness.post("presence_stats", body) == .result(#"{"num_clients":0,"num_users":0}"#))
            for client in ["1", "2", "3"] {
                try await Self.enter(harness, ClientInfo(user: client == "3" ? "b" : "a", client: client))
            }
            #expect(try await harness.post("presence_stats", body) == .result(#"{"num_clients":3,"num_users":2}"#))
        }
    }

    @Test(arguments: ["presence", "presence_stats"])
    func `channels without presence answer 108`(method: String) async throws {
        try await APIHarness.run { harness in
            let answer = try await harness.post(method, #"{"channel":"news"}"#)
            #expect(answer == .error(108, "not available: presence is off for this channel"))
            #expect(try await harness.post(method, #"{"channel":"nope:a"}"#) == .error(102, "unknown channel"))
        }
    }
}
