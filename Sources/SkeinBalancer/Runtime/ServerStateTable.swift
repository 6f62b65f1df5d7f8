/// The answer to `show servers state <backend>`, version 1.
///
/// Columns are found by the names in the header line: later versions of HAProxy add some.
enum ServerStateTable {
    /// Bits of `srv_admin_state`: maintenance forced, inherited, from the configuration, for want of an address or a
    /// name.
    private static let maintenance = 0x01 | 0x02 | 0x04 | 0x20 | 0x40
    /// Drained, forced or inherited.
    private static let drained = 0x08 | 0x10
    /// Bits of `srv_check_state`: there is a check, and it is enabled.
    private static let checkConfigured = 0x02
    private static let checkEnabled = 0x04

    /// The servers in HAProxy's order, without their sessions, which this table does not have.
    static func servers(in reply: String, backend: String) throws(BalancerError) -> [BalancerServer] {
        let lines = reply.split(separator: "\n")
        guard lines.first == "1", lines.count > 1, lines[1].hasPrefix("# ") else {
            if reply.contains("Can't find backend") {
                throw BalancerError(.refused, "HAProxy has no backend \"\(backend)\"; say which one with --backend")
            }
            throw BalancerError(.malformedReply, "not a table of servers: \(RuntimeReply.sentence(reply))")
        }
        var columns: [Substring: Int] = [:]
        for (column, title) in lines[1].dropFirst(2).split(separator: " ").enumerated() { columns[title] = column }
        var servers: [BalancerServer] = []
        for line in lines.dropFirst(2) where !line.hasPrefix("#") {
            let fields = line.split(separator: " ")
            let row = Row(columns: columns, fields: fields)
            guard row["be_name"] == backend[...] else { continue }
            servers.append(try Self.server(row))
        }
        return servers
    }

    private static func server(_ row: Row) throws(BalancerError) -> BalancerServer {
        guard let name = row["srv_name"] else {
            throw BalancerError(.malformedReply, "a table of servers without the column srv_name")
        }
        let administration = try row.number("srv_admin_state")
        let check = try row.number("srv_check_state")
        let port = UInt16(exactly: try row.number("srv_port")) ?? 0
        let host = row["srv_addr"].flatMap { $0 == "-" ? nil : String($0) }
        guard let id = UInt32(exactly: try row.number("srv_id")) else {
            throw BalancerError(.malformedReply, "server \(name) has an id that is none")
        }
        return BalancerServer(
            name: String(name),
            id: id,
            endpoint: host.map { ServerEndpoint(host: $0, port: port) },
            weight: try row.number("srv_uweight"),
            isUp: [1, 2].contains(try row.number("srv_op_state")),
            isInMaintenance: administration & Self.maintenance != 0,
            isDrained: administration & Self.drained != 0,
            isUnfinished: administration & 0x01 != 0 && check & Self.checkConfigured != 0
                && check & Self.checkEnabled == 0,
            agentPort: row["srv_agent_port"].flatMap { UInt16($0) }.flatMap { $0 == 0 ? nil : $0 }
        )
    }

    /// One line, by column names.
    private struct Row {
        let columns: [Substring: Int]
        let fields: [Substring]

        subscript(title: Substring) -> Substring? {
            self.columns[title].flatMap { self.fields.indices.contains($0) ? self.fields[$0] : nil }
        }

        func number(_ title: Substring) throws(BalancerError) -> Int {
            guard let text = self[title], let number = Int(text) else {
                throw BalancerError(.malformedReply, "a table of servers without a number in the column \(title)")
            }
            return number
        }
    }
}
