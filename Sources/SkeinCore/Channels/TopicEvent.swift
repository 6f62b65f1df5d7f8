/// What happens on a channel and reaches every subscriber of it, in one order for all.
public enum TopicEvent: Sendable {
    /// A message, or with an offset the next entry of the stream.
    case publication(Publication)
    /// A session subscribed.
    case join(ClientInfo)
    /// A session is gone.
    case leave(ClientInfo)
}
