import SkeinCluster
import SkeinCore
import SkeinTransport
import SkeinWire

/// What `publish` and `broadcast` have in common: something to publish, before it is known where.
struct PublicationDraft: Sendable {
    /// The members of both requests.
    enum Field: String, CaseIterable {
        case channel
        case channels
        case data
        case base64Data = "b64data"
        case skipHistory = "skip_history"
        case tags
        case idempotencyKey = "idempotency_key"
        case delta
        case version
        case versionEpoch = "version_epoch"
    }

    /// The bytes to publish.
    struct Payload: Sendable {
        let bytes: [UInt8]
        let isJSON: Bool
    }

    private(set) var channel = ""
    private(set) var channels: [String] = []
    private var data: [UInt8]?
    private var base64Data = ""
    private var skipsHistory = false
    private var tags: [Publication.Tag] = []
    private var idempotencyKey = ""
    private var allowsDelta = false
    private var version: UInt64 = 0

    /// Reads the members that `fields` names.
    init(_ fields: JSONFields<Field>, from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: fields, in: &object) {
            switch field {
            case .channel: self.channel = try scanner.string()
            case .channels: self.channels = try scanner.stringArray()
            case .data: self.data = try scanner.rawValue()
            case .base64Data: self.base64Data = try scanner.string()
            case .skipHistory: self.skipsHistory = try scanner.bool()
            case .tags: self.tags = Self.sorted(try scanner.stringMap())
            case .idempotencyKey: self.idempotencyKey = try scanner.string()
            case .delta: self.allowsDelta = try scanner.bool()
            case .version: self.version = try scanner.uint64()
            case .versionEpoch: _ = try scanner.string()
            }
        }
    }

    /// By the bytes of the key: the same tags make the same publication, whatever order the backend's map had.
    private static func sorted(_ members: [(key: String, value: String)]) -> [Publication.Tag] {
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { Publication.Tag(key: $0.key, value: $0.value) }
    }

    /// Checks what does not depend on the channel. `b64data` wins over `data`, which some clients cannot leave out.
    /// O(bytes).
    func payload() throws(APIError) -> Payload {
        guard self.idempotencyKey.utf8.count <= APILimits.idempotencyKey else {
            throw .badRequest("idempotency_key is longer than \(APILimits.idempotencyKey) bytes")
        }
        guard self.version == 0 else { throw .notAvailable("version is not supported") }
        if !self.base64Data.isEmpty {
            let bytes = try APIPayload.decode(self.base64Data, member: "b64data")
            return Payload(bytes: bytes, isJSON: JSONScanner.isValid(bytes))
        }
        guard let data = self.data else { throw .badRequest("data is missing") }
        return Payload(bytes: data, isJSON: true)
    }

    /// The publication for one channel.
    func publication(
        of payload: Payload,
        on channel: String,
        in context: APIContext
    ) throws(APIError) -> ServerPublication {
        let rules = try context.rules(of: channel)
        guard payload.isJSON || rules.payload == .binary else {
            throw .badRequest("b64data is not JSON, which is what this channel carries")
        }
        let publication = Publication(
            data: payload.bytes,
            tags: self.tags,
            allowsDelta: rules.delta || self.allowsDelta
        )
        let isRepeatable = self.idempotencyKey.isEmpty || rules.idempotencyWindow <= .zero
        return ServerPublication(
            publication,
            to: context.topic(channel),
            retention: self.skipsHistory ? .none : Retention(rules),
            idempotencyKey: isRepeatable ? nil : IdempotencyKey(self.idempotencyKey, window: rules.idempotencyWindow)
        )
    }
}
