import NIOCore
import NIOPosix
import SkeinCluster
public import SkeinCore

/// Which sessions of a node are meant. A field that is nil or empty says nothing; without any of them nobody is meant.
public struct SessionSelection: Sendable {
    /// All sessions of a user.
    public var user: String?
    /// The session with this id.
    public var client: String?
    /// The session with this transport id.
    public var session: String?
    /// Ids of sessions that are not meant after all.
    public var except: Set<String>

    /// Selects sessions.
    public init(user: String? = nil, client: String? = nil, session: String? = nil, except: Set<String> = []) {
        self.user = user
        self.client = client
        self.session = session
        self.except = except
    }

    var internalSelection: SessionDirectory.Selection {
        SessionDirectory.Selection(user: self.user, client: self.client, session: self.session, except: self.except)
    }
}

/// How many of what a node has.
public struct SessionCounts: Sendable, Equatable {
    /// Connected sessions.
    public var clients = 0
    /// Different users among them.
    public var users = 0
    /// Subscriptions.
    public var subscriptions = 0
    /// Channels with subscribers.
    public var channels = 0

    /// Nothing.
    public init() {}
}

/// What the server API does to the sessions of a node. Every function reaches every loop and returns when all of them have done it; each is
/// O(sessions that are meant) on its loop.
extension Transport {
    /// Ends sessions. Returns how many.
    public func disconnect(_ selection: SessionSelection, code: DisconnectCode) async -> Int {
        await self.onEveryLoop { loop in
            let sessions = loop.directory.select(selection.internalSelection)
            for session in sessions { session.disconnect(code) }
            return sessions.count
        }.reduce(0, +)
    }

    /// Ends every connection, for a stop: sessions with a close frame, others after the request that they are in. Returns how many
    /// sessions. No loop accepts anything more before the first connection ends, so what was acknowledged is delivered.
    public func disconnectAll(code: DisconnectCode) async -> Int {
        _ = await self.onEveryLoop { $0.beginStopping() }
        return await self.onEveryLoop { loop in
            let count = loop.directory.count
            loop.endAll(code: code)
            return count
        }.reduce(0, +)
    }

    /// Returns when the last connection has ended, or when the task is cancelled.
    public func connectionsEnded() async {
        await self.gate.emptied()
    }

    /// Ends the subscriptions of sessions to a channel; an empty channel means all of theirs.
    public func unsubscribe(_ selection: SessionSelection, channel: ChannelName, code: UnsubscribeCode) async {
        _ = await self.onEveryLoop { loop in
            for session in loop.directory.select(selection.internalSelection) {
                let channels = channel.text.isEmpty ? session.machine.liveChannels : [channel]
                for channel in channels { session.unsubscribeByServer(channel, code: code) }
            }
        }
    }

    /// Subscribes sessions. Returns the first thing that was in the way, if anything was.
    public func subscribe(_ selection: SessionSelection, to subscription: ServerSubscription) async -> ErrorCode? {
        let outcomes = await withTaskGroup(of: ErrorCode?.self) { tasks in
            for eventLoop in self.group.makeIterator() {
                tasks.addTask { await self.subscribe(selection, to: subscription, on: eventLoop) }
            }
            return await tasks.reduce(into: [ErrorCode]()) { codes, code in
                if let code { codes.append(code) }
            }
        }
        return outcomes.first
    }

    private func subscribe(
        _ selection: SessionSelection,
        to subscription: ServerSubscription,
        on eventLoop: any EventLoop
    ) async -> ErrorCode? {
        let promise = eventLoop.makePromise(of: ErrorCode?.self)
        eventLoop.execute {
            let loop = self.loop(of: eventLoop)
            loop.refreshNow()
            let sessions = loop.directory.select(selection.internalSelection)
            guard !sessions.isEmpty else { return promise.succeed(nil) }
            var missing = sessions.count
            var first: ErrorCode?
            for session in sessions {
                session.subscribeByServer(subscription) { code in
                    first = first ?? code
                    missing -= 1
                    if missing == 0 { promise.succeed(first) }
                }
            }
        }
        return (try? await promise.futureResult.get()) ?? nil
    }

    /// Extends sessions, or with `isExpired` ends them. A nil `timeLeft` lets them live without an end.
    public func refresh(_ selection: SessionSelection, isExpired: Bool, timeLeft: Duration?, info: [UInt8]?) async {
        _ = await self.onEveryLoop { loop in
            for session in loop.directory.select(selection.internalSelection) {
                session.refresh(isExpired: isExpired, timeLeft: timeLeft, info: info)
            }
        }
    }

    /// Sends a message to sessions, outside of channels. Returns to how many.
    public func message(_ selection: SessionSelection, data: [UInt8]) async -> Int {
        await self.onEveryLoop { loop in
            let sessions = loop.directory.select(selection.internalSelection)
            for session in sessions { session.push(.message(data: data)) }
            return sessions.count
        }.reduce(0, +)
    }

    /// Subscribers of the channels that `isIncluded` lets through. O(channels).
    public func channels(where isIncluded: @escaping @Sendable (ChannelName) -> Bool) async -> [ChannelName: Int] {
        let parts = await self.onEveryLoop { loop in
            loop.hub.counts().filter { isIncluded($0.topic.channel) }.map { ($0.topic.channel, $0.members) }
        }
        return Dictionary(parts.joined(), uniquingKeysWith: +)
    }

    /// Counts sessions, users, subscriptions and channels. O(loops).
    public func counts() async -> SessionCounts {
        let parts = await self.onEveryLoop { (clients: $0.directory.count, subscriptions: $0.hub.memberCount) }
        var counts = SessionCounts()
        counts.clients = parts.reduce(0) { $0 + $1.clients }
        counts.subscriptions = parts.reduce(0) { $0 + $1.subscriptions }
        counts.users = self.node.users.count
        counts.channels = self.node.dispatcher.topicCount
        return counts
    }
}

extension SessionHandler {
    /// The server API gives the session another end.
    func refresh(isExpired: Bool, timeLeft: Duration?, info: [UInt8]?) {
        guard !isExpired else { return self.disconnect(.expired) }
        self.push(.refresh(ttl: self.machine.extend(by: timeLeft, now: self.loop.now)))
        if let info { self.machine.replaceInfo(info) }
        self.rearm()
    }
}
