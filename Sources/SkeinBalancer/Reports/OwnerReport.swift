import Foundation
public import HashRing

/// Who owns which clients, and who would if the owner left.
public struct OwnerReport: Sendable {
    /// A client and its nodes.
    public struct Row: Sendable, Codable, Hashable {
        /// The client id.
        public let client: String
        /// The node that gets it; nil when no node takes clients.
        public let owner: String?
        /// The owner, then whoever follows as each one before leaves.
        public let preference: [String]
    }

    /// In the order of the clients asked for.
    public let rows: [Row]

    /// - Parameters:
    ///   - usesSlots: Whether the choice goes through the slot map; then there is an order for the owner alone.
    ///   - key: The bytes that are hashed for a client id.
    public init(
        ring: HashRing,
        clients: [String],
        usesSlots: Bool = false,
        preferences: Int = 3,
        key: (String) -> [UInt8]
    ) {
        let slots = usesSlots ? ring.slots() : nil
        self.rows = clients.map { client in
            let bytes = key(client)
            let names =
                slots.map { $0.owner(of: bytes).map { [$0.name] } ?? [] }
                ?? ring.preference(of: bytes, count: preferences).map(\.name)
            return Row(client: client, owner: names.first, preference: names)
        }
    }

    /// A table.
    public var text: String {
        var table = TextTable(head: ["CLIENT", "OWNER", "THEN"])
        for row in self.rows {
            table.append([row.client, row.owner ?? "-", row.preference.dropFirst().joined(separator: ", ")])
        }
        return table.text
    }

    /// One owner per line, `-` for none.
    public var lines: String { self.rows.map { ($0.owner ?? "-") + "\n" }.joined() }

    /// One object per line.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try self.rows.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
    }
}
