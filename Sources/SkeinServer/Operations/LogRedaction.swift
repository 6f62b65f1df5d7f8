/// Decides which metadata may be printed. Both log handlers pass every pair of every line through ``LogLine``,
/// which asks here.
enum LogRedaction {
    /// Whether the value belongs to somebody who would lose something if it were read: a key named `token`,
    /// `authorization`, `api_key` or `secret`, alone or as the last word of a longer name (`skein.token`, `X-API-Key`).
    static func hides(_ key: String) -> Bool {
        let name = key.lowercased().map { $0 == "-" || $0 == "." || $0 == " " ? "_" : $0 }
        return Self.words.contains { word in
            name.elementsEqual(word)
                || (name.count > word.count && name.suffix(word.count + 1).elementsEqual("_" + word))
        }
    }

    private static let words = ["token", "authorization", "api_key", "apikey", "secret"]
}
