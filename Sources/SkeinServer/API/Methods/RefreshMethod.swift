import SkeinCore
import SkeinTransport
import SkeinWire

/// `refresh`: gives sessions of a user another end, or ends them with 3005 so that their clients come back with a new
/// token.
struct RefreshMethod: APIMethod {
    static let name = "refresh"

    private enum Field: String, CaseIterable {
        case user
        case client
        case session
        case expired
        case expireAt = "expire_at"
        case info
    }

    private static let fields = JSONFields<Field>()

    private var target = SessionTarget()
    private var isExpired = false
    private var expireAt: Int64 = 0
    private var info: [UInt8]?

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .user: self.target.user = try scanner.string()
            case .client: self.target.client = try scanner.string()
            case .session: self.target.session = try scanner.string()
            case .expired: self.isExpired = try scanner.bool()
            case .expireAt: self.expireAt = try scanner.int64()
            case .info: self.info = try scanner.rawValue()
            }
        }
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let selection = try self.target.selection()
        let timeLeft = try context.timeLeft(until: self.expireAt)
        let isPast = timeLeft.map { $0 <= .zero } ?? false
        let isExpired = self.isExpired || isPast
        _ = try await context.ask(
            .refresh(selection, isExpired: isExpired, timeLeft: timeLeft, info: self.info)
        )
        return .empty
    }
}
