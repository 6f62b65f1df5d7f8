import SkeinCore

/// Pushes in JSON: `{"push":{…}}`, with what the push is about in a member of its own.
extension JSONWriter {
    mutating func push(_ push: Push) {
        self.beginObject()
        self.key("push")
        self.beginObject()
        switch push {
        case .publication(let channel, let publication):
            self.channelMember(channel)
            self.key("pub")
            self.publication(publication, .plain)
        case .join(let channel, let info): self.membership("join", channel, info)
        case .leave(let channel, let info): self.membership("leave", channel, info)
        case .unsubscribe(let channel, let code):
            self.channelMember(channel)
            self.codeObject("unsubscribe", code.code, code.reason)
        case .subscribe(let channel, let result): self.subscription(channel, result)
        case .message(let data): self.payload("message", data)
        case .connect(let result):
            self.key("connect")
            self.connectResult(result)
        case .disconnect(let code): self.codeObject("disconnect", UInt32(code.code), code.reason)
        case .refresh(let ttl): self.expiryObject("refresh", ttl)
        }
        self.endObject()
        self.endObject()
    }

    mutating func publicationPush(
        _ channel: ChannelName,
        _ publication: Publication,
        _ payload: PublicationPayload
    ) {
        // The one text that is written for every message, so its fixed parts are written whole.
        self.verbatim("{\"push\":{\"channel\":", needsComma: false)
        self.string(channel.text)
        self.verbatim(",\"pub\":{\"data\":", needsComma: false)
        self.publicationMembers(publication, payload)
        self.verbatim("}}}", needsComma: true)
    }

    mutating func publication(_ publication: Publication, _ payload: PublicationPayload) {
        self.beginObject()
        self.key("data")
        self.publicationMembers(publication, payload)
        self.endObject()
    }

    /// The value of `data` and the members behind it.
    private mutating func publicationMembers(_ publication: Publication, _ payload: PublicationPayload) {
        var isPatch = false
        switch payload {
        case .plain: self.raw(publication.data)
        case .deltaFull: self.string(utf8: publication.data)
        case .deltaPatch(let patch):
            self.string(utf8: patch)
            isPatch = true
        }
        self.member("offset", number: publication.offset)
        if let info = publication.info {
            self.key("info")
            self.clientInfo(info)
        }
        if !publication.tags.isEmpty { self.tags(publication.tags) }
        self.member("time", number: publication.time)
        self.member("delta", flag: isPatch)
    }

    /// The value of a member. User and client are written even when empty: clients read them without a default.
    mutating func clientInfo(_ info: ClientInfo) {
        self.verbatim("{\"user\":", needsComma: false)
        self.string(info.user)
        self.verbatim(",\"client\":", needsComma: false)
        self.string(info.client)
        self.member("conn_info", raw: info.connectionInfo)
        self.member("chan_info", raw: info.channelInfo)
        self.endObject()
    }

    private mutating func tags(_ tags: [Publication.Tag]) {
        self.key("tags")
        self.beginObject()
        for tag in tags {
            self.key(tag.key)
            self.string(tag.value)
        }
        self.endObject()
    }

    private mutating func membership(_ name: StaticString, _ channel: ChannelName, _ info: ClientInfo) {
        self.channelMember(channel)
        self.key(name)
        self.beginObject()
        self.key("info")
        self.clientInfo(info)
        self.endObject()
    }

    /// The push has fewer members than the reply: what a server-side subscription missed comes as publications.
    private mutating func subscription(_ channel: ChannelName, _ result: SubscribeResult) {
        self.channelMember(channel)
        self.key("subscribe")
        self.beginObject()
        self.member("recoverable", flag: result.recoverable)
        self.member("epoch", text: result.position.epoch)
        self.member("offset", number: result.position.offset)
        self.member("positioned", flag: result.positioned)
        self.member("data", raw: result.data)
        self.endObject()
    }

    private mutating func codeObject(_ name: StaticString, _ code: UInt32, _ reason: String) {
        self.key(name)
        self.beginObject()
        self.key("code")
        self.integer(code)
        self.member("reason", text: reason)
        self.endObject()
    }
}
