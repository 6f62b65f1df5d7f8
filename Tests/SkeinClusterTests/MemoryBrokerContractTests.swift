import NIOPosix
import SkeinCluster
import SkeinTestKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MemoryBrokerContractTests {
    @Test(arguments: BrokerContract.cases)
    func `the embedded engine keeps the contract`(_ contractCase: BrokerContract.Case) async throws {
        try await contractCase.run { Self.makeSubject(sink: $0) }
    }

    @Test(arguments: BrokerContract.timedCases)
    func `the embedded engine keeps the contract over time`(_ contractCase: BrokerContract.Case) async throws {
        try await contractCase.run { Self.makeSubject(sink: $0) }
    }

    private static func makeSubject(sink: RecordingSink) -> BrokerContract.Subject {
        let time = ManualClock()
        return BrokerContract.Subject(
            broker: MemoryBroker(sink: sink, clock: time.clock),
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            time: BrokerContract.TimeControl { time.advance(by: $0) }
        )
    }
}
