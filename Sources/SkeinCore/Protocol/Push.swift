/// What the server says without being asked.
///
/// Publications, joins and leaves of a channel are encoded once for all subscribers of a wire format; the others go to one session.
public enum Push: Sendable {
    /// A publication as plain data.
    case publication(channel: ChannelName, Publication)
    /// A session subscribed to the channel.
    case join(channel: ChannelName, ClientInfo)
    /// A session left the channel.
    case leave(channel: ChannelName, ClientInfo)
    /// The server ended a subscription.
    case unsubscribe(channel: ChannelName, UnsubscribeCode)
    /// The server subscribed the session.
    case subscribe(channel: ChannelName, SubscribeResult)
    /// A message to this session alone.
    case message(data: [UInt8])
    /// The session was accepted (unidirectional transports).
    case connect(ConnectResult)
    /// The session ends (transports without a close frame).
    case disconnect(DisconnectCode)
    /// The session's lifetime changed: seconds left, or nil when it no longer expires.
    case refresh(ttl: UInt32?)
}
