import SkeinTestKit
import Testing

@testable import SkeinCore

/// The parts of a name, and which names are allowed.
@Suite struct ChannelNameAnatomyTests {
    struct Row: Sendable {
        var name: ChannelName
        var namespace: String?
        var isPrivate = false
        var isUserLimited = false
    }

    @Test(arguments: [
        Row(name: "", namespace: nil),
        Row(name: "news", namespace: nil),
        Row(name: "chat:room", namespace: "chat"),
        Row(name: "chat:", namespace: "chat"),
        Row(name: ":", namespace: ""),
        Row(name: ":room", namespace: ""),
        Row(name: "::", namespace: ""),
        Row(name: "a:b:c", namespace: "a"),
        Row(name: "$", namespace: nil, isPrivate: true),
        Row(name: "$news", namespace: nil, isPrivate: true),
        Row(name: "$chat:room", namespace: "chat", isPrivate: true),
        Row(name: "$:", namespace: "", isPrivate: true),
        Row(name: "$$a:b", namespace: "$a", isPrivate: true),
        Row(name: "a$:b", namespace: "a$"),
        Row(name: ":$a", namespace: ""),
        Row(name: "#", namespace: nil, isUserLimited: true),
        Row(name: "#ann", namespace: nil, isUserLimited: true),
        Row(name: "chat:#ann", namespace: "chat", isUserLimited: true),
        Row(name: "a:b:c#1,2#3", namespace: "a", isUserLimited: true),
        Row(name: "$chat:x#1,2", namespace: "chat", isPrivate: true, isUserLimited: true),
        Row(name: "\u{E9}:x", namespace: "\u{E9}"),
    ])
    func `a name has the parts that its marks say`(row: Row) {
        #expect(row.name.namespace.map(String.init) == row.namespace)
        #expect(row.name.isPrivate == row.isPrivate)
        #expect(row.name.isUserLimited == row.isUserLimited)
    }

    /// Names are read eight bytes at a time, so marks stand at every place of a word, and behind every kind of byte.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `whatever a name is made of, one look finds what looking byte by byte finds`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let letters = Array("aZ09:#-\u{1} !\u{7F}\u{7E}\u{80}é€😀".unicodeScalars)
        let common = Bool.random(using: &generator) ? Array("ab".unicodeScalars) : letters
        for _ in 0..<50 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                let from = Int.random(in: 0..<8, using: &generator) == 0 ? letters : common
                if let letter = from.randomElement(using: &generator) { text.append(letter) }
            }
            let name = ChannelName(String(text))
            let bytes = Array(name.text.utf8)
            let mark = bytes.firstIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "#") }
            #expect(name.isASCII == bytes.allSatisfy { $0 < 0x80 }, "\(bytes)")
            #expect(name.hasSpaceOrControl == bytes.contains { $0 <= 0x20 || $0 == 0x7F }, "\(bytes)")
            let end = mark.flatMap { bytes[$0] == UInt8(ascii: ":") ? $0 : nil } ?? -1
            #expect(name.namespaceEnd == end, "\(bytes)")
        }
    }

    @Test(
        arguments: [
            ("#ann", ["ann"]),
            ("chat:#ann,bob", ["ann", "bob"]),
            ("chat:room#ann,bob,cid", ["ann", "bob", "cid"]),
            ("a:b:c#1,2#3", ["3"]),
            ("a:b:c#1,2#3,4", ["3", "4"]),
            ("$x#ann", ["ann"]),
            ("#ann,", ["ann"]),
            ("#,ann", ["ann"]),
            ("#ann,,bob", ["ann", "bob"]),
            ("#a:b", ["a:b"]),
            ("#", []),
            ("#,", []),
            ("x#ann#", []),
            ("ann", []),
            ("ann,bob", []),
        ] as [(ChannelName, [String])]
    )
    func `a user-limited channel admits the users behind its last mark and nobody else`(row: (ChannelName, [String])) {
        let everybody = [
            "", "ann", "bob", "cid", "1", "2", "3", "4", "an", "anna", "nn", "a:b", "ann,bob", "1,2", "#", ",",
        ]
        for user in everybody {
            #expect(row.0.admits(UserID(user)) == row.1.contains(user), "\(user) on \(row.0)")
        }
    }

    @Test func `a list does not admit a user whose id only looks the same`() {
        #expect(ChannelName("#ren\u{E9}").admits("ren\u{E9}"))
        #expect(!ChannelName("#ren\u{E9}").admits("rene\u{301}"))
        #expect(!ChannelName("#ann").admits("ANN"))
    }

    @Test func `the personal channel of a user is theirs alone`() {
        #expect(ChannelName.personal(of: "ann", namespace: "") == "#ann")
        #expect(ChannelName.personal(of: "ann", namespace: "me") == "me:#ann")
        #expect(ChannelName.personal(of: "ann", namespace: "me")?.admits("ann") == true)
        #expect(ChannelName.personal(of: "ann", namespace: "me")?.admits("bob") == false)
    }

    @Test(
        arguments: [(0, .empty), (1, nil), (254, nil), (255, nil), (256, .tooLong), (4096, .tooLong)]
            as [(Int, ChannelName.Violation?)]
    )
    func `a name has 1 to 255 bytes`(row: (Int, ChannelName.Violation?)) {
        #expect(ChannelName(String(repeating: "a", count: row.0)).violation(maximumLength: 255) == row.1)
    }

    @Test func `length counts bytes, not characters`() {
        #expect(ChannelName(String(repeating: "\u{E9}", count: 127) + "a").violation(maximumLength: 255) == nil)
        #expect(ChannelName(String(repeating: "\u{E9}", count: 128)).violation(maximumLength: 255) == .tooLong)
        #expect(ChannelName("\u{1F600}").violation(maximumLength: 4) == nil)
        #expect(ChannelName("\u{1F600}").violation(maximumLength: 3) == .tooLong)
        #expect(ChannelName("").violation(maximumLength: 0) == .empty)
        #expect(ChannelName("a").violation(maximumLength: 0) == .tooLong)
    }

    @Test(arguments: Array(0x00...0x20) + Array(0x7F...0xA0) as [UInt32])
    func `control characters and spaces are not allowed anywhere in a name`(value: UInt32) throws {
        let forbidden = String(Character(try #require(Unicode.Scalar(value))))
        for text in [forbidden, "a" + forbidden, forbidden + "a", "a" + forbidden + "a", "a\u{301}" + forbidden] {
            #expect(ChannelName(text).violation(maximumLength: 255) == .forbiddenCharacter)
        }
    }

    @Test func `a line break that is one character is still not allowed`() {
        #expect(ChannelName("a\r\nb").violation(maximumLength: 255) == .forbiddenCharacter)
    }

    @Test(arguments: Array(0x21...0x7E) + [0xA1, 0xE9, 0x2028, 0x4E2D, 0xFFFD, 0x1F600] as [UInt32])
    func `every other character is ordinary`(value: UInt32) throws {
        let text = String(Character(try #require(Unicode.Scalar(value))))
        #expect(ChannelName("a\(text)b").violation(maximumLength: 255) == nil)
    }

    @Test(arguments: ["*", "a?", "[ab]", "a\\b", "{tag}", "a_b", "a/b", "%00", "..", "~"])
    func `patterns and separators of other systems mean nothing`(text: String) {
        #expect(ChannelName(text).violation(maximumLength: 255) == nil)
        #expect(ChannelName(text).namespace == nil)
        #expect(!ChannelName(text).isUserLimited && !ChannelName(text).isPrivate)
    }
}
