import SkeinCore
import Testing

@Suite struct ChannelRulebookTests {
    private static let plain = ChannelRules.with { $0.maximumMembers = 1 }
    private static let chat = ChannelRules.with { $0.maximumMembers = 2 }
    private static let empty = ChannelRules.with { $0.maximumMembers = 3 }

    private let rulebook = ChannelRulebook(maximumLength: 20, rules: Self.plain, namespaces: ["chat": Self.chat])

    @Test(
        arguments: [
            ("news", .found(Self.plain)),
            ("$news", .found(Self.plain)),
            ("#ann", .found(Self.plain)),
            ("chat:room", .found(Self.chat)),
            ("chat:", .found(Self.chat)),
            ("$chat:room", .found(Self.chat)),
            ("chat:#ann", .found(Self.chat)),
            ("chat:a:b", .found(Self.chat)),
            ("Chat:room", .refused(.unknownChannel)),
            ("chatt:room", .refused(.unknownChannel)),
            ("game:room", .refused(.unknownChannel)),
            ("$game:room", .refused(.unknownChannel)),
            (":room", .refused(.unknownChannel)),
            ("$:room", .refused(.unknownChannel)),
            ("$$chat:room", .refused(.unknownChannel)),
            ("", .refused(.badRequest)),
            ("chat:a b", .refused(.badRequest)),
            ("game:a b", .refused(.badRequest)),
            ("chat:a\n", .refused(.badRequest)),
            ("chat:56789012345678", .found(Self.chat)),
            ("chat:567890123456789", .found(Self.chat)),
            ("chat:5678901234567890", .refused(.badRequest)),
        ] as [(ChannelName, ChannelRulebook.LookUp)]
    )
    func `a channel has the rules of its namespace, or an error`(row: (ChannelName, ChannelRulebook.LookUp)) {
        #expect(self.rulebook.lookUp(row.0) == row.1)
    }

    @Test func `the empty namespace can be configured like any other`() {
        let rulebook = ChannelRulebook(rules: Self.plain, namespaces: ["": Self.empty])
        #expect(rulebook.lookUp(":room") == .found(Self.empty))
        #expect(rulebook.lookUp("room") == .found(Self.plain))
    }

    @Test func `a namespace that only looks like a configured one is unknown`() {
        let rulebook = ChannelRulebook(namespaces: ["caf\u{E9}": Self.chat])
        #expect(rulebook.lookUp("caf\u{E9}:room") == .found(Self.chat))
        #expect(rulebook.lookUp("cafe\u{301}:room") == .refused(.unknownChannel))
    }

    @Test func `an empty rulebook is secure`() {
        let rulebook = ChannelRulebook()
        #expect(rulebook.maximumLength == 255 && !rulebook.isInsecure && rulebook.personalNamespace == nil)
        #expect(rulebook.lookUp("a") == .found(ChannelRules()))
        #expect(rulebook.lookUp("a:b") == .refused(.unknownChannel))
    }

    @Test func `even an insecure rulebook refuses names that are not allowed`() {
        let rulebook = ChannelRulebook(isInsecure: true)
        #expect(rulebook.lookUp("a b") == .refused(.badRequest))
        #expect(rulebook.lookUp("a:b") == .refused(.unknownChannel))
    }
}
