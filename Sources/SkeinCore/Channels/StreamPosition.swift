/// A place in a channel's stream: offsets count 1, 2, 3 … within an epoch.
///
/// The epoch is an opaque string that the broker makes; another epoch is another stream, and offsets of different epochs say
/// nothing about each other.
public struct StreamPosition: Hashable, Sendable {
    /// 0 before the first publication.
    public var offset: UInt64
    /// Empty when the client does not know one yet.
    public var epoch: String

    /// Names a place in a stream.
    public init(offset: UInt64, epoch: String) {
        self.offset = offset
        self.epoch = epoch
    }

    /// No place: what publications on channels without history have, and clients that know nothing yet.
    public static let none = StreamPosition(offset: 0, epoch: "")
}
