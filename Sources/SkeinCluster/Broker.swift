public import SkeinCore

/// Carries channel events between the sessions of a cluster and keeps what outlives a session.
///
/// Every publication travels through the broker, also to subscribers on its own node, so that all subscribers of a channel see
/// one order. Every function may be called from any thread and never blocks. Completions follow ``Completion``. A broker never
/// retries on its own: what fails is told.
public typealias Broker = EventBroker & HistoryBroker & PresenceBroker

/// Moves events. See ``Broker``.
public protocol EventBroker: AnyObject, Sendable {
    /// Whether events can reach this node at present, as far as it knows. What it is interested in already does not tell: a new
    /// subscriber must not be told that all is well when nothing will come.
    var isReachable: Bool { get }

    /// Appends the publication to the topic's stream if `retention` keeps any, and hands it to the ``TopicEventSink`` of every
    /// interested node.
    ///
    /// Completes with the publication's position (offset 0 and an empty epoch without history) when it can no longer be lost by
    /// this node. Publications of one caller to one topic get increasing offsets in the order of the calls. With an
    /// `idempotencyKey` that the topic has seen within its window nothing is published and the first position comes back.
    func publish(
        _ publication: Publication,
        to topic: Topic,
        retention: Retention,
        idempotencyKey: IdempotencyKey?,
        completion: Completion<StreamPosition>
    )

    /// Hands a join or leave to every interested node. At most once: it is a hint, presence is the truth.
    func announce(_ event: TopicEvent, to topic: Topic)

    /// Declares interest; completes when every later event of the topic will reach this node's sink. Calls are counted: each
    /// needs its ``unsubscribe(from:)``, also when it failed.
    func subscribe(to topic: Topic, completion: Completion<Void>)

    /// Takes back one declaration of interest.
    func unsubscribe(from topic: Topic)
}

/// Keeps streams. See ``Broker``.
public protocol HistoryBroker: AnyObject, Sendable {
    /// Reads a part of the topic's stream and its newest position.
    ///
    /// A stream that does not exist yet is created, so that its epoch can be given to clients: the position is offset 0.
    func history(of topic: Topic, query: HistoryQuery, retention: Retention, completion: Completion<HistoryResult>)

    /// Finds out, at one instant, whether everything after `since` is still there, and returns it.
    ///
    /// All or nothing: `recovered` if and only if the epoch is the stream's (or empty) and every offset after `since.offset` up
    /// to the newest is present and they are at most `limit`; otherwise no publications.
    func recover(
        _ topic: Topic,
        since: StreamPosition,
        mode: ChannelRules.RecoveryMode,
        limit: Int,
        retention: Retention,
        completion: Completion<Recovery>
    )

    /// Forgets the publications; the epoch and the newest offset stay.
    func removeHistory(of topic: Topic, completion: Completion<Void>)
}

/// Keeps who is there. See ``Broker``.
public protocol PresenceBroker: AnyObject, Sendable {
    /// Adds a session to the topic's presence, or replaces its entry. Completes with false, and changes nothing, when
    /// `maximumMembers` (0 for no limit) others are there already.
    ///
    /// With `announcesLeave` its leave is announced, once, by whoever finds that this node is gone.
    func enter(
        _ member: ClientInfo,
        into topic: Topic,
        announcesLeave: Bool,
        maximumMembers: Int,
        completion: Completion<Bool>
    )

    /// Removes a session and, with `announcing`, announces in the same step that it left. Completes with whether it was there;
    /// a member that was not is not announced.
    func leave(_ client: String, from topic: Topic, announcing: Bool, completion: Completion<Bool>)

    /// Lists the sessions that are present, in no order. O(members).
    func presence(of topic: Topic, completion: Completion<[PresenceMember]>)

    /// Counts sessions and users. O(1).
    func presenceStats(of topic: Topic, completion: Completion<PresenceStats>)
}
