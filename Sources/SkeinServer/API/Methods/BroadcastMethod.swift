import SkeinCore
import SkeinTransport
import SkeinWire

/// `broadcast`: one publication on each of many channels. A channel that cannot take it is told in its place in the
/// answer and keeps none of the others from it.
struct BroadcastMethod: APIMethod {
    static let name = "broadcast"

    private static let fields = JSONFields<PublicationDraft.Field>(
        only: PublicationDraft.Field.allCases.filter { $0 != .channel }
    )

    private let draft: PublicationDraft

    init(from scanner: inout JSONScanner) throws(JSONError) {
        self.draft = try PublicationDraft(Self.fields, from: &scanner)
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let channels = self.draft.channels
        guard !channels.isEmpty else { throw .badRequest("channels are missing") }
        guard channels.count <= APILimits.channels else {
            throw .limitExceeded("a broadcast has at most \(APILimits.channels) channels")
        }
        let payload = try self.draft.payload()
        let drafts = channels.map { channel in
            Result { () throws(APIError) in
                try self.draft.publication(of: payload, on: channel, in: context)
            }
        }
        let ready = drafts.compactMap { if case .success(let publication) = $0 { publication } else { nil } }
        let published = await context.transport.publish(ready)
        var positions = published.makeIterator()
        let responses = drafts.map { draft -> Result<StreamPosition, APIError> in
            switch draft {
            case .failure(let error): .failure(error)
            case .success: positions.next()?.mapError(context.failure) ?? .failure(APIError(.internal))
            }
        }
        return APIResult(expecting: 64 * responses.count) { json in
            json.key("responses")
            json.beginArray()
            for response in responses { json.response(response) }
            json.endArray()
        }
    }
}

extension JSONWriter {
    fileprivate mutating func response(_ response: Result<StreamPosition, APIError>) {
        self.beginObject()
        switch response {
        case .success(let position):
            self.key("result")
            self.beginObject()
            self.position(position)
            self.endObject()
        case .failure(let error):
            self.key("error")
            self.apiError(error)
        }
        self.endObject()
    }
}
