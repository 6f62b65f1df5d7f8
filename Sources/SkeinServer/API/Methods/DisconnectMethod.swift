import SkeinCore
import SkeinTransport
import SkeinWire

/// `disconnect`: ends sessions of a user, with a close code that tells their clients whether to come back.
struct DisconnectMethod: APIMethod {
    static let name = "disconnect"

    /// The codes that the client protocol leaves to servers and applications; the others belong to WebSocket itself.
    private static let codes: ClosedRange<UInt32> = 3000...4999

    private enum Field: String, CaseIterable {
        case user
        case client
        case session
        case whitelist
        case disconnect
    }

    private enum CodeField: String, CaseIterable {
        case code
        case reason
    }

    private static let fields = JSONFields<Field>()
    private static let codeFields = JSONFields<CodeField>()

    private var target = SessionTarget()
    private var whitelist: [String] = []
    private var code: UInt32 = 0
    private var reason = ""

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .user: self.target.user = try scanner.string()
            case .client: self.target.client = try scanner.string()
            case .session: self.target.session = try scanner.string()
            case .whitelist: self.whitelist = try scanner.stringArray()
            case .disconnect: try self.readCode(from: &scanner)
            }
        }
    }

    private mutating func readCode(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.codeFields, in: &object) {
            switch field {
            case .code: self.code = try scanner.uint32()
            case .reason: self.reason = try scanner.string()
            }
        }
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let selection = try self.target.selection(except: self.whitelist)
        _ = try await context.ask(.disconnect(selection, try self.disconnectCode()))
        return .empty
    }

    /// 3503, which clients do not come back from, unless the request has a code of its own.
    private func disconnectCode() throws(APIError) -> DisconnectCode {
        guard self.reason.utf8.count <= DisconnectCode.maximumReasonLength else {
            throw .badRequest("disconnect.reason is longer than \(DisconnectCode.maximumReasonLength) bytes")
        }
        guard self.code != 0 else {
            let standard = DisconnectCode.forceDisconnect
            return self.reason.isEmpty ? standard : DisconnectCode(standard.code, self.reason)
        }
        guard Self.codes.contains(self.code), let code = UInt16(exactly: self.code) else {
            throw .badRequest("disconnect.code is not between \(Self.codes.lowerBound) and \(Self.codes.upperBound)")
        }
        return DisconnectCode(code, self.reason)
    }
}
