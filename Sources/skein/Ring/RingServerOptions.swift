import ArgumentParser
import SkeinBalancer

/// What the servers of HAProxy are like: the same for those in the file and those that are added at run time.
struct RingServerOptions: ParsableArguments {
    @Option(name: .long, help: "The backend with the nodes.")
    var backend = "skein"

    @Option(name: .long, help: ArgumentHelp("Time between two health checks.", valueName: "duration"))
    var checkInterval = DurationOption(.seconds(1))

    @Option(name: .long, help: "Failed health checks until a node is out.")
    var fall = 2

    @Option(name: .long, help: "Passed health checks until it is back.")
    var rise = 2

    @Option(name: .long, help: "Most connections to one node; keep it above the node's own limit. Without: no limit.")
    var serverMaxConnections: Int?

    @Flag(name: .customLong("send-proxy-v2"), help: "Begin connections with PROXY v2; nodes have to expect it.")
    var sendProxyV2 = false

    @Option(name: .long, help: "Port of the agent on every node.")
    var agentPort: UInt16?

    @Option(name: .long, help: "The agent's port, counted from the node's own.")
    var agentPortOffset: Int?

    @Option(name: .long, help: "Choose through this map of slots, which may follow any profile.")
    var slotMap: String?

    func validate() throws {
        if self.agentPort != nil, self.agentPortOffset != nil {
            throw ValidationError("--agent-port and --agent-port-offset exclude each other.")
        }
        if self.agentPort == 0 { throw ValidationError("--agent-port has to be from 1 to 65535.") }
        if self.fall < 1 || self.rise < 1 { throw ValidationError("--fall and --rise have to be 1 or more.") }
    }

    var settings: HAProxyServerSettings {
        HAProxyServerSettings(
            checkInterval: self.checkInterval.duration,
            fall: self.fall,
            rise: self.rise,
            maximumConnections: self.serverMaxConnections,
            sendsProxyProtocol: self.sendProxyV2,
            agentPort: self.agentPort.map(AgentPort.fixed) ?? self.agentPortOffset.map(AgentPort.offset)
        )
    }
}
