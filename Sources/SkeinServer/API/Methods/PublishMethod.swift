import SkeinCore
import SkeinTransport
import SkeinWire

/// `publish`: one publication on one channel.
struct PublishMethod: APIMethod {
    static let name = "publish"

    private static let fields = JSONFields<PublicationDraft.Field>(
        only: PublicationDraft.Field.allCases.filter { $0 != .channels }
    )

    private let draft: PublicationDraft

    init(from scanner: inout JSONScanner) throws(JSONError) {
        self.draft = try PublicationDraft(Self.fields, from: &scanner)
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let payload = try self.draft.payload()
        let publication = try self.draft.publication(of: payload, on: self.draft.channel, in: context)
        switch await context.transport.publish([publication]).first {
        case .success(let position)?: return APIResult { $0.position(position) }
        case .failure(let error)?: throw context.failure(error)
        case nil: throw APIError(.internal)
        }
    }
}
