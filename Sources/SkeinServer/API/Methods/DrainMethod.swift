import SkeinCore
import SkeinWire

/// `drain`: a node gives its clients to the others at a pace, and ends. Asked again it goes on with what it does.
struct DrainMethod: APIMethod {
    static let name = "drain"

    private enum Field: String, CaseIterable {
        case node
    }

    private static let fields = JSONFields<Field>()

    private var node = ""

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .node: self.node = try scanner.string()
            }
        }
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        guard !self.node.isEmpty else { throw .badRequest("node is missing: the name of the node to drain") }
        guard try await context.ask(.drain(node: self.node)).isMeant else {
            throw .badRequest("no node that is alive is called \(self.node)")
        }
        return .empty
    }
}
