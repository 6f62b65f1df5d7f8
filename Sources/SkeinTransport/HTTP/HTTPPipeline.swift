import NIOCore
import NIOHTTP1

/// The handlers of an HTTP connection, and their end when it becomes a WebSocket.
enum HTTPPipeline {
    private static let encoder = "skein.http.encoder"
    private static let decoder = "skein.http.decoder"
    private static let door = "skein.http.door"

    /// Heads of 16 KiB in all, 8 KiB a field, 64 fields. NIO's own defaults are two hundred times as much.
    static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 16 * 1024
        limits.maxHeaderFieldSize = 8 * 1024
        limits.maxHeaderFieldCount = 64
        return limits
    }

    /// A connection keeps the buffer that it read into last, so its size is part of what a connection may hold: small before the
    /// client has shown who it is, and large enough for the whole handshake of a browser.
    static let receiveBuffers = AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 1024, maximum: 1024)
    private static let webSocketReceiveBuffers = AdaptiveRecvByteBufferAllocator(
        minimum: 512,
        initial: 1024,
        maximum: 16 * 1024
    )

    /// Sets the options of a connection that has just been accepted: options of a bootstrap would be cast and chained for each.
    static func prepare(_ channel: any Channel) throws {
        try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
        try channel.syncOptions?.setOption(.recvAllocator, value: Self.receiveBuffers)
    }

    /// Makes a connection speak HTTP.
    static func configure(_ channel: any Channel, door: FrontDoor) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: Self.limits)
        try pipeline.addHandler(HTTPResponseEncoder(), name: Self.encoder)
        try pipeline.addHandler(ByteToMessageHandler(decoder), name: Self.decoder)
        try pipeline.addHandler(door, name: Self.door)
    }

    /// Makes a connection speak something else: bytes that come from now on are for `handler`. Throws when the connection is gone.
    static func append(_ handler: any ChannelHandler, to channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(handler)
        try? channel.syncOptions?.setOption(.recvAllocator, value: Self.webSocketReceiveBuffers)
    }

    /// Makes a connection that speaks HTTP speak something else. The decoder goes last: bytes that came behind the upgrade request
    /// go to `handler`.
    static func replace(with handler: any ChannelHandler, in channel: any Channel) {
        do {
            try Self.append(handler, to: channel)
        } catch {
            channel.pipeline.fireErrorCaught(error)
            return
        }
        for name in [Self.door, Self.encoder, Self.decoder] {
            channel.pipeline.syncOperations.removeHandler(name: name, promise: nil)
        }
    }
}
