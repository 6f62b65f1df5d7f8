public import HashRing

/// A new version of the slot map for a running HAProxy: prepared beside the old one, and swapped in at once.
public struct SlotMapUpdate: Sendable, Hashable {
    /// The map, by the path in HAProxy's configuration.
    public let path: String
    /// How many slots get another node.
    public let changedSlots: Int
    /// Lines of the map: slot, space, name.
    private let lines: [String]

    /// Most bytes of one payload. HAProxy takes what fits into its buffer, 16 KiB by default, command included.
    static let payloadLimit = 4096

    /// Nil when HAProxy's map is as wanted. O(slots).
    public init?(path: String, current: [String: String], wanted: SlotMap) throws(BalancerError) {
        var lines: [String] = []
        var changed = 0
        for slot in 0..<wanted.count {
            let owner = wanted.owner(ofSlot: slot)?.name
            if let owner { lines.append("\(slot) \(try HAProxyWord.name(owner))") }
            if current["\(slot)"] != owner { changed += 1 }
        }
        // No slot has an owner when no node has weight: the old map is of more use than none.
        guard changed > 0 || current.count != lines.count, !lines.isEmpty else { return nil }
        self.path = try HAProxyWord.plain(path, for: "map")
        self.changedSlots = changed
        self.lines = lines
    }

    /// Fills version `version`, with as many commands as the payloads need.
    func additions(version: Int) -> [String] {
        var commands: [String] = []
        var payload = ""
        for line in self.lines {
            if payload.utf8.count + line.utf8.count + 1 > Self.payloadLimit {
                commands.append("add map @\(version) \(self.path) <<\n\(payload)")
                payload = ""
            }
            payload += line + "\n"
        }
        return commands + ["add map @\(version) \(self.path) <<\n\(payload)"]
    }

    /// Prepares, fills and swaps. Whoever asks meanwhile gets the old map; after a failure nothing of the new one is
    /// left.
    public func apply(on channel: some RuntimeChannel) throws(BalancerError) {
        let reply = try channel.run("prepare map \(self.path)")
        let sentence = RuntimeReply.sentence(reply)
        guard sentence.hasPrefix("New version created: "), let version = Int(sentence.split(separator: " ").last ?? "")
        else { throw BalancerError(.refused, "HAProxy refused `prepare map \(self.path)`: \(sentence)") }
        do throws(BalancerError) {
            for command in self.additions(version: version) {
                try RuntimeReply.expectSuccess(try channel.run(command), of: "add map @\(version) \(self.path)")
            }
            // An empty answer is also that of a payload that did not fit: only what is there may be swapped in.
            let count = try channel.run("show map @\(version) \(self.path)").split(separator: "\n").count
            guard count == self.lines.count else {
                throw BalancerError(.refused, "HAProxy took \(count) of \(self.lines.count) entries of the map")
            }
            let commit = "commit map @\(version) \(self.path)"
            try RuntimeReply.expectSuccess(try channel.run(commit), of: commit)
        } catch {
            _ = try? channel.run("clear map @\(version) \(self.path)")
            throw error
        }
    }
}
