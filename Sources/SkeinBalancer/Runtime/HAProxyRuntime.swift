/// HAProxy's Runtime API over its stats socket.
///
/// Each command has a connection of its own, as the API is made for: HAProxy closes after the answer, so its end
/// needs no guess. Blocking, for command-line tools; time and size of an answer are bounded.
public struct HAProxyRuntime: RuntimeChannel {
    /// Where HAProxy listens.
    public let address: RuntimeAddress
    /// For one command, from connecting to the last byte.
    public let timeout: Duration
    /// Longest answer, in bytes.
    public let replyLimit: Int

    /// Connects with the first command, not here.
    public init(address: RuntimeAddress, timeout: Duration = .seconds(5), replyLimit: Int = 16 << 20) {
        self.address = address
        self.timeout = timeout
        self.replyLimit = replyLimit
    }

    public func run(_ command: String) throws(BalancerError) -> String {
        let socket = try BoundedSocket(connectingTo: self.address, within: self.timeout)
        defer { socket.close() }
        try socket.send(Array(command.utf8) + [UInt8(ascii: "\n")])
        return String(decoding: try socket.receiveAll(limit: self.replyLimit), as: UTF8.self)
    }
}
