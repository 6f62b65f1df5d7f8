import SkeinCore
import SkeinTransport
import SkeinWire

/// `channels`: the channels that have subscribers on any node. O(channels); every node matches its own names, away from
/// the event loops.
struct ChannelsMethod: APIMethod {
    static let name = "channels"

    private enum Field: String, CaseIterable {
        case pattern
    }

    private static let fields = JSONFields<Field>()

    private var pattern = ""

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while try scanner.nextField(of: Self.fields, in: &object) != nil { self.pattern = try scanner.string() }
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        try self.checkPattern()
        let channels = try await context.ask(.channels(pattern: self.pattern)).channels
            .sorted { $0.key.text.utf8.lexicographicallyPrecedes($1.key.text.utf8) }
        return APIResult(expecting: 32 + 64 * channels.count) { json in
            json.key("channels")
            json.beginObject()
            for (channel, subscribers) in channels {
                json.key(channel.text)
                json.beginObject()
                json.key("num_clients")
                json.integer(subscribers)
                json.endObject()
            }
            json.endObject()
        }
    }

    private func checkPattern() throws(APIError) {
        guard self.pattern.utf8.count <= APILimits.pattern else {
            throw .badRequest("pattern is longer than \(APILimits.pattern) bytes")
        }
        _ = try ChannelPattern(self.pattern)
    }
}
