import SkeinCore
import Testing

@Suite struct UnsubscribeCodeTests {
    @Test func `the table holds every specified code once, in order`() {
        #expect(UnsubscribeCode.all.map(\.code) == [2000, 2500, 2501, 2502])
        #expect(
            UnsubscribeCode.all.map(\.reason) == [
                "server unsubscribe", "insufficient state", "subscription expired", "state invalidated",
            ]
        )
        #expect("\(UnsubscribeCode.expired)" == "2501 subscription expired")
    }

    @Test(arguments: [(0, false), (2000, false), (2499, false), (2500, true), (2999, true)] as [(UInt32, Bool)])
    func `clients subscribe again from 2500 on`(row: (UInt32, Bool)) {
        #expect(UnsubscribeCode(row.0, "").invitesResubscribe == row.1)
    }
}
