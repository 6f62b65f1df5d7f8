import SkeinCore
import Testing

/// Every question that can be asked of the authorizer, against an expectation that is stated as claims about people and
/// channels rather than as a sequence of checks.
@Suite struct AuthorizerTests {
    /// A channel with what a reader sees in its name.
    private struct Place {
        var name: ChannelName
        var isPrivate = false
        var list: Set<String>?
    }

    private static let places: [Place] = [
        Place(name: "news"),
        Place(name: "chat:room"),
        Place(name: "$chat:room", isPrivate: true),
        Place(name: "chat:#ann,ren\u{E9}", list: ["ann", "ren\u{E9}"]),
        Place(name: "$chat:x#ann", isPrivate: true, list: ["ann"]),
        Place(name: "chat:#", list: []),
    ]

    /// The last one only looks like a user of the lists.
    private static let users = ["", "ann", "bob", "rene\u{301}"]

    private static func expectation(
        _ place: Place,
        _ access: ChannelRules.Access,
        user: String,
        hasToken: Bool,
        allowsAnonymous: Bool,
        isInsecure: Bool
    ) -> Authorizer.SubscribeDecision {
        let isOnList = place.list.map { $0.contains { $0.utf8.elementsEqual(user.utf8) } } ?? true
        let isKnown = !user.isEmpty || allowsAnonymous
        let mayTry = access != .nobody && isKnown && isOnList
        let needsToken = place.isPrivate || (place.list == nil && access != .anyone)
        return switch (isInsecure, mayTry, hasToken) {
        case (true, _, _): .allowed
        case (false, true, true): .verifyToken
        case (false, true, false): needsToken ? .denied(.permissionDenied) : .allowed
        case (false, false, _): .denied(.permissionDenied)
        }
    }

    @Test(arguments: ChannelRules.Access.allCases)
    func `subscribing is decided as claimed in all 192 cells of an access value`(access: ChannelRules.Access) {
        var cells = 0
        for place in Self.places {
            for user in Self.users {
                for bits in 0..<8 {
                    let (hasToken, allowsAnonymous, isInsecure) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
                    let decision = Authorizer.subscribe(
                        to: place.name,
                        rules: .with {
                            $0.subscribe = access
                            $0.allowsAnonymous = allowsAnonymous
                        },
                        user: UserID(user),
                        hasToken: hasToken,
                        isInsecure: isInsecure
                    )
                    let expected = Self.expectation(
                        place,
                        access,
                        user: user,
                        hasToken: hasToken,
                        allowsAnonymous: allowsAnonymous,
                        isInsecure: isInsecure
                    )
                    #expect(decision == expected, "\(place.name) \(access) '\(user)' bits \(bits)")
                    cells += 1
                }
            }
        }
        #expect(cells == 192)
    }

    /// Written out by hand, so that an error in the claims above cannot hide one in the authorizer.
    @Test(
        arguments: [
            ("chat:room", .anyone, "ann", false, .allowed),
            ("chat:room", .anyone, "ann", true, .verifyToken),
            ("chat:room", .anyone, "", false, .denied(.permissionDenied)),
            ("chat:room", .tokenHolders, "ann", false, .denied(.permissionDenied)),
            ("chat:room", .tokenHolders, "ann", true, .verifyToken),
            ("chat:room", .tokenHolders, "", true, .denied(.permissionDenied)),
            ("chat:room", .nobody, "ann", true, .denied(.permissionDenied)),
            ("$chat:room", .anyone, "ann", false, .denied(.permissionDenied)),
            ("$chat:room", .anyone, "ann", true, .verifyToken),
            ("chat:#ann", .tokenHolders, "ann", false, .allowed),
            ("chat:#ann", .tokenHolders, "bob", true, .denied(.permissionDenied)),
            ("chat:#ann", .nobody, "ann", false, .denied(.permissionDenied)),
            ("$chat:#ann", .anyone, "ann", false, .denied(.permissionDenied)),
        ] as [(ChannelName, ChannelRules.Access, UserID, Bool, Authorizer.SubscribeDecision)]
    )
    func `a user subscribes as the documentation says`(
        row: (ChannelName, ChannelRules.Access, UserID, Bool, Authorizer.SubscribeDecision)
    ) {
        let decision = Authorizer.subscribe(
            to: row.0,
            rules: .with { $0.subscribe = row.1 },
            user: row.2,
            hasToken: row.3,
            isInsecure: false
        )
        #expect(decision == row.4)
    }

    /// Who may act, as the set of those who may: "subscribed" and "with token" are what the session is.
    @Test func `acting on a channel is decided as claimed in all 128 cells`() {
        let enough: [ChannelRules.Access: Set<String>] = [
            .anyone: ["outside", "outside+token", "subscribed", "subscribed+token"],
            .subscribers: ["subscribed", "subscribed+token"],
            .tokenHolders: ["subscribed+token"],
            .nobody: [],
        ]
        var cells = 0
        for access in ChannelRules.Access.allCases {
            for bits in 0..<32 {
                let isAnonymous = bits & 1 != 0
                let subject = Authorizer.Subject(
                    user: isAnonymous ? .anonymous : "ann",
                    isSubscribed: bits & 2 != 0,
                    holdsToken: bits & 4 != 0
                )
                let (allowsAnonymous, isInsecure) = (bits & 8 != 0, bits & 16 != 0)
                let standing = (subject.isSubscribed ? "subscribed" : "outside") + (subject.holdsToken ? "+token" : "")
                let isWelcome = !isAnonymous || allowsAnonymous
                let expected = isInsecure || (isWelcome && enough[access]?.contains(standing) == true)
                let isAllowed = Authorizer.allows(
                    access,
                    subject: subject,
                    rules: .with { $0.allowsAnonymous = allowsAnonymous },
                    isInsecure: isInsecure
                )
                #expect(isAllowed == expected, "\(access) bits \(bits)")
                cells += 1
            }
        }
        #expect(cells == 128)
    }
}
