/// A command line that may be shown: reports are passed on, and secrets in them with them.
enum CommandWords {
    private static let blank = "***"

    /// Without the values of `--token` and `--header`, and without the names and passwords in URLs.
    static func withoutSecrets(_ words: [String]) -> [String] {
        var option = ""
        return words.map { word in
            defer { option = word }
            switch option {
            case "--token": return Self.blank
            case "--header": return Self.header(word)
            default: break
            }
            if word.hasPrefix("--token=") { return "--token=\(Self.blank)" }
            if word.hasPrefix("--header=") { return "--header=\(Self.header(word.dropFirst(9)))" }
            return Self.url(word)
        }
    }

    /// The name of a header says what was asked for; its value may be a cookie or a key.
    private static func header(_ text: some StringProtocol) -> String {
        "\(text.prefix { $0 != ":" }): \(Self.blank)"
    }

    /// `redis://***@host` for `redis://name:password@host`.
    private static func url(_ word: String) -> String {
        guard let colon = word.firstIndex(of: ":"), word[colon...].hasPrefix("://") else { return word }
        let start = word.index(colon, offsetBy: 3)
        let authority = word[start...].prefix { $0 != "/" && $0 != "?" }
        guard let at = authority.lastIndex(of: "@") else { return word }
        return word[..<start] + Self.blank + word[at...]
    }
}
