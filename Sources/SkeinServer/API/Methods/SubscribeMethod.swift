import SkeinCore
import SkeinTransport
import SkeinWire

/// `subscribe`: subscribes sessions of a user to a channel. Nobody being there is a success.
struct SubscribeMethod: APIMethod {
    static let name = "subscribe"

    private enum Field: String, CaseIterable {
        case user
        case client
        case session
        case channel
        case info
        case base64Info = "b64info"
        case data
        case base64Data = "b64data"
        case expireAt = "expire_at"
        case recoverSince = "recover_since"
        case override
    }

    private enum OverrideField: String, CaseIterable {
        case presence
        case joinLeave = "join_leave"
        case forceRecovery = "force_recovery"
        case forcePositioning = "force_positioning"
        case forcePushJoinLeave = "force_push_join_leave"
    }

    private static let fields = JSONFields<Field>()
    private static let overrideFields = JSONFields<OverrideField>()

    private var target = SessionTarget()
    private var channel = ""
    private var info: [UInt8]?
    private var base64Info: String?
    private var data: [UInt8]?
    private var base64Data: String?
    private var expireAt: Int64 = 0
    private var recoverSince: StreamPosition?
    private var overrides = SubscriptionOverrides()

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .user: self.target.user = try scanner.string()
            case .client: self.target.client = try scanner.string()
            case .session: self.target.session = try scanner.string()
            case .channel: self.channel = try scanner.string()
            case .info: self.info = try scanner.rawValue()
            case .base64Info: self.base64Info = try scanner.string()
            case .data: self.data = try scanner.rawValue()
            case .base64Data: self.base64Data = try scanner.string()
            case .expireAt: self.expireAt = try scanner.int64()
            case .recoverSince: self.recoverSince = try scanner.apiPosition()
            case .override: self.overrides = try Self.overrides(from: &scanner)
            }
        }
    }

    private static func overrides(from scanner: inout JSONScanner) throws(JSONError) -> SubscriptionOverrides {
        var overrides = SubscriptionOverrides()
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.overrideFields, in: &object) {
            switch field {
            case .presence: overrides.presence = try scanner.apiFlag()
            case .joinLeave: overrides.joinLeave = try scanner.apiFlag()
            case .forceRecovery: overrides.forceRecovery = try scanner.apiFlag()
            case .forcePositioning: overrides.forcePositioning = try scanner.apiFlag()
            case .forcePushJoinLeave: overrides.forcePushJoinLeave = try scanner.apiFlag()
            }
        }
        return overrides
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let selection = try self.target.selection()
        _ = try context.rules(of: self.channel)
        let timeLeft = try context.timeLeft(until: self.expireAt)
        if let timeLeft, timeLeft <= .zero { throw APIError(.expired, "expire_at is in the past") }
        let subscription = ServerSubscription(
            channel: ChannelName(self.channel),
            info: try APIPayload.printable(self.info, base64: self.base64Info, member: "b64info"),
            data: try APIPayload.printable(self.data, base64: self.base64Data, member: "b64data"),
            timeLeft: timeLeft,
            recoverSince: self.recoverSince,
            overrides: self.overrides
        )
        if let code = try await context.ask(.subscribe(selection, subscription)).error { throw APIError(code) }
        return .empty
    }
}
