import SkeinCore
import SwiftProtobuf

/// Pushes as generated messages. On the wire a push is a reply without an id.
extension Skein_Centrifuge_Reply {
    init(push: Skein_Centrifuge_Push) {
        self.init()
        self.push = push
    }
}

extension Skein_Centrifuge_Push {
    init(_ push: Push) {
        self.init()
        switch push {
        case .publication(let channel, let publication): self.init(channel: channel, publication, .plain)
        case .join(let channel, let info):
            self.channel = channel.text
            self.join = .init(member: info)
        case .leave(let channel, let info):
            self.channel = channel.text
            self.leave = .init(member: info)
        case .unsubscribe(let channel, let code):
            self.channel = channel.text
            self.unsubscribe = .init(code)
        case .subscribe(let channel, let result):
            self.channel = channel.text
            self.subscribe = .init(result)
        case .message(let data): self.message = .init(payload: data)
        case .connect(let result): self.connect = .init(result)
        case .disconnect(let code): self.disconnect = .init(code)
        case .refresh(let ttl): self.refresh = .init(ttl: ttl)
        }
    }

    init(channel: ChannelName, _ publication: Publication, _ payload: PublicationPayload) {
        self.init()
        self.channel = channel.text
        self.pub = .init(publication, payload)
    }
}

extension Skein_Centrifuge_Publication {
    init(_ publication: Publication, _ payload: PublicationPayload) {
        self.init()
        switch payload {
        case .plain, .deltaFull: self.data = ProtobufFrame.bytes(publication.data)
        case .deltaPatch(let patch):
            self.data = ProtobufFrame.bytes(patch)
            self.delta = true
        }
        if let info = publication.info { self.info = .init(info) }
        self.offset = publication.offset
        self.tags = publication.tags.map { .init($0) }
        self.time = publication.time
    }
}

extension Skein_Centrifuge_TagEntry {
    init(_ tag: Publication.Tag) {
        self.init()
        self.key = tag.key
        self.value = tag.value
    }
}

extension Skein_Centrifuge_ClientInfo {
    init(_ info: ClientInfo) {
        self.init()
        self.user = info.user
        self.client = info.client
        self.connInfo = ProtobufFrame.bytes(info.connectionInfo ?? [])
        self.chanInfo = ProtobufFrame.bytes(info.channelInfo ?? [])
    }
}

extension Skein_Centrifuge_Membership {
    init(member: ClientInfo) {
        self.init()
        self.info = .init(member)
    }
}

extension Skein_Centrifuge_UnsubscribePush {
    init(_ code: UnsubscribeCode) {
        self.init()
        self.code = code.code
        self.reason = code.reason
    }
}

extension Skein_Centrifuge_SubscribePush {
    init(_ result: SubscribeResult) {
        self.init()
        self.recoverable = result.recoverable
        self.epoch = result.position.epoch
        self.offset = result.position.offset
        self.positioned = result.positioned
        self.data = ProtobufFrame.bytes(result.data ?? [])
    }
}

extension Skein_Centrifuge_ConnectPush {
    init(_ result: ConnectResult) {
        self.init()
        self.client = result.client
        self.version = result.version
        self.data = ProtobufFrame.bytes(result.data ?? [])
        self.subs = result.subs.map { .init($0.channel, $0.result) }
        self.expires = result.ttl != nil
        self.ttl = result.ttl ?? 0
        self.ping = result.ping
        self.pong = result.pong
        self.session = result.session
        self.node = result.node
    }
}

extension Skein_Centrifuge_DisconnectPush {
    init(_ code: DisconnectCode) {
        self.init()
        self.code = UInt32(code.code)
        self.reason = code.reason
    }
}
