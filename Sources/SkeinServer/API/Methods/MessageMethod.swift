import SkeinCore
import SkeinTransport
import SkeinWire

/// `message`: sends data to sessions of a user without a channel. Nobody being there is a success.
struct MessageMethod: APIMethod {
    static let name = "message"

    private enum Field: String, CaseIterable {
        case user
        case client
        case session
        case data
        case base64Data = "b64data"
    }

    private static let fields = JSONFields<Field>()

    private var target = SessionTarget()
    private var data: [UInt8]?
    private var base64Data: String?

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .user: self.target.user = try scanner.string()
            case .client: self.target.client = try scanner.string()
            case .session: self.target.session = try scanner.string()
            case .data: self.data = try scanner.rawValue()
            case .base64Data: self.base64Data = try scanner.string()
            }
        }
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let selection = try self.target.selection()
        guard let data = try APIPayload.printable(self.data, base64: self.base64Data, member: "b64data") else {
            throw .badRequest("data is missing")
        }
        _ = try await context.ask(.message(selection, data: data))
        return .empty
    }
}
