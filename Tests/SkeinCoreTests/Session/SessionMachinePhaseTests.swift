import SkeinCore
import Testing

/// Every command in every phase of a session (Centrifuge protocol, session state machine).
@Suite struct SessionMachinePhaseTests {
    private static let channel: ChannelName = "open:a"

    /// Every command with what it comes to in a connected session of a user who has no subscription yet.
    private static let commands: [(request: Command.Request, whenConnected: SessionOutcome)] = [
        (.connect(ConnectRequest(token: "t")), .disconnect(.badRequest)),
        (.connect(ConnectRequest()), .disconnect(.badRequest)),
        (.subscribe(SubscribeRequest(channel: channel)), .subscribe(channel)),
        (.subscribe(SubscribeRequest(channel: channel, token: "s")), .verifySubscription(channel, token: "s")),
        (.unsubscribe(channel: channel), .reply(.unsubscribe)),
        (.publish(PublishRequest(channel: channel, data: [1])), .publish(channel)),
        (.presence(channel: channel), .readPresence(channel)),
        (.presenceStats(channel: channel), .readPresenceStats(channel)),
        (.history(HistoryRequest(channel: channel)), .readHistory(channel)),
        (.send(data: [1]), .deliverMessage),
        (.rpc(RPCRequest(method: "m", data: [])), .call),
        (.refresh(token: "t"), .verifyRefresh(token: "t")),
        (.subRefresh(SubRefreshRequest(channel: channel, token: "s")), .error(.badRequest)),
        (.ping, .reply(.ping)),
        (.pong, .disconnect(.badRequest)),
        (.unknown, .error(.methodNotFound)),
    ]

    @Test func `a connected session answers every command`() throws {
        for (request, expected) in Self.commands {
            var harness = try SessionHarness.connected()
            #expect(harness.send(request).outcome == expected, "\(request)")
        }
    }

    @Test func `before connect every other command ends the session with 3501`() {
        for (request, _) in Self.commands {
            var harness = SessionHarness()
            let outcome = harness.send(request).outcome
            switch request {
            case .connect(let connect) where connect.token.isEmpty: #expect(outcome == .accept)
            case .connect: #expect(outcome == .verifyConnection(token: "t"))
            default: #expect(outcome == .disconnect(.badRequest), "\(request)")
            }
        }
    }

    @Test func `while the session is being accepted every command waits`() {
        for accepted in [false, true] {
            for (request, _) in Self.commands {
                var harness = SessionHarness()
                if accepted {
                    #expect(harness.connect(as: Credentials(user: "ann")).outcome == .accept)
                } else {
                    _ = harness.send(.connect(ConnectRequest(token: "t")))
                }
                #expect(harness.machine.phase == .connecting)
                let command = Command(id: 9, request)
                #expect(harness.machine.mustWait(command), "\(request)")
                // A shell that does not keep it gets nothing from it either.
                let action = harness.machine.received(command, policy: harness.policy, now: harness.now)
                #expect(action.outcome == .none)
            }
        }
    }

    @Test func `a closed session does nothing about any command`() throws {
        var fresh = SessionHarness()
        _ = fresh.machine.closed()
        var connected = try SessionHarness.connected()
        _ = connected.machine.closed()
        for (request, _) in Self.commands {
            #expect(fresh.send(request).outcome == .none, "\(request)")
            #expect(connected.send(request).outcome == .none, "\(request)")
        }
    }

    @Test func `a command without an id ends the session, except send and pong`() throws {
        for (request, whenConnected) in Self.commands {
            var harness = try SessionHarness.connected()
            let command = Command(id: 0, request)
            let action = harness.machine.received(command, policy: harness.policy, now: harness.now)
            let isExempt = request == .send(data: [1])
            #expect(action.outcome == (isExempt ? whenConnected : .disconnect(.badRequest)), "\(request)")
            var fresh = SessionHarness()
            #expect(
                fresh.machine.received(command, policy: fresh.policy, now: fresh.now).outcome
                    == .disconnect(.badRequest),
                "\(request)"
            )
        }
    }

    @Test func `pong is allowed once for each ping`() throws {
        var harness = try SessionHarness.connected()
        harness.advance(harness.policy.limits.pingInterval)
        guard case .sendPing = harness.tick() else { throw Failure() }
        #expect(harness.send(.pong).outcome == .none)
        #expect(harness.send(.pong).outcome == .disconnect(.badRequest))
    }

    @Test func `ids of commands may repeat and have any value`() throws {
        var harness = try SessionHarness.connected()
        for id in [1, 1, 7, UInt32.max, 3] {
            let action = harness.machine.received(Command(id: id, .ping), policy: harness.policy, now: harness.now)
            #expect(action.outcome == .reply(.ping) && action.commandID == id)
        }
    }

    @Test func `the data of a message and of a call reach the application as they came`() throws {
        var harness = try SessionHarness.connected()
        guard case .deliverMessage(let data) = harness.send(.send(data: [1, 2, 3])) else { throw Failure() }
        #expect(data == [1, 2, 3])
        let request = RPCRequest(method: "sum", data: [4])
        guard case .call(_, request) = harness.send(.rpc(request)) else { throw Failure() }
    }

    private struct Failure: Error {}
}
