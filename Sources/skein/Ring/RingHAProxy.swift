import ArgumentParser
import HashRing
import SkeinBalancer
import SkeinServer

/// `skein ring haproxy`: the balancer's configuration.
struct RingHAProxy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "haproxy",
        abstract: "Print a complete HAProxy configuration for the nodes.",
        discussion: "Check it with haproxy -c. A running HAProxy is kept in step by skein ring sync, without a reload."
    )

    @OptionGroup var ring: RingSourceOptions
    @OptionGroup var server: RingServerOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Address for clients, repeatable. Default: :80, :443 with TLS.", valueName: "address")
    )
    var bind: [String] = []

    @Option(name: .long, help: "PEM file with certificate and key, or a folder of them: speak TLS, and HTTP/2.")
    var certificate: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Ping interval of the nodes; silence of five ends a WebSocket.", valueName: "duration")
    )
    var pingInterval = DurationOption(.seconds(25))

    @Option(name: .long, help: "Path of the socket for the Runtime API.")
    var statsSocket = "/run/haproxy/admin.sock"

    @Option(name: .long, help: "Most connections in all; each needs two files.")
    var maxConnections = 20_000

    @Option(name: .long, help: ArgumentHelp("How long an old process lives after a reload.", valueName: "duration"))
    var hardStopAfter = DurationOption(.seconds(900))

    @Option(
        name: .long,
        help: ArgumentHelp("Beginning of the paths that clients may ask for, repeatable.", valueName: "path")
    )
    var publicPath: [String] = ["/connection/"]

    @Option(name: .long, help: "Version of HAProxy, at least 2.6.")
    var haproxyVersion = "2.6"

    @Flag(name: .long, help: "Look the names of nodes up again while HAProxy runs, as networks of containers need it.")
    var followNames = false

    @Flag(name: .long, help: "Print the content of the slot map instead; HAProxy wants the file before it starts.")
    var printSlotMap = false

    func validate() throws {
        if HAProxyVersion(self.haproxyVersion) == nil {
            throw ValidationError("--haproxy-version \(self.haproxyVersion): write it as 2.6.")
        }
    }

    func run() async throws {
        let directory = try await self.ring.directory()
        if self.printSlotMap {
            Swift.print(try directory.ring().slots().mapFile, terminator: "")
            return
        }
        var options = HAProxyOptions()
        options.bindAddresses = self.bind.isEmpty ? [self.certificate == nil ? ":80" : ":443"] : self.bind
        options.certificatePath = self.certificate
        options.backend = self.server.backend
        options.server = self.server.settings
        options.pingInterval = self.pingInterval.duration
        options.socketPath = self.statsSocket
        options.maximumConnections = self.maxConnections
        options.hardStopAfter = self.hardStopAfter.duration
        options.secret = directory.secret
        options.slotMapPath = self.server.slotMap
        options.followsNames = self.followNames
        options.publicPaths = self.publicPath
        options.version = HAProxyVersion(self.haproxyVersion) ?? .oldest
        let configuration = try HAProxyConfiguration(
            options: options,
            nodes: directory.nodes,
            profile: directory.profile
        )
        Swift.print(configuration.text, terminator: "")
    }
}
