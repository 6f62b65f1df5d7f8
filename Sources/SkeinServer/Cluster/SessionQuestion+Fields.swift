import NIOCore
import SkeinCluster
import SkeinCore
import SkeinTransport

/// How questions travel between nodes. A field keeps its tag and meaning for good; a node that does not know a question leaves it
/// unanswered in content, which counts as nobody being there.
extension SessionQuestion {
    fileprivate enum Kind: UInt64 {
        case disconnect = 1
        case unsubscribe = 2
        case subscribe = 3
        case refresh = 4
        case message = 5
        case channels = 6
        case drain = 7
    }

    fileprivate enum Tag {
        static let kind: UInt8 = 1
        static let user: UInt8 = 2
        static let client: UInt8 = 3
        static let session: UInt8 = 4
        static let except: UInt8 = 5
        static let code: UInt8 = 6
        static let reason: UInt8 = 7
        static let channel: UInt8 = 8
        static let info: UInt8 = 9
        static let data: UInt8 = 10
        static let timeLeft: UInt8 = 11
        static let isExpired: UInt8 = 12
        static let recoverOffset: UInt8 = 13
        static let recoverEpoch: UInt8 = 14
        static let presence: UInt8 = 15
        static let joinLeave: UInt8 = 16
        static let forceRecovery: UInt8 = 17
        static let forcePositioning: UInt8 = 18
        static let forcePushJoinLeave: UInt8 = 19
        static let pattern: UInt8 = 20
        static let node: UInt8 = 21
    }

    // MARK: Writing

    var encoded: ByteBuffer {
        var writer = FieldWriter()
        switch self {
        case .disconnect(let selection, let code):
            writer.begin(Kind.disconnect, selection)
            writer.write(UInt64(code.code), tag: Tag.code)
            writer.write(code.reason, tag: Tag.reason)
        case .unsubscribe(let selection, let channel):
            writer.begin(Kind.unsubscribe, selection)
            writer.write(channel.text, tag: Tag.channel)
        case .subscribe(let selection, let subscription):
            writer.begin(Kind.subscribe, selection)
            writer.write(subscription)
        case .refresh(let selection, let isExpired, let timeLeft, let info):
            writer.begin(Kind.refresh, selection)
            writer.write(isExpired, tag: Tag.isExpired)
            writer.write(timeLeft)
            if let info { writer.write(info, tag: Tag.info) }
        case .message(let selection, let data):
            writer.begin(Kind.message, selection)
            writer.write(data, tag: Tag.data)
        case .channels(let pattern):
            writer.write(Kind.channels.rawValue, tag: Tag.kind)
            writer.write(pattern, tag: Tag.pattern)
        case .drain(let node):
            writer.write(Kind.drain.rawValue, tag: Tag.kind)
            writer.write(node, tag: Tag.node)
        }
        return writer.message
    }

    // MARK: Reading

    /// Reads a question; nil for anything else and for those of newer versions.
    init?(_ message: ByteBuffer) {
        guard let fields = FieldReader(message), let kind = fields.first(Tag.kind)?.number.flatMap(Kind.init) else {
            return nil
        }
        let selection = SessionSelection(
            user: fields.first(Tag.user)?.text,
            client: fields.first(Tag.client)?.text,
            session: fields.first(Tag.session)?.text,
            except: Set(fields.all(Tag.except).compactMap(\.text))
        )
        switch kind {
        case .disconnect:
            guard let code = fields.first(Tag.code)?.number.flatMap({ UInt16(exactly: $0) }) else { return nil }
            self = .disconnect(selection, DisconnectCode(code, fields.first(Tag.reason)?.text ?? ""))
        case .unsubscribe:
            self = .unsubscribe(selection, ChannelName(fields.first(Tag.channel)?.text ?? ""))
        case .subscribe:
            guard let subscription = ServerSubscription(fields) else { return nil }
            self = .subscribe(selection, subscription)
        case .refresh:
            self = .refresh(
                selection,
                isExpired: fields.first(Tag.isExpired)?.flag ?? false,
                timeLeft: fields.timeLeft,
                info: fields.first(Tag.info)?.bytes
            )
        case .message:
            guard let data = fields.first(Tag.data)?.bytes else { return nil }
            self = .message(selection, data: data)
        case .channels:
            self = .channels(pattern: fields.first(Tag.pattern)?.text ?? "")
        case .drain:
            self = .drain(node: fields.first(Tag.node)?.text ?? "")
        }
    }
}

extension FieldWriter {
    fileprivate mutating func begin(_ kind: SessionQuestion.Kind, _ selection: SessionSelection) {
        self.write(kind.rawValue, tag: SessionQuestion.Tag.kind)
        if let user = selection.user { self.write(user, tag: SessionQuestion.Tag.user) }
        if let client = selection.client { self.write(client, tag: SessionQuestion.Tag.client) }
        if let session = selection.session { self.write(session, tag: SessionQuestion.Tag.session) }
        for client in selection.except { self.write(client, tag: SessionQuestion.Tag.except) }
    }

    fileprivate mutating func write(_ subscription: ServerSubscription) {
        typealias Tag = SessionQuestion.Tag
        self.write(subscription.channel.text, tag: Tag.channel)
        if let info = subscription.info { self.write(info, tag: Tag.info) }
        if let data = subscription.data { self.write(data, tag: Tag.data) }
        self.write(subscription.timeLeft)
        if let since = subscription.recoverSince {
            self.write(since.offset, tag: Tag.recoverOffset)
            self.write(since.epoch, tag: Tag.recoverEpoch)
        }
        let overrides = subscription.overrides
        self.write(overrides.presence, tag: Tag.presence)
        self.write(overrides.joinLeave, tag: Tag.joinLeave)
        self.write(overrides.forceRecovery, tag: Tag.forceRecovery)
        self.write(overrides.forcePositioning, tag: Tag.forcePositioning)
        self.write(overrides.forcePushJoinLeave, tag: Tag.forcePushJoinLeave)
    }

    private mutating func write(_ flag: Bool?, tag: UInt8) {
        if let flag { self.write(flag, tag: tag) }
    }

    /// Milliseconds; times in the past are zero.
    fileprivate mutating func write(_ timeLeft: Duration?) {
        guard let timeLeft else { return }
        self.write(UInt64(max(0, timeLeft / .milliseconds(1))), tag: SessionQuestion.Tag.timeLeft)
    }
}

extension FieldReader {
    fileprivate var timeLeft: Duration? {
        self.first(SessionQuestion.Tag.timeLeft)?.number.map { .milliseconds(Int64(clamping: $0)) }
    }
}

extension ServerSubscription {
    fileprivate init?(_ fields: FieldReader) {
        typealias Tag = SessionQuestion.Tag
        guard let channel = fields.first(Tag.channel)?.text else { return nil }
        var since: StreamPosition?
        if let offset = fields.first(Tag.recoverOffset)?.number {
            since = StreamPosition(offset: offset, epoch: fields.first(Tag.recoverEpoch)?.text ?? "")
        }
        var overrides = SubscriptionOverrides()
        overrides.presence = fields.first(Tag.presence)?.flag
        overrides.joinLeave = fields.first(Tag.joinLeave)?.flag
        overrides.forceRecovery = fields.first(Tag.forceRecovery)?.flag
        overrides.forcePositioning = fields.first(Tag.forcePositioning)?.flag
        overrides.forcePushJoinLeave = fields.first(Tag.forcePushJoinLeave)?.flag
        self.init(
            channel: ChannelName(channel),
            info: fields.first(Tag.info)?.bytes,
            data: fields.first(Tag.data)?.bytes,
            timeLeft: fields.timeLeft,
            recoverSince: since,
            overrides: overrides
        )
    }
}

extension SessionAnswer {
    private enum Tag {
        static let sessions: UInt8 = 1
        static let error: UInt8 = 2
        static let channel: UInt8 = 3
        static let subscribers: UInt8 = 4
        static let isMeant: UInt8 = 5
    }

    var encoded: ByteBuffer {
        var writer = FieldWriter()
        writer.write(UInt64(clamping: self.sessions), tag: Tag.sessions)
        if self.isMeant { writer.write(true, tag: Tag.isMeant) }
        if let error { writer.write(UInt64(error.code), tag: Tag.error) }
        for (channel, subscribers) in self.channels {
            writer.write(channel.text, tag: Tag.channel)
            writer.write(UInt64(clamping: subscribers), tag: Tag.subscribers)
        }
        return writer.message
    }

    /// Reads an answer; what cannot be read is as good as nothing.
    init(_ message: ByteBuffer) {
        guard let fields = FieldReader(message) else { return }
        var channel: ChannelName?
        for field in fields {
            switch field.tag {
            case Tag.sessions: self.sessions = Int(clamping: field.number ?? 0)
            case Tag.isMeant: self.isMeant = field.flag ?? false
            case Tag.error:
                let number = field.number.flatMap { UInt32(exactly: $0) }
                self.error = ErrorCode.all.first { $0.code == number } ?? .internal
            case Tag.channel: channel = field.text.map { ChannelName($0) }
            case Tag.subscribers:
                if let name = channel { self.channels[name, default: 0] += Int(clamping: field.number ?? 0) }
                channel = nil
            default: continue
            }
        }
    }
}
