import SkeinCore
import Testing

@Suite struct ClientInfoTests {
    @Test func `two descriptions are equal when every part is`() {
        func make(
            _ user: String = "ann",
            _ client: String = "c",
            _ connection: [UInt8]? = [1],
            _ channel: [UInt8]? = [2]
        )
            -> ClientInfo
        {
            ClientInfo(user: user, client: client, connectionInfo: connection, channelInfo: channel)
        }
        #expect(make() == make())
        #expect(make() != make("bob"))
        #expect(make() != make("ann", "d"))
        #expect(make() != make("ann", "c", nil))
        #expect(make() != make("ann", "c", [1], []))
        #expect(make("ren\u{E9}") != make("rene\u{301}"))
    }
}
