/// The sessions on each server, from `show stat`: CSV with a header line.
enum SessionTable {
    /// By the name of the server; those that wait in its queue included.
    static func sessions(in reply: String, backend: String) throws(BalancerError) -> [String: Int] {
        let lines = reply.split(separator: "\n")
        guard let header = lines.first, header.hasPrefix("# ") else {
            throw BalancerError(.malformedReply, "not a table of statistics: \(RuntimeReply.sentence(reply))")
        }
        let titles = header.dropFirst(2).split(separator: ",", omittingEmptySubsequences: false)
        guard let proxy = titles.firstIndex(of: "pxname"), let server = titles.firstIndex(of: "svname"),
            let current = titles.firstIndex(of: "scur"), let queued = titles.firstIndex(of: "qcur")
        else { throw BalancerError(.malformedReply, "a table of statistics without names or sessions") }
        var sessions: [String: Int] = [:]
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count > max(proxy, server, current, queued), fields[proxy] == backend[...] else { continue }
            sessions[String(fields[server])] = (Int(fields[current]) ?? 0) + (Int(fields[queued]) ?? 0)
        }
        return sessions
    }
}
