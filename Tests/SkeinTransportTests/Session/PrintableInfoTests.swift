import SkeinCore
import Testing

@testable import SkeinTransport

@Suite struct PrintableInfoTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [#"{"name":"Ann"}"#, "null", "[1,2]", #""text""#, "0.5"])
    func `info that is JSON stays as it is`(json: String) {
        let credentials = Credentials(user: UserID("ann"), info: self.bytes(json))
        #expect(credentials.withPrintableInfo == credentials)
    }

    @Test(arguments: [("f", #""Zg==""#), ("{", #""ew==""#), ("", #""""#), ("1 2", #""MSAy""#)])
    func `info that is not JSON becomes a string of its base64`(plain: String, json: String) {
        let credentials = Credentials(user: UserID("ann"), info: self.bytes(plain))
        #expect(credentials.withPrintableInfo.info == self.bytes(json))
        let grant = SubscriptionGrant(user: UserID("ann"), channel: "news", info: self.bytes(plain))
        #expect(grant.withPrintableInfo.info == self.bytes(json))
    }

    @Test func `bytes that are not UTF-8 are not JSON`() {
        let credentials = Credentials(user: UserID("ann"), info: [0x22, 0xFF, 0x22])
        #expect(credentials.withPrintableInfo.info == self.bytes(#""Iv8i""#))
    }

    @Test func `subscriptions of a token are made printable too, with their data`() {
        let subscription = ServerSubscription(channel: "news", info: [0xFF], data: [0xFE])
        let credentials = Credentials(user: UserID("ann"), meta: [0xFF], subscriptions: [subscription])
        let printable = credentials.withPrintableInfo
        #expect(printable.subscriptions.first?.info == self.bytes(#""/w==""#))
        #expect(printable.subscriptions.first?.data == self.bytes(#""/g==""#))
        #expect(printable.meta == [0xFF], "clients never see it")
    }

    @Test func `nothing stays nothing`() {
        let grant = SubscriptionGrant(user: UserID("ann"), channel: "news")
        #expect(grant.withPrintableInfo == grant)
        let subscription = ServerSubscription(channel: "news")
        #expect(subscription.withPrintableInfo == subscription)
    }
}
