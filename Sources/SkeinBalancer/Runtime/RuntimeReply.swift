/// What the answers of the Runtime API mean. There is no status: success is a known sentence, or silence.
enum RuntimeReply {
    /// Throws unless the answer is empty or begins with one of the sentences of success.
    static func expectSuccess(_ reply: String, of command: String, saying success: [String] = []) throws(BalancerError)
    {
        let sentence = Self.sentence(reply)
        guard sentence.isEmpty || success.contains(where: { sentence.contains($0) }) else {
            throw BalancerError(.refused, "HAProxy refused `\(command)`: \(sentence)")
        }
    }

    /// The answer in one line, cut where it is long.
    static func sentence(_ reply: String) -> String {
        let line = reply.split(whereSeparator: \.isNewline).joined(separator: " ")
        if line.hasPrefix("Permission denied") {
            return "Permission denied (the `stats socket` needs `level admin`)"
        }
        return line.count > 200 ? line.prefix(200) + "…" : line
    }
}
