import SkeinCore

/// Fan-out: from an event that a broker delivers to the `send(2)` of every subscriber.
///
/// Real sessions over loopback on one event loop; only the last call is replaced, by one that takes the bytes and does nothing, because the
/// kernel's part would hide ours. The yardstick is that part.
enum HubBenchmarks {
    static let all: [Benchmark] = [
        Benchmark(
            name: "hub/1",
            reason:
                "A publication to one subscriber: everything that is done once per message. Unicast has nothing else.",
            yardstick: .loopback(HubFixture.frameSize)
        ) {
            let hub = try await HubFixture.shared.value
            return { try await hub.publish($0, to: .one) }
        },
        Benchmark(
            name: "hub/1000",
            reason:
                "A publication to 1,000 subscribers, per publication: encoded once, handed to each. What it allocates is per message."
        ) {
            let hub = try await HubFixture.shared.value
            return { try await hub.publish($0, to: .thousand) }
        },
        Benchmark(
            name: "hub/delivery",
            reason: "One subscriber more: 2,000 subscribers without 1,000, per subscriber. Allocates nothing.",
            operations: HubFixture.Audience.twoThousand.count - HubFixture.Audience.thousand.count,
            yardstick: .loopback(HubFixture.frameSize)
        ) {
            let hub = try await HubFixture.shared.value
            return { try await hub.publish($0, to: .twoThousand) - hub.publish($0, to: .thousand) }
        },
    ]
}
