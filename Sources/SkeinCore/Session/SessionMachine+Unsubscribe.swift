/// The `unsubscribe` command, and the server's way to end a subscription.
extension SessionMachine {
    /// Unsubscribing from a channel without a subscription succeeds: the client has what it wants. Subscriptions that the server made
    /// stay.
    mutating func unsubscribe(
        _ channel: ChannelName,
        id: UInt32,
        policy: SessionPolicy,
        now: MonotonicInstant
    ) -> CommandAction {
        guard let entry = self.entries[channel] else { return .reply(Reply(id: id, .unsubscribe)) }
        guard entry.isClientSide else { return self.fail(id, .permissionDenied, policy: policy, now: now) }
        self.entries[channel] = nil
        return .unsubscribe(id: id, EndedSubscription(channel: channel, attachment: entry.attachment))
    }

    /// What follows when the server ends a subscription.
    public enum EndAction {
        /// There is none.
        case none
        /// It is being made; it will end as soon as it has been.
        case later
        /// Undo it and tell the client.
        case end(EndedSubscription<Attachment>)
    }

    /// The server ends the session's subscription to a channel.
    public mutating func unsubscribeByServer(_ channel: ChannelName, code: UnsubscribeCode) -> EndAction {
        guard var entry = self.entries[channel], self.phase != .closed else { return .none }
        guard entry.isLive else {
            entry.endsWith = code
            self.entries[channel] = entry
            return .later
        }
        self.entries[channel] = nil
        return .end(EndedSubscription(channel: channel, attachment: entry.attachment))
    }
}
