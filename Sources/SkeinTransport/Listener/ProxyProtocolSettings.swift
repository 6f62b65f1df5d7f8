/// What a listener demands of the proxies in front of it. One for all its connections.
public struct ProxyProtocolSettings: Sendable {
    /// Who may speak for clients.
    public let trusted: TrustedNetworks
    /// From accepting to the last byte of the header, however often bytes come in between. Proxies send it at once; 3 s
    /// and more survive a lost packet.
    public let deadline: Duration
    /// Counts a connection that is given up. Called on its event loop, at most once for each.
    public let count: @Sendable (ProxyRejection) -> Void

    /// Collects the settings.
    public init(
        trusted: TrustedNetworks,
        deadline: Duration = .seconds(5),
        count: @escaping @Sendable (ProxyRejection) -> Void
    ) {
        self.trusted = trusted
        self.deadline = deadline
        self.count = count
    }
}
