public import SkeinCore

/// Where a broker leaves the events of topics that this node is interested in.
public protocol TopicEventSink: AnyObject, Sendable {
    /// Called from any thread; never blocks. Events of one topic arrive in the order of the calls at every subscriber, so a broker
    /// makes the calls for one topic one after another.
    func deliver(_ event: TopicEvent, to topic: Topic)
}
