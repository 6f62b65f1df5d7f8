import NIOCore
import NIOHTTP1

/// The handlers of an HTTP connection, and their end when it becomes a WebSocket.
enum HTTPPipeline {
    private static let encoder = "skein.http.encoder"
    private static let decoder = "skein.http.decoder"
    private static let order = "skein.http.order"
    private static let door = "skein.http.door"

    /// Heads of 16 KiB in all, 8 KiB a field, 64 fields. NIO's own defaults are two hundred times as much.
    static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 16 * 1024
        limits.maxHeaderFieldSize = 8 * 1024
        limits.maxHeaderFieldCount = 64
        return limits
    }

    /// Makes a connection speak HTTP.
    static func configure(_ channel: any Channel, door: FrontDoor) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: Self.limits)
        try pipeline.addHandler(HTTPResponseEncoder(), name: Self.encoder)
        try pipeline.addHandler(ByteToMessageHandler(decoder), name: Self.decoder)
        try pipeline.addHandler(HTTPServerPipelineHandler(), name: Self.order)
        try pipeline.addHandler(door, name: Self.door)
    }

    /// Makes a connection speak something else. The decoder goes last: bytes that came behind the upgrade request go to `handler`.
    static func replace(with handler: any ChannelHandler, in pipeline: ChannelPipeline) {
        let operations = pipeline.syncOperations
        do {
            try operations.addHandler(handler)
        } catch {
            pipeline.fireErrorCaught(error)
            return
        }
        for name in [Self.door, Self.order, Self.encoder, Self.decoder] {
            operations.removeHandler(name: name, promise: nil)
        }
    }
}
