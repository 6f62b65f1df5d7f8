/// A glob over channel names: `*` is any run of characters, `?` any one, `[abc]`, `[a-z]` and `[!a-z]` one of a
/// class, and `\` takes the next character as it is. A character is a Unicode scalar, and a pattern has to match the
/// whole name.
///
/// Matching never explores more than one way at a time: when something does not fit, only the last `*` takes one more
/// character, because an earlier one taking more could not help. That bounds a match by name × pattern steps, where
/// backtracking into every `*` would need exponentially many.
struct ChannelPattern: Sendable {
    private enum Token: Sendable {
        case character(Unicode.Scalar)
        case anyCharacter
        case anyRun
        case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)

        func admits(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .character(let character): character == scalar
            case .anyCharacter: true
            case .anyRun: false
            case .oneOf(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
            }
        }

        var isRun: Bool {
            if case .anyRun = self { true } else { false }
        }
    }

    private var tokens: [Token] = []

    /// Reads a pattern. O(length).
    init(_ text: String) throws(APIError) {
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*":
                if self.tokens.last?.isRun != true { self.tokens.append(.anyRun) }
            case "?":
                self.tokens.append(.anyCharacter)
            case "[":
                self.tokens.append(try Self.characterClass(&rest))
            case "{":
                // Other globs have alternatives; taking the brace for itself would silently find nothing.
                throw .badRequest("pattern: {a,b} is not supported; write \\{ for a brace")
            case "\\":
                self.tokens.append(.character(try Self.next(&rest)))
            default:
                self.tokens.append(.character(scalar))
            }
        }
    }

    /// Whether the name fits. At most O(name × pattern).
    func matches(_ name: String) -> Bool {
        let name = Array(name.unicodeScalars)
        var position = 0
        var token = 0
        var lastRun: (token: Int, position: Int)?
        while position < name.count {
            if token < self.tokens.count, self.tokens[token].isRun {
                lastRun = (token, position)
                token += 1
            } else if token < self.tokens.count, self.tokens[token].admits(name[position]) {
                token += 1
                position += 1
            } else if let run = lastRun {
                lastRun = (run.token, run.position + 1)
                token = run.token + 1
                position = run.position + 1
            } else {
                return false
            }
        }
        return self.tokens[token...].allSatisfy(\.isRun)
    }

    /// What follows `[`, up to `]`.
    private static func characterClass(
        _ rest: inout Substring.UnicodeScalarView
    ) throws(APIError) -> Token {
        let isNegated = rest.first == "!" || rest.first == "^"
        if isNegated { rest.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while rest.first != "]" {
            let lower = try Self.member(&rest)
            guard rest.first == "-", rest.dropFirst().first != "]" else {
                ranges.append(lower...lower)
                continue
            }
            rest.removeFirst()
            let upper = try Self.member(&rest)
            guard lower <= upper else { throw .badRequest("pattern: a range ends before it begins") }
            ranges.append(lower...upper)
        }
        rest.removeFirst()
        guard !ranges.isEmpty else { throw .badRequest("pattern: an empty class") }
        return .oneOf(ranges, isNegated: isNegated)
    }

    private static func member(_ rest: inout Substring.UnicodeScalarView) throws(APIError) -> Unicode.Scalar {
        let scalar = try Self.next(&rest)
        return scalar == "\\" ? try Self.next(&rest) : scalar
    }

    private static func next(_ rest: inout Substring.UnicodeScalarView) throws(APIError) -> Unicode.Scalar {
        guard let scalar = rest.popFirst() else { throw .badRequest("pattern ends too early") }
        return scalar
    }
}
