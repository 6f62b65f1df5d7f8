import SkeinCluster
import SkeinCore
import SkeinTransport
import SkeinWire

/// `presence_stats`: how many sessions and users are subscribed to a channel.
struct PresenceStatsMethod: APIMethod {
    static let name = "presence_stats"

    private let channel: String

    init(from scanner: inout JSONScanner) throws(JSONError) {
        self.channel = try scanner.apiChannel()
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let topic = try context.presenceTopic(of: self.channel)
        let stats = try await context.ask { transport throws(BrokerError) in
            try await transport.presenceStats(of: topic)
        }
        return APIResult { json in
            json.key("num_clients")
            json.integer(stats.clients)
            json.key("num_users")
            json.integer(stats.users)
        }
    }
}

extension APIContext {
    /// Where a channel's presence is kept; 108 when its rules keep none.
    func presenceTopic(of channel: String) throws(APIError) -> Topic {
        guard try self.rules(of: channel).presence else { throw .notAvailable("presence is off for this channel") }
        return self.topic(channel)
    }
}
