import SkeinCore
import Testing

@Suite struct TopicTests {
    @Test func `the same channel of two applications is two topics`() {
        let one = Topic("news", app: AppID("one"))
        let two = Topic("news", app: AppID("two"))
        #expect(one != two)
        #expect(Set([one, two]).count == 2)
        #expect(one == Topic("news", app: AppID("one")))
        #expect(one.hashValue == Topic("news", app: AppID("one")).hashValue)
    }

    @Test func `channels that only look the same are two topics`() {
        #expect(Topic("\u{E9}") != Topic("e\u{301}"))
    }

    @Test func `a topic belongs to the default application unless it says otherwise`() {
        #expect(Topic("news").app == .default)
        #expect(AppID.default == AppID("default"))
        #expect("\(Topic("a:b"))" == "default/a:b")
        #expect("\(AppID("x"))" == "x")
    }
}
