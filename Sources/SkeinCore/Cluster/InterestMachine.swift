/// Decides when one topic is subscribed upstream, and when not.
///
/// Owned by whoever owns the link to the broker; performs no I/O: every event returns the one thing that the shell has
/// to do. For any order of events:
/// - at most one command for the topic is in flight;
/// - once the replies have drained, the topic is subscribed upstream exactly when somebody is here or it lingers.
///
/// A topic whose last subscriber leaves lingers: a page that reloads is back before anything was sent.
public struct InterestMachine: ~Copyable {
    private enum State: ~Copyable {
        case idle
        /// SUBSCRIBE is in flight.
        case subscribing(Int)
        case live(Int)
        /// Subscribed with nobody here, until the linger time of the last ticket is over.
        case lingering
        /// UNSUBSCRIBE is in flight. Those who joined meanwhile are owed a new SUBSCRIBE.
        case unsubscribing(waiting: Int)
        /// No link. Only the count is kept; nothing is in flight.
        case offline(Int)
    }

    /// What the shell has to do.
    public enum Action: Sendable, Equatable {
        case none
        case subscribeUpstream
        case unsubscribeUpstream
        /// Call ``lingerEnded(ticket:)`` with this ticket after the linger time. Earlier tickets have become void.
        case linger(ticket: UInt32)
    }

    private var state: State
    private let lastTicket: UInt32

    /// A topic without subscribers. Without a link, nothing is asked for until ``linkRestored()``.
    public init(hasLink: Bool = true) {
        self.init(hasLink ? .idle : .offline(0), lastTicket: 0)
    }

    private init(_ state: consuming State, lastTicket: UInt32) {
        self.state = state
        self.lastTicket = lastTicket
    }

    // MARK: Subscribers

    /// Somebody subscribed on this node. Events arrive for it already if ``isLive``.
    public mutating func join() -> Action {
        let ticket = self.lastTicket
        switch consume self.state {
        case .idle:
            self = .init(.subscribing(1), lastTicket: ticket)
            return .subscribeUpstream
        case .subscribing(let count):
            self = .init(.subscribing(count + 1), lastTicket: ticket)
        case .live(let count):
            self = .init(.live(count + 1), lastTicket: ticket)
        case .lingering:
            self = .init(.live(1), lastTicket: ticket)
        case .unsubscribing(let waiting):
            self = .init(.unsubscribing(waiting: waiting + 1), lastTicket: ticket)
        case .offline(let count):
            self = .init(.offline(count + 1), lastTicket: ticket)
        }
        return .none
    }

    /// One of those who joined is gone. There must be one.
    public mutating func leave() -> Action {
        let ticket = self.lastTicket
        switch consume self.state {
        case .idle:
            preconditionFailure("leave() while idle")
        case .subscribing(let count):
            precondition(count > 0, "leave() while subscribing for nobody")
            self = .init(.subscribing(count - 1), lastTicket: ticket)
        case .live(1):
            self = .init(.lingering, lastTicket: ticket &+ 1)
            return .linger(ticket: ticket &+ 1)
        case .live(let count):
            self = .init(.live(count - 1), lastTicket: ticket)
        case .lingering:
            preconditionFailure("leave() while lingering")
        case .unsubscribing(let waiting):
            precondition(waiting > 0, "leave() while unsubscribing with nobody waiting")
            self = .init(.unsubscribing(waiting: waiting - 1), lastTicket: ticket)
        case .offline(let count):
            precondition(count > 0, "leave() while offline with nobody here")
            self = .init(.offline(count - 1), lastTicket: ticket)
        }
        return .none
    }

    /// The linger time of a ticket is over. Late and outdated tickets do nothing.
    public mutating func lingerEnded(ticket: UInt32) -> Action {
        let lastTicket = self.lastTicket
        switch consume self.state {
        case .lingering where ticket == lastTicket:
            self = .init(.unsubscribing(waiting: 0), lastTicket: lastTicket)
            return .unsubscribeUpstream
        case let state:
            self = .init(state, lastTicket: lastTicket)
            return .none
        }
    }

    // MARK: The link

    /// SUBSCRIBE is confirmed. Does nothing when none is in flight, whatever the peer sends.
    public mutating func subscribed() -> Action {
        let ticket = self.lastTicket
        switch consume self.state {
        case .subscribing(0):
            self = .init(.lingering, lastTicket: ticket &+ 1)
            return .linger(ticket: ticket &+ 1)
        case .subscribing(let count):
            self = .init(.live(count), lastTicket: ticket)
        case let state:
            self = .init(state, lastTicket: ticket)
        }
        return .none
    }

    /// UNSUBSCRIBE is confirmed. Does nothing when none is in flight, whatever the peer sends.
    public mutating func unsubscribed() -> Action {
        let ticket = self.lastTicket
        switch consume self.state {
        case .unsubscribing(0):
            self = .init(.idle, lastTicket: ticket)
        case .unsubscribing(let waiting):
            self = .init(.subscribing(waiting), lastTicket: ticket)
            return .subscribeUpstream
        case let state:
            self = .init(state, lastTicket: ticket)
        }
        return .none
    }

    /// The link died: what was subscribed and in flight is gone. Replies of the old link must not come here afterwards.
    public mutating func linkLost() {
        self = .init(.offline(self.count), lastTicket: self.lastTicket)
    }

    /// There is a link again. Does nothing for a topic that has begun on this link.
    public mutating func linkRestored() -> Action {
        let ticket = self.lastTicket
        switch consume self.state {
        case .offline(0):
            self = .init(.idle, lastTicket: ticket)
        case .offline(let count):
            self = .init(.subscribing(count), lastTicket: ticket)
            return .subscribeUpstream
        case let state:
            self = .init(state, lastTicket: ticket)
        }
        return .none
    }

    // MARK: What it is

    /// How many are here, whether or not events arrive for them.
    public var count: Int {
        switch self.state {
        case .idle: 0
        case .subscribing(let count): count
        case .live(let count): count
        case .lingering: 0
        case .unsubscribing(let waiting): waiting
        case .offline(let count): count
        }
    }

    /// Whether every event of the topic arrives.
    public var isLive: Bool {
        switch self.state {
        case .idle: false
        case .subscribing: false
        case .live: true
        case .lingering: true
        case .unsubscribing: false
        case .offline: false
        }
    }

    /// Whether nothing is upstream or in flight and nobody is here: the machine can be forgotten.
    public var isIdle: Bool {
        switch self.state {
        case .idle: true
        case .subscribing: false
        case .live: false
        case .lingering: false
        case .unsubscribing: false
        case .offline(let count): count == 0
        }
    }
}
