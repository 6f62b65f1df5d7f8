import SkeinCore
import SkeinTransport
import SkeinWire

/// `rpc`: calls one of the node's methods, as a client without a user would.
struct RPCMethod: APIMethod {
    static let name = "rpc"

    private enum Field: String, CaseIterable {
        case method
        case params
    }

    private static let fields = JSONFields<Field>()

    private var method = ""
    private var params: [UInt8] = []

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .method: self.method = try scanner.string()
            case .params: self.params = try scanner.rawValue()
            }
        }
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        guard !self.method.isEmpty else { throw .badRequest("method is missing") }
        switch await context.transport.call(self.method, data: self.params, policy: context.policy) {
        case .success(let data): return APIResult(expecting: 64 + data.count) { $0.payload(data, isBinary: false) }
        case .failure(let failure): throw APIError(failure.code)
        }
    }
}
