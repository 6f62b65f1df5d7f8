import SkeinCluster
import SkeinTransport
import SkeinWire

/// `history_remove`: forgets a channel's publications. Epoch and offset go on, so that no client takes the next
/// publication for an old one.
struct HistoryRemoveMethod: APIMethod {
    static let name = "history_remove"

    private let channel: String

    init(from scanner: inout JSONScanner) throws(JSONError) {
        self.channel = try scanner.apiChannel()
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        _ = try context.historyRules(of: self.channel)
        let topic = context.topic(self.channel)
        try await context.ask { transport throws(BrokerError) in try await transport.removeHistory(of: topic) }
        return .empty
    }
}
