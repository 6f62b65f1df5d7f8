import ArgumentParser
import SkeinBench

/// Where the load goes and how its connections look; the same for every scenario.
struct BenchTargetOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case json, protobuf }

    @Option(name: .long, help: ArgumentHelp("Address of the client protocol.", valueName: "url"))
    var url = "ws://127.0.0.1:8000/connection/websocket"

    @Option(name: .long, help: "Encoding of the protocol.")
    var format = Format.json

    @Option(name: .long, help: "Connection token; skein token signs one.")
    var token = ""

    @Option(name: .long, help: ArgumentHelp("Header for each handshake; repeatable.", valueName: "name: value"))
    var header: [String] = []

    @Option(name: .long, help: ArgumentHelp("Start of all channel names.", valueName: "text"))
    var channelPrefix = "bench"

    @Flag(name: .long, help: "Take any certificate of a wss address.")
    var insecure = false

    @Option(name: .long, help: "Threads of the client. (default: cores - 1)")
    var loops: Int?

    @Option(name: .long, help: "Connections that are being opened at a time.")
    var handshakes = 64

    @Option(
        name: .long,
        help: ArgumentHelp("Process of the server, for its processor time and memory; repeatable.", valueName: "id")
    )
    var pid: [Int] = []

    @Option(name: .long, help: "Processes that share the connections, where one may not have so many.")
    var processes = 1

    /// Which share of a run this process has: index/processes/run. Set by the process that starts the others.
    @Option(name: .long, help: .hidden)
    var share: String?

    /// A plan with these options and otherwise the defaults.
    func plan(_ scenario: BenchmarkScenario, connections: Int) throws -> BenchmarkPlan {
        var plan = BenchmarkPlan(
            scenario: scenario,
            target: try BenchFailures.validating { try BenchmarkTarget(self.url) }
        )
        plan.connections = connections
        plan.format = self.format == .json ? .json : .protobuf
        plan.token = self.token
        plan.headers = try self.header.map { try Self.parse($0) }
        plan.channelPrefix = self.channelPrefix
        plan.verifiesCertificates = !self.insecure
        plan.loops = self.loops ?? BenchmarkMachine.loopCount
        plan.handshakes = self.handshakes
        plan.serverProcesses = self.pid
        return plan
    }

    private static func parse(_ header: String) throws -> (name: String, value: String) {
        guard let colon = header.firstIndex(of: ":") else { throw ValidationError("--header: write 'Name: value'.") }
        let value = header[header.index(after: colon)...].drop { $0 == " " }
        return (String(header[..<colon]), String(value))
    }
}
