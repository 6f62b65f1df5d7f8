/// One message on a channel.
///
/// Immutable and shared by history, by every loop that has subscribers and by every encoding of it: the payload exists once.
public final class Publication: Sendable {
    /// The payload: validated JSON on JSON channels, any bytes on binary ones.
    public let data: [UInt8]
    /// The session that published it; nil for the server API.
    public let info: ClientInfo?
    /// The place in the channel's stream; 0 on channels without history.
    public let offset: UInt64
    /// The epoch that `offset` counts in; empty on channels without history.
    public let epoch: String
    /// Application-defined labels, in a stable order.
    public let tags: [Tag]
    /// Wall-clock milliseconds since 1970 at which the broker accepted it; 0 when the channel has no history.
    public let time: Int64
    /// Whether subscribers that asked for deltas may get this one as a patch.
    public let allowsDelta: Bool
    /// The session that must not receive it, because it published it on a channel that excludes senders.
    public let excludedClient: String?

    /// A label of a publication.
    public struct Tag: Hashable, Sendable {
        /// The label's name.
        public let key: String
        /// The label's value.
        public let value: String

        /// Makes a label.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// Makes a publication.
    public init(
        data: [UInt8],
        info: ClientInfo? = nil,
        offset: UInt64 = 0,
        epoch: String = "",
        tags: [Tag] = [],
        time: Int64 = 0,
        allowsDelta: Bool = false,
        excludedClient: String? = nil
    ) {
        self.data = data
        self.info = info
        self.offset = offset
        self.epoch = epoch
        self.tags = tags
        self.time = time
        self.allowsDelta = allowsDelta
        self.excludedClient = excludedClient
    }

    /// The place in the channel's stream.
    public var position: StreamPosition { StreamPosition(offset: self.offset, epoch: self.epoch) }

    /// The same message at a place in a stream; what a broker does when it appends.
    public func placed(at position: StreamPosition, time: Int64) -> Publication {
        Publication(
            data: self.data,
            info: self.info,
            offset: position.offset,
            epoch: position.epoch,
            tags: self.tags,
            time: time,
            allowsDelta: self.allowsDelta,
            excludedClient: self.excludedClient
        )
    }
}
