import HashRing
import SkeinBalancer
import Synchronization

/// HAProxy's table of servers and its maps, behind the same commands and with the same words as 2.6.12.
final class ModelHAProxy: RuntimeChannel {
    struct State {
        var servers: [BalancerServer] = []
        var maps: [String: [String: String]] = [:]
        var versions: [Int: [String: String]] = [:]
        var commands: [String] = []
        /// Payloads longer than this are dropped without a word, as HAProxy does with what its buffer cannot hold.
        var bufferSize = 16_384
        /// Servers that no command deletes.
        var undeletable: Set<String> = []
    }

    private let state = Mutex(State())

    func read<Value: Sendable>(_ body: (State) -> Value) -> Value {
        self.state.withLock { body($0) }
    }

    func change(_ body: @Sendable (inout State) -> Void) {
        self.state.withLock { body(&$0) }
    }

    var servers: [BalancerServer] { self.read(\.servers) }

    func run(_ command: String) throws(BalancerError) -> String {
        self.state.withLock { state in
            state.commands.append(command)
            if command.contains("<<\n") { return state.addPayload(command) }
            return command.split(separator: ";").map { state.run($0.split(separator: " ").map(String.init)) + "\n" }
                .joined()
        }
    }
}

extension ModelHAProxy.State {
    mutating func run(_ words: [String]) -> String {
        switch words.prefix(2).joined(separator: " ") {
        case "show servers": return self.table()
        case "show stat": return self.statistics()
        case "add server": return self.add(words)
        case "del server": return self.delete(words[2])
        case "enable health":
            return self.with(words[2]) { $0.isUnfinished = false }
        case "enable agent": return self.with(words[2]) { _ in }
        case "set server": return self.set(words)
        case "show map": return self.showMap(words)
        case "prepare map":
            guard self.maps[words[2]] != nil else { return "Unknown map identifier. Please use #<id> or <file>.\n" }
            let version = (self.versions.keys.max() ?? 0) + 1
            self.versions[version] = [:]
            return "New version created: \(version)\n"
        case "commit map":
            guard let entries = Int(words[2].dropFirst()).flatMap({ self.versions.removeValue(forKey: $0) }) else {
                return "Version number out of range.\n"
            }
            self.maps[words[3]] = entries
            return ""
        case "clear map":
            _ = Int(words[2].dropFirst()).map { self.versions.removeValue(forKey: $0) }
            return ""
        default: return "Unknown command\n"
        }
    }

    mutating func addPayload(_ command: String) -> String {
        guard command.utf8.count < self.bufferSize else { return "" }
        let lines = command.split(separator: "\n")
        guard let version = Int(lines[0].split(separator: " ")[2].dropFirst()) else {
            return "Version number out of range.\n"
        }
        for line in lines.dropFirst() {
            let fields = line.split(separator: " ")
            self.versions[version]?[String(fields[0])] = String(fields[1])
        }
        return "\n"
    }

    private func table() -> String {
        let head =
            "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight "
            + "srv_check_state srv_port srv_agent_port"
        let lines = self.servers.map { server in
            let administration = (server.isInMaintenance ? 1 : 0) | (server.isDrained ? 8 : 0)
            return "3 skein \(server.id) \(server.name) \(server.endpoint?.host ?? "-") \(server.isUp ? 2 : 0) "
                + "\(administration) \(server.weight) \(server.isUnfinished ? 2 : 6) \(server.endpoint?.port ?? 0) "
                + "\(server.agentPort ?? 0)"
        }
        return (["1", head] + lines).joined(separator: "\n") + "\n"
    }

    private func statistics() -> String {
        (["# pxname,svname,qcur,qmax,scur,"] + self.servers.map { "skein,\($0.name),0,0,\($0.sessions)," })
            .joined(separator: "\n") + "\n"
    }

    private func showMap(_ words: [String]) -> String {
        let entries: [String: String]?
        if words[2].hasPrefix("@") {
            entries = Int(words[2].dropFirst()).flatMap { self.versions[$0] }
        } else {
            entries = self.maps[words[2]]
        }
        guard let entries else { return "Unknown map identifier. Please use #<id> or <file>.\n" }
        return entries.map { "0x55d0 \($0.key) \($0.value)\n" }.joined()
    }

    private mutating func add(_ words: [String]) -> String {
        let name = String(words[2].dropFirst("skein/".count))
        func value(of word: String) -> Int? { words.firstIndex(of: word).flatMap { Int(words[$0 + 1]) } }
        guard !self.servers.contains(where: { $0.name == name }) else {
            return "Already exists a server with the same name in backend.\n"
        }
        guard let id = value(of: "id").flatMap({ UInt32(exactly: $0) }) else { return "no id\n" }
        if let holder = self.servers.first(where: { $0.id == id }) {
            return "'id' : custom id \(id) already used at (null):0 ('server \(holder.name)').\n"
        }
        self.servers.append(
            BalancerServer(
                name: name,
                id: id,
                endpoint: ServerEndpoint(words[3]),
                weight: value(of: "weight") ?? 1,
                isUp: false,
                isInMaintenance: true,
                isUnfinished: true,
                agentPort: value(of: "agent-port").flatMap { UInt16(exactly: $0) }
            )
        )
        return "New server registered.\n"
    }

    private mutating func delete(_ path: String) -> String {
        let name = String(path.dropFirst("skein/".count))
        guard let place = self.servers.firstIndex(where: { $0.name == name }) else { return "No such server.\n" }
        guard self.servers[place].isInMaintenance else { return "Only servers in maintenance mode can be deleted.\n" }
        guard self.servers[place].sessions == 0, !self.undeletable.contains(name) else {
            return "Server still has connections attached to it, cannot remove it.\n"
        }
        self.servers.remove(at: place)
        return "Server deleted.\n"
    }

    private mutating func set(_ words: [String]) -> String {
        switch words[3] {
        case "weight":
            guard let weight = Int(words[4]), (0...256).contains(weight) else {
                return "Absolute weight can only be between 0 and 256 inclusive.\n"
            }
            return self.with(words[2]) { $0.weight = weight }
        case "addr":
            let endpoint = ServerEndpoint(host: words[4], port: UInt16(words[6]) ?? 0)
            let reply = self.with(words[2]) { $0.endpoint = endpoint }
            return reply.isEmpty
                ? "IP changed from 'x' to 'y', port changed from '1' to '2' by 'stats socket command'\n" : reply
        case "agent": return self.with(words[2]) { $0.isUp = true }
        case "agent-addr": return self.with(words[2]) { $0.agentPort = UInt16(words[6]) }
        case "state" where words[4] == "maint": return self.with(words[2]) { $0.isInMaintenance = true }
        case "state" where words[4] == "ready":
            return self.with(words[2]) {
                $0.isInMaintenance = false
                $0.isDrained = false
                $0.isUp = true
            }
        default: return "'set server <srv> ' usage\n"
        }
    }

    private mutating func with(_ path: String, _ body: (inout BalancerServer) -> Void) -> String {
        let name = String(path.dropFirst("skein/".count))
        guard let place = self.servers.firstIndex(where: { $0.name == name }) else { return "No such server.\n" }
        body(&self.servers[place])
        return ""
    }
}
