/// Who a session is, as other clients see it: in presence, in join and leave events and beside a publication.
///
/// Immutable and shared: every publication and presence entry of a session refers to the same object.
public final class ClientInfo: Sendable {
    /// The user of the session; empty for an anonymous one.
    public let user: String
    /// The id of the session.
    public let client: String
    /// What the connection token says about the user, in the wire format's payload (JSON for JSON clients).
    public let connectionInfo: [UInt8]?
    /// What the subscription token says about the user on this channel.
    public let channelInfo: [UInt8]?

    /// Describes a session.
    public init(user: String, client: String, connectionInfo: [UInt8]? = nil, channelInfo: [UInt8]? = nil) {
        self.user = user
        self.client = client
        self.connectionInfo = connectionInfo
        self.channelInfo = channelInfo
    }
}

extension ClientInfo: Equatable {
    public static func == (left: ClientInfo, right: ClientInfo) -> Bool {
        left === right
            || (left.user.utf8.elementsEqual(right.user.utf8) && left.client == right.client
                && left.connectionInfo == right.connectionInfo && left.channelInfo == right.channelInfo)
    }
}
