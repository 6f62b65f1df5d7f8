import SkeinCluster
import SkeinCore
import SkeinTransport
import SkeinWire

/// `presence`: who is subscribed to a channel.
struct PresenceMethod: APIMethod {
    static let name = "presence"

    private let channel: String

    init(from scanner: inout JSONScanner) throws(JSONError) {
        self.channel = try scanner.apiChannel()
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let topic = try context.presenceTopic(of: self.channel)
        let members = try await context.ask { transport throws(BrokerError) in
            try await transport.presence(of: topic)
        }
        return APIResult(expecting: 32 + 128 * members.count) { json in
            json.key("presence")
            json.beginObject()
            for member in members {
                json.key(member.info.client)
                json.clientInfo(member.info)
            }
            json.endObject()
        }
    }
}
