import SkeinCore

/// Replies in JSON. The order of members is fixed, and the member named after the command is always there: clients
/// look for it even when its object is empty.
extension JSONWriter {
    mutating func reply(_ reply: Reply) {
        self.beginObject()
        self.key("id")
        self.integer(reply.id)
        switch reply.result {
        case .error(let code): self.error(code)
        case .connect(let result):
            self.key("connect")
            self.connectResult(result)
        case .subscribe(let result):
            self.key("subscribe")
            self.subscribeResult(result)
        case .unsubscribe: self.emptyResult("unsubscribe")
        case .publish: self.emptyResult("publish")
        case .presence(let members): self.presence(members)
        case .presenceStats(let stats): self.presenceStats(stats)
        case .history(let result): self.history(result)
        case .ping: self.emptyResult("ping")
        case .rpc(let data): self.payload("rpc", data)
        case .refresh(let result): self.refresh(result)
        case .subRefresh(let result): self.expiryObject("sub_refresh", result.ttl)
        }
        self.endObject()
    }

    /// What ``reply(_:)`` makes of `.publish`.
    mutating func publishReply(_ id: UInt32) {
        self.verbatim("{\"id\":", needsComma: false)
        self.integer(id)
        self.verbatim(",\"publish\":{}}", needsComma: true)
    }

    mutating func connectResult(_ result: ConnectResult) {
        self.beginObject()
        self.member("client", text: result.client)
        self.member("version", text: result.version)
        self.expiry(result.ttl)
        self.member("data", raw: result.data)
        self.member("ping", number: result.ping)
        self.member("pong", flag: result.pong)
        self.member("session", text: result.session)
        self.member("node", text: result.node)
        if !result.subs.isEmpty {
            self.key("subs")
            self.beginObject()
            for entry in result.subs {
                self.key(entry.channel.text)
                self.subscribeResult(entry.result)
            }
            self.endObject()
        }
        self.endObject()
    }

    mutating func subscribeResult(_ result: SubscribeResult) {
        self.beginObject()
        self.expiry(result.ttl)
        self.member("recoverable", flag: result.recoverable)
        self.member("positioned", flag: result.positioned)
        self.member("epoch", text: result.position.epoch)
        self.member("offset", number: result.position.offset)
        self.member("recovered", flag: result.recovered)
        self.member("was_recovering", flag: result.wasRecovering)
        self.member("delta", flag: result.delta)
        self.publications(result.publications, result.delta ? .deltaFull : .plain)
        self.member("data", raw: result.data)
        self.endObject()
    }

    /// A JSON object that holds a payload: the result of `rpc` and the `message` push.
    mutating func payload(_ name: StaticString, _ data: [UInt8]) {
        self.key(name)
        self.beginObject()
        self.key("data")
        self.raw(data)
        self.endObject()
    }

    /// A JSON object that holds a lifetime and nothing else.
    mutating func expiryObject(_ name: StaticString, _ ttl: UInt32?) {
        self.key(name)
        self.beginObject()
        self.expiry(ttl)
        self.endObject()
    }

    private mutating func emptyResult(_ name: StaticString) {
        self.key(name)
        self.emptyObject()
    }

    private mutating func error(_ code: ErrorCode) {
        self.key("error")
        self.beginObject()
        self.key("code")
        self.integer(code.code)
        self.key("message")
        self.string(code.message)
        self.member("temporary", flag: code.isTemporary)
        self.endObject()
    }

    private mutating func presence(_ members: [PresenceMember]) {
        self.key("presence")
        self.beginObject()
        self.key("presence")
        self.beginObject()
        for member in members {
            self.key(member.info.client)
            self.clientInfo(member.info)
        }
        self.endObject()
        self.endObject()
    }

    /// Zero counts are written: clients read the numbers without a default.
    private mutating func presenceStats(_ stats: PresenceStats) {
        self.key("presence_stats")
        self.beginObject()
        self.key("num_clients")
        self.integer(stats.clients)
        self.key("num_users")
        self.integer(stats.users)
        self.endObject()
    }

    private mutating func history(_ result: HistoryResult) {
        self.key("history")
        self.beginObject()
        self.publications(result.publications, .plain)
        self.member("epoch", text: result.position.epoch)
        self.member("offset", number: result.position.offset)
        self.endObject()
    }

    private mutating func refresh(_ result: RefreshResult) {
        self.key("refresh")
        self.beginObject()
        self.member("client", text: result.client)
        self.member("version", text: result.version)
        self.expiry(result.ttl)
        self.endObject()
    }

    private mutating func publications(_ publications: [Publication], _ payload: PublicationPayload) {
        guard !publications.isEmpty else { return }
        self.key("publications")
        self.beginArray()
        for publication in publications { self.publication(publication, payload) }
        self.endArray()
    }
}
