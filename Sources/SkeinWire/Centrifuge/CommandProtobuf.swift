import NIOCore
import SkeinCore
import SwiftProtobuf

/// Commands from protobuf, through generated types.
///
/// Unknown fields are dropped while parsing, nesting is bounded, and the two fields whose parsed form would be much
/// bigger than their bytes stay bytes (`client.proto`), so memory stays within a small multiple of the frame.
enum CommandProtobuf {
    static func decode(
        _ message: ByteBuffer,
        limit: Int,
        _ body: (Command) -> Void
    ) throws(CommandDecodingError) {
        var frame = message
        var count = 0
        while frame.readableBytes > 0 {
            guard count < limit else { throw CommandDecodingError(.tooManyCommands) }
            count += 1
            guard let message = ProtobufFrame.next(in: &frame) else {
                throw CommandDecodingError(.malformed, "length of a message")
            }
            body(try Self.command(message))
        }
    }

    private static func command(_ bytes: ByteBuffer) throws(CommandDecodingError) -> Command {
        guard bytes.readableBytes > 0 else { return Command(id: 0, .pong) }
        if let publish = bytes.withUnsafeReadableBytes({ PublishProtobuf.read($0) }) { return publish }
        return try Self.generated(bytes)
    }

    /// The command as the generated code reads it.
    static func generated(_ bytes: ByteBuffer) throws(CommandDecodingError) -> Command {
        do {
            let message = try Skein_Centrifuge_Command(
                serializedBytes: Array(bytes.readableBytesView),
                options: Self.options
            )
            return try Self.command(message)
        } catch {
            throw CommandDecodingError(.malformed, "protobuf message")
        }
    }

    private static let options: BinaryDecodingOptions = {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        // Command, request, position; entries of `subs` are parsed as messages of their own.
        options.messageDepthLimit = 4
        return options
    }()

    private static func command(_ message: Skein_Centrifuge_Command) throws -> Command {
        var chosen = CommandChoice()
        chosen.id = message.id
        if message.hasConnect { chosen.offer(.connect(try Self.connect(message.connect))) }
        if message.hasSubscribe { chosen.offer(.subscribe(Self.subscribe(message.subscribe))) }
        if message.hasUnsubscribe {
            chosen.offer(.unsubscribe(channel: ChannelName(message.unsubscribe.channel)))
        }
        if message.hasPublish { chosen.offer(.publish(Self.publish(message.publish))) }
        if message.hasPresence { chosen.offer(.presence(channel: ChannelName(message.presence.channel))) }
        if message.hasPresenceStats {
            chosen.offer(.presenceStats(channel: ChannelName(message.presenceStats.channel)))
        }
        if message.hasHistory { chosen.offer(.history(Self.history(message.history))) }
        if message.hasPing { chosen.offer(.ping) }
        if message.hasSend { chosen.offer(.send(data: Array(message.send.data))) }
        if message.hasRpc {
            chosen.offer(.rpc(RPCRequest(method: message.rpc.method, data: Array(message.rpc.data))))
        }
        if message.hasRefresh { chosen.offer(.refresh(token: message.refresh.token)) }
        if message.hasSubRefresh { chosen.offer(.subRefresh(Self.subRefresh(message.subRefresh))) }
        return chosen.command()
    }

    private static func connect(_ message: Skein_Centrifuge_ConnectRequest) throws -> ConnectRequest {
        guard message.subs.count <= ConnectRequest.maximumSubscriptions else {
            throw CommandDecodingError(.malformed)
        }
        var request = ConnectRequest(
            token: message.token,
            data: message.data.isEmpty ? nil : Array(message.data),
            name: message.name,
            version: message.version
        )
        for bytes in message.subs {
            let entry = try Skein_Centrifuge_SubscribeEntry(serializedBytes: bytes, options: Self.options)
            request.subs[ChannelName(entry.key)] = Self.subscribe(entry.value)
        }
        return request
    }

    private static func subscribe(_ message: Skein_Centrifuge_SubscribeRequest) -> SubscribeRequest {
        SubscribeRequest(
            channel: ChannelName(message.channel),
            token: message.token,
            recover: message.recover,
            position: StreamPosition(offset: message.offset, epoch: message.epoch),
            data: message.data.isEmpty ? nil : Array(message.data),
            positioned: message.positioned,
            recoverable: message.recoverable,
            joinLeave: message.joinLeave,
            delta: message.delta,
            flag: UInt64(bitPattern: message.flag),
            type: message.type,
            hasTagFilter: message.hasTf
        )
    }

    private static func publish(_ message: Skein_Centrifuge_PublishRequest) -> PublishRequest {
        PublishRequest(channel: ChannelName(message.channel), data: Array(message.data))
    }

    private static func history(_ message: Skein_Centrifuge_HistoryRequest) -> HistoryRequest {
        HistoryRequest(
            channel: ChannelName(message.channel),
            limit: message.limit,
            since: message.hasSince
                ? StreamPosition(offset: message.since.offset, epoch: message.since.epoch) : nil,
            reverse: message.reverse
        )
    }

    private static func subRefresh(_ message: Skein_Centrifuge_SubRefreshRequest) -> SubRefreshRequest {
        SubRefreshRequest(channel: ChannelName(message.channel), token: message.token)
    }
}
