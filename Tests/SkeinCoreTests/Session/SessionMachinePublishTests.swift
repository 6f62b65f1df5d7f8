import SkeinCore
import Testing

/// The `publish` command.
@Suite struct SessionMachinePublishTests {
    private static func publish(_ channel: ChannelName, _ data: [UInt8] = [1]) -> Command.Request {
        .publish(PublishRequest(channel: channel, data: data))
    }

    @Test func `a publication carries its data, its author and no position`() throws {
        var harness = try SessionHarness.connected(info: [7])
        let plan = try #require(harness.send(Self.publish("open:a", [1, 2])).publishPlan)
        #expect(plan.channel == "open:a" && plan.rules == .open)
        #expect(plan.publication.data == [1, 2] && plan.publication.info === harness.machine.info)
        #expect(plan.publication.offset == 0 && plan.publication.time == 0 && plan.publication.tags.isEmpty)
        #expect(!plan.publication.allowsDelta && plan.publication.excludedClient == nil)
    }

    @Test func `a subscriber publishes as the one that its subscription token describes`() throws {
        var harness = try SessionHarness.connected(info: [7])
        let grant = SubscriptionGrant(user: "ann", channel: "token:a", info: [8])
        let action = try harness.subscribe("token:a", verification: .success(grant))
        _ = harness.makeLive(try #require(action.subscriptionPlan))
        let plan = try #require(harness.send(Self.publish("token:a")).publishPlan)
        #expect(
            plan.publication.info
                == ClientInfo(user: "ann", client: "client-1", connectionInfo: [7], channelInfo: [8])
        )
    }

    @Test func `the sender is excluded where the rules say so`() throws {
        let policy = SessionPolicy.sample { $0.namespaces["open"]?.excludesSender = true }
        var harness = try SessionHarness.connected(policy: policy)
        #expect(harness.send(Self.publish("open:a")).publishPlan?.publication.excludedClient == "client-1")
    }

    @Test func `deltas are allowed where the rules say so`() throws {
        var harness = try SessionHarness.connected()
        #expect(harness.send(Self.publish("asking:a")).publishPlan?.publication.allowsDelta == true)
    }

    @Test(
        arguments: [
            ("nowhere:a", .unknownChannel), ("", .badRequest), ("open:a b", .badRequest),
            ("closed:a", .permissionDenied),
            ("members:a", .permissionDenied), ("token:a", .permissionDenied), ("bare:a", .permissionDenied),
        ] as [(ChannelName, ErrorCode)]
    )
    func `a publication that is not allowed goes nowhere (G13)`(row: (ChannelName, ErrorCode)) throws {
        var harness = try SessionHarness.connected()
        #expect(harness.send(Self.publish(row.0)).outcome == .error(row.1))
    }

    @Test func `an empty publication is a bad request, and for those who may not publish still forbidden`() throws {
        var harness = try SessionHarness.connected()
        #expect(harness.send(Self.publish("open:a", [])).outcome == .error(.badRequest))
        #expect(harness.send(Self.publish("closed:a", [])).outcome == .error(.permissionDenied))
    }
}
