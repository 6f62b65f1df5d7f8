import SkeinTestKit
import Testing

@testable import SkeinServer

@Suite struct ChannelPatternTests {
    @Test(arguments: [
        ("chat:*", "chat:a", true), ("chat:*", "chat:", true), ("chat:*", "chat", false), ("*", "", true),
        ("**", "a", true), ("*:a:*", "x:a:y", true), ("*:a:*", "x:b:y", false), ("?", "é", true), ("?", "", false),
        ("??", "a", false), ("[abc]", "b", true), ("[abc]", "d", false), ("[!abc]", "d", true), ("[^a]", "a", false),
        ("[a-c]x", "bx", true), ("[a-]", "-", true), ("[-a]", "-", true), ("[\\]]", "]", true), ("\\*", "*", true),
        ("\\*", "a", false), ("\\{", "{", true), ("a*b*c", "a-b-b-c", true), ("a*b*c", "a-b-c-", false), ("", "", true),
        ("", "a", false), ("*a", "aab", false), ("]", "]", true),
    ])
    func `what a pattern matches`(pattern: String, name: String, matches: Bool) throws {
        #expect(try ChannelPattern(pattern).matches(name) == matches)
    }

    @Test(arguments: ["[", "[a", "[a-", "[]", "[!]", "[b-a]", "\\", "[\\", "{", "a{b,c}"])
    func `what is no pattern`(pattern: String) {
        #expect(throws: APIError.self) { try ChannelPattern(pattern) }
    }

    @Test func `names are compared by scalars, without normalisation`() throws {
        #expect(try !ChannelPattern("e\u{301}").matches("\u{e9}"))
        #expect(try ChannelPattern("??").matches("e\u{301}"))
    }

    /// Enough for a matcher that tries every star to run for years.
    @Test func `many stars do not explode`() throws {
        let pattern = try ChannelPattern(String(repeating: "a*", count: 500) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 255)))
        #expect(
            !(try ChannelPattern(String(repeating: "*a", count: 100) + "b").matches(String(repeating: "a", count: 255)))
        )
    }

    @Test func `random patterns match what a matcher that tries everything matches`() throws {
        var random = SeededGenerator(seed: 20_261)
        let pieces = ["a", "b", "c", "*", "*", "?", "[ab]", "[!a]", "[b-c]"]
        var matched = 0
        for _ in 0..<20_000 {
            let parts = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            let name = (0..<Int.random(in: 0...7, using: &random)).map { _ in
                "abc"[Int.random(in: 0..<3, using: &random)]
            }
            let expected = Self.naive(parts[...], name[...])
            let found = try ChannelPattern(parts.joined()).matches(String(name))
            #expect(found == expected, "\(parts.joined()) \(String(name))")
            if found { matched += 1 }
        }
        #expect(matched > 1000 && matched < 19_000)
    }

    private static func naive(_ pattern: ArraySlice<String>, _ name: ArraySlice<Character>) -> Bool {
        guard let piece = pattern.first else { return name.isEmpty }
        let rest = pattern.dropFirst()
        if piece == "*" { return (0...name.count).contains { Self.naive(rest, name.dropFirst($0)) } }
        guard let character = name.first else { return false }
        let fits =
            switch piece {
            case "?": true
            case "[ab]": "ab".contains(character)
            case "[!a]": character != "a"
            case "[b-c]": "bc".contains(character)
            default: piece == String(character)
            }
        return fits && Self.naive(rest, name.dropFirst())
    }
}

extension String {
    fileprivate subscript(offset: Int) -> Character { Array(self)[offset] }
}
