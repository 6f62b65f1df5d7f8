import SkeinCore
import SkeinTransport
import SkeinWire

/// `unsubscribe`: ends subscriptions of a user's sessions to a channel, or to all of theirs when the channel is left
/// out.
struct UnsubscribeMethod: APIMethod {
    static let name = "unsubscribe"

    private enum Field: String, CaseIterable {
        case user
        case client
        case session
        case channel
    }

    private static let fields = JSONFields<Field>()

    private var target = SessionTarget()
    private var channel = ""

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .user: self.target.user = try scanner.string()
            case .client: self.target.client = try scanner.string()
            case .session: self.target.session = try scanner.string()
            case .channel: self.channel = try scanner.string()
            }
        }
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let selection = try self.target.selection()
        if !self.channel.isEmpty { _ = try context.rules(of: self.channel) }
        _ = try await context.ask(.unsubscribe(selection, ChannelName(self.channel)))
        return .empty
    }
}
