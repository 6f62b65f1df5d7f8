/// Questions to HAProxy.
extension RuntimeChannel {
    /// The servers of a backend, with the sessions that are on them. Two commands.
    public func servers(of backend: String) throws(BalancerError) -> [BalancerServer] {
        let backend = try HAProxyWord.name(backend)
        var servers = try ServerStateTable.servers(in: try self.run("show servers state \(backend)"), backend: backend)
        let sessions = try SessionTable.sessions(in: try self.run("show stat"), backend: backend)
        for place in servers.indices {
            // Without a number the server counts as busy: deleting it can wait, and adding one back cannot be undone.
            servers[place].sessions = sessions[servers[place].name] ?? 1
        }
        return servers
    }

    /// The entries of a map, by key.
    ///
    /// - Throws: `refused` when the configuration has no map of this path.
    public func map(_ path: String) throws(BalancerError) -> [String: String] {
        let path = try HAProxyWord.plain(path, for: "map")
        let reply = try self.run("show map \(path)")
        if reply.contains("Unknown map identifier") {
            throw BalancerError(.refused, "HAProxy has no map \(path); write its configuration with --slot-map \(path)")
        }
        var entries: [String: String] = [:]
        for line in reply.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 2)
            guard fields.count == 3, fields[0].hasPrefix("0x") else {
                throw BalancerError(.malformedReply, "not an entry of a map: \(RuntimeReply.sentence(String(line)))")
            }
            entries[String(fields[1])] = String(fields[2])
        }
        return entries
    }
}
