/// What happens on a channel and reaches every subscriber of it, in one order for all.
public enum TopicEvent: Sendable {
    /// A message, or with an offset the next entry of the stream.
    case publication(Publication)
    /// A session subscribed.
    case join(ClientInfo)
    /// A session is gone.
    case leave(ClientInfo)
    /// What was published in front of the position is missing here, or belongs to another stream: whoever follows positions
    /// has to subscribe again before it gets anything more. The stream goes on after the position.
    case gap(StreamPosition)
}
