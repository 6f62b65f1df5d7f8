/// What an operator may choose in the configuration of HAProxy.
public struct HAProxyOptions: Sendable, Hashable {
    /// Addresses that clients connect to, in HAProxy's form: `:443`, `192.0.2.1:80`, `[::]:443`.
    public var bindAddresses: [String] = [":80"]
    /// A PEM file with certificate and key, or a folder of them; then every address speaks TLS.
    public var certificatePath: String?
    /// The name of the backend, which commands refer to.
    public var backend = "skein"
    /// What the server lines say.
    public var server = HAProxyServerSettings()
    /// How often nodes send a ping. Silence of five times as long ends a WebSocket.
    public var pingInterval: Duration = .seconds(25)
    /// The socket of the Runtime API.
    public var socketPath = "/run/haproxy/admin.sock"
    /// Most connections in all. HAProxy reserves two files for each, and does not start where the system denies them.
    public var maximumConnections = 20_000
    /// How long an old process keeps its connections after a reload; nil for as long as they last.
    public var hardStopAfter: Duration? = .seconds(900)
    /// The secret of keyed affinity; empty for none.
    public var secret: [UInt8] = []
    /// The file of the slot map; nil to choose by HAProxy's own hash.
    public var slotMapPath: String?
    /// Whether names of nodes are looked up again while HAProxy runs, as in networks of containers.
    public var followsNames = false
    /// Paths that clients may ask for begin with one of these; everything else is answered with 404.
    public var publicPaths = ["/connection/"]
    /// The release line that has to understand the configuration.
    public var version = HAProxyVersion.oldest

    /// The defaults.
    public init() {}
}
