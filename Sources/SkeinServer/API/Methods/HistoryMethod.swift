import SkeinCluster
import SkeinCore
import SkeinTransport
import SkeinWire

/// `history`: a part of a channel's stream, and its newest position.
struct HistoryMethod: APIMethod {
    static let name = "history"

    private enum Field: String, CaseIterable {
        case channel
        case limit
        case since
        case reverse
    }

    private static let fields = JSONFields<Field>()

    private var channel = ""
    private var limit: Int32 = 0
    private var since: StreamPosition?
    private var isReverse = false

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .channel: self.channel = try scanner.string()
            case .limit: self.limit = try scanner.int32()
            case .since: self.since = try scanner.apiPosition()
            case .reverse: self.isReverse = try scanner.bool()
            }
        }
    }

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        let rules = try context.historyRules(of: self.channel)
        let most = APILimits.publications
        let query = HistoryQuery(
            since: self.since,
            limit: self.limit < 0 ? most : min(Int(self.limit), most),
            reverse: self.isReverse
        )
        let topic = context.topic(self.channel)
        let history = try await context.ask { transport throws(BrokerError) in
            try await transport.history(of: topic, query: query, retention: Retention(rules))
        }
        guard self.isOfSameStream(as: history.position) else { throw APIError(.unrecoverablePosition) }
        let bytes = history.publications.reduce(0) { $0 + $1.data.count }
        guard bytes <= APILimits.historyBytes else {
            throw .limitExceeded("more than \(APILimits.historyBytes) bytes; read less at a time with limit and since")
        }
        let isBinary = rules.payload == .binary
        return APIResult(expecting: 64 + bytes + 64 * history.publications.count) { json in
            json.key("publications")
            json.beginArray()
            for publication in history.publications { json.publication(publication, isBinary: isBinary) }
            json.endArray()
            json.position(history.position)
        }
    }

    /// Offsets of another epoch name other publications, if any; who does not know an epoch has none to be wrong.
    private func isOfSameStream(as newest: StreamPosition) -> Bool {
        guard let since = self.since, !since.epoch.isEmpty else { return true }
        return since.epoch.utf8.elementsEqual(newest.epoch.utf8)
    }
}

extension APIContext {
    /// The rules of a channel that keeps a history; 108 when it keeps none.
    func historyRules(of channel: String) throws(APIError) -> ChannelRules {
        let rules = try self.rules(of: channel)
        guard rules.hasHistory else { throw .notAvailable("this channel keeps no history") }
        return rules
    }
}

extension JSONWriter {
    fileprivate mutating func publication(_ publication: Publication, isBinary: Bool) {
        self.beginObject()
        self.payload(publication.data, isBinary: isBinary)
        self.key("offset")
        self.integer(publication.offset)
        if let info = publication.info {
            self.key("info")
            self.clientInfo(info)
        }
        if !publication.tags.isEmpty {
            self.key("tags")
            self.beginObject()
            for tag in publication.tags {
                self.key(tag.key)
                self.string(tag.value)
            }
            self.endObject()
        }
        self.endObject()
    }
}
