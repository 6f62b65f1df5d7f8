/// The table of methods.
enum APIMethods {
    /// Every method there is.
    static let all: [any APIMethod.Type] = [
        PublishMethod.self,
        BroadcastMethod.self,
        SubscribeMethod.self,
        UnsubscribeMethod.self,
        DisconnectMethod.self,
        MessageMethod.self,
        RefreshMethod.self,
        PresenceMethod.self,
        PresenceStatsMethod.self,
        HistoryMethod.self,
        HistoryRemoveMethod.self,
        ChannelsMethod.self,
        InfoMethod.self,
        DrainMethod.self,
        RPCMethod.self,
        BatchMethod.self,
    ]

    /// The method of that name.
    static func named(_ name: String) -> (any APIMethod.Type)? { self.byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: Self.all.map { ($0.name, $0) })
}
