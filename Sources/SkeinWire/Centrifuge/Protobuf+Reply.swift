import SkeinCore
import SwiftProtobuf

/// Replies as generated messages.
extension Skein_Centrifuge_Reply {
    init(_ reply: Reply) {
        self.init()
        self.id = reply.id
        switch reply.result {
        case .error(let code): self.error = .init(code)
        case .connect(let result): self.connect = .init(result)
        case .subscribe(let result): self.subscribe = .init(result)
        case .unsubscribe: self.unsubscribe = .init()
        case .publish: self.publish = .init()
        case .presence(let members): self.presence = .init(members)
        case .presenceStats(let stats): self.presenceStats = .init(stats)
        case .history(let result): self.history = .init(result)
        case .ping: self.ping = .init()
        case .rpc(let data): self.rpc = .init(payload: data)
        case .refresh(let result): self.refresh = .init(result)
        case .subRefresh(let result): self.subRefresh = .init(ttl: result.ttl)
        }
    }
}

extension Skein_Centrifuge_Failure {
    init(_ code: ErrorCode) {
        self.init()
        self.code = code.code
        self.message = code.message
        self.temporary = code.isTemporary
    }
}

extension Skein_Centrifuge_ConnectResult {
    init(_ result: ConnectResult) {
        self.init()
        self.client = result.client
        self.version = result.version
        self.expires = result.ttl != nil
        self.ttl = result.ttl ?? 0
        self.data = ProtobufFrame.bytes(result.data ?? [])
        self.subs = result.subs.map { .init($0.channel, $0.result) }
        self.ping = result.ping
        self.pong = result.pong
        self.session = result.session
        self.node = result.node
    }
}

extension Skein_Centrifuge_SubscribeResultEntry {
    init(_ channel: ChannelName, _ result: SubscribeResult) {
        self.init()
        self.key = channel.text
        self.value = .init(result)
    }
}

extension Skein_Centrifuge_SubscribeResult {
    init(_ result: SubscribeResult) {
        self.init()
        self.expires = result.ttl != nil
        self.ttl = result.ttl ?? 0
        self.recoverable = result.recoverable
        self.epoch = result.position.epoch
        self.publications = result.publications.map { .init($0, .plain) }
        self.recovered = result.recovered
        self.offset = result.position.offset
        self.positioned = result.positioned
        self.data = ProtobufFrame.bytes(result.data ?? [])
        self.wasRecovering = result.wasRecovering
        self.delta = result.delta
    }
}

extension Skein_Centrifuge_PresenceResult {
    init(_ members: [PresenceMember]) {
        self.init()
        self.presence = members.map { .init($0.info) }
    }
}

extension Skein_Centrifuge_PresenceEntry {
    init(_ info: ClientInfo) {
        self.init()
        self.key = info.client
        self.value = .init(info)
    }
}

extension Skein_Centrifuge_PresenceStatsResult {
    init(_ stats: PresenceStats) {
        self.init()
        self.numClients = stats.clients
        self.numUsers = stats.users
    }
}

extension Skein_Centrifuge_HistoryResult {
    init(_ result: HistoryResult) {
        self.init()
        self.publications = result.publications.map { .init($0, .plain) }
        self.epoch = result.position.epoch
        self.offset = result.position.offset
    }
}

extension Skein_Centrifuge_RefreshResult {
    init(_ result: RefreshResult) {
        self.init()
        self.client = result.client
        self.version = result.version
        self.expires = result.ttl != nil
        self.ttl = result.ttl ?? 0
    }
}

extension Skein_Centrifuge_ExpiryResult {
    init(ttl: UInt32?) {
        self.init()
        self.expires = ttl != nil
        self.ttl = ttl ?? 0
    }
}

extension Skein_Centrifuge_Payload {
    init(payload: [UInt8]) {
        self.init()
        self.data = ProtobufFrame.bytes(payload)
    }
}
