/// Where the Runtime API listens: `unix:/run/haproxy/admin.sock` or `tcp:127.0.0.1:9999`.
public enum RuntimeAddress: Sendable, Hashable, LosslessStringConvertible {
    /// A socket in the file system.
    case unix(path: String)
    /// A host, by name or number, and a port.
    case tcp(ServerEndpoint)

    /// Reads an address; a text that begins with `/` is a path. Nil for everything else.
    public init?(_ description: String) {
        if description.hasPrefix("unix:") {
            self = .unix(path: String(description.dropFirst("unix:".count)))
        } else if description.hasPrefix("/") {
            self = .unix(path: description)
        } else if description.hasPrefix("tcp:"),
            let endpoint = ServerEndpoint(String(description.dropFirst("tcp:".count)))
        {
            self = .tcp(endpoint)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let endpoint): "tcp:\(endpoint)"
        }
    }
}
