import SkeinCore
import Testing

@Suite struct UserIDTests {
    @Test func `ids that only look the same are two users`() {
        #expect(UserID("\u{E9}") != UserID("e\u{301}"))
        #expect(Set([UserID("\u{E9}"), UserID("e\u{301}")]).count == 2)
        #expect(UserID("\u{E9}") == UserID("\u{E9}"))
        #expect(UserID("\u{E9}").hashValue == UserID("\u{E9}").hashValue)
    }

    @Test func `only the empty id is anonymous`() {
        #expect(UserID("").isAnonymous)
        #expect(UserID.anonymous == UserID(""))
        #expect(!UserID("0").isAnonymous)
        #expect(!UserID("\u{0}").isAnonymous)
        #expect("\(UserID("ann"))" == "ann")
    }

    @Test func `50,000 ids with a long common prefix are all told apart by their hashes`() {
        let prefix = String(repeating: "u", count: 200)
        let hashes = Set((0..<50_000).map { UserID("\(prefix)\($0)").hashValue })
        #expect(hashes.count == 50_000)
    }
}
