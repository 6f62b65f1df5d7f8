import NIOCore
import SkeinWire

/// The messages that a client of the benchmark sends, in one format. A value that all connections share.
struct ClientCommands: Sendable {
    /// Where a subscriber goes on.
    struct Position: Equatable {
        var epoch = ""
        var offset: UInt64 = 0
    }

    /// The command ids of the two commands that open a session.
    static let connectID: UInt64 = 1
    static let subscribeID: UInt64 = 2
    static let firstPublishID: UInt64 = 3

    let format: BenchmarkFormat
    let token: String
    private let padding: [UInt8]

    /// - Parameter payload: bytes of the data of a publication with its quotes; `PayloadMarker.length` + 2 at least.
    init(format: BenchmarkFormat, token: String, payload: Int) {
        self.format = format
        self.token = token
        let letters = Array("abcdefghijklmnopqrstuvwxyz".utf8)
        self.padding = (0..<max(0, payload - PayloadMarker.length - 2)).map { letters[$0 % letters.count] }
    }

    /// The answer to a ping.
    var pong: [UInt8] { self.format == .json ? Array("{}".utf8) : [0] }

    // MARK: Opening

    /// Connect, and subscribe behind it in the same frame, as the SDKs do; without a channel only connect.
    func opening(channel: String?, recover position: Position? = nil, isRecoverable: Bool = false) -> [UInt8] {
        switch self.format {
        case .json: self.openingJSON(channel, position, isRecoverable)
        case .protobuf: self.openingProtobuf(channel, position, isRecoverable)
        }
    }

    private func openingJSON(_ channel: String?, _ position: Position?, _ isRecoverable: Bool) -> [UInt8] {
        var buffer = ByteBuffer()
        JSONWriter.append(to: &buffer) { json in
            json.beginObject()
            json.key("id")
            json.integer(Self.connectID)
            json.key("connect")
            json.beginObject()
            if !self.token.isEmpty {
                json.key("token")
                json.string(self.token)
            }
            json.key("name")
            json.string("skein-bench")
            json.endObject()
            json.endObject()
        }
        guard let channel else { return Array(buffer: buffer) }
        buffer.writeInteger(UInt8(ascii: "\n"))
        JSONWriter.append(to: &buffer) { json in
            json.beginObject()
            json.key("id")
            json.integer(Self.subscribeID)
            json.key("subscribe")
            json.beginObject()
            json.key("channel")
            json.string(channel)
            if isRecoverable {
                json.key("recoverable")
                json.bool(true)
            }
            if let position {
                json.key("recover")
                json.bool(true)
                json.key("epoch")
                json.string(position.epoch)
                json.key("offset")
                json.integer(position.offset)
            }
            json.endObject()
            json.endObject()
        }
        return Array(buffer: buffer)
    }

    private func openingProtobuf(_ channel: String?, _ position: Position?, _ isRecoverable: Bool) -> [UInt8] {
        var connect: [UInt8] = []
        if !self.token.isEmpty { ProtobufWriter.field(1, self.token.utf8, to: &connect) }
        ProtobufWriter.field(4, "skein-bench".utf8, to: &connect)
        var bytes: [UInt8] = []
        Self.appendProtobuf(id: Self.connectID, command: 4, connect, to: &bytes)
        guard let channel else { return bytes }
        var subscribe: [UInt8] = []
        ProtobufWriter.field(1, channel.utf8, to: &subscribe)
        if let position {
            ProtobufWriter.field(3, 1, to: &subscribe)
            ProtobufWriter.field(6, position.epoch.utf8, to: &subscribe)
            ProtobufWriter.field(7, position.offset, to: &subscribe)
        }
        if isRecoverable { ProtobufWriter.field(10, 1, to: &subscribe) }
        Self.appendProtobuf(id: Self.subscribeID, command: 5, subscribe, to: &bytes)
        return bytes
    }

    // MARK: Publishing

    /// Replaces `bytes` with one publish command; its capacity is used again.
    func publish(
        id: UInt64,
        channel: [UInt8],
        marker: PayloadMarker,
        sign: [UInt8],
        into bytes: inout [UInt8]
    ) {
        bytes.removeAll(keepingCapacity: true)
        switch self.format {
        case .json:
            Self.append("{\"id\":", to: &bytes)
            Self.append(decimal: id, to: &bytes)
            Self.append(",\"publish\":{\"channel\":\"", to: &bytes)
            bytes.append(contentsOf: channel)
            Self.append("\",\"data\":", to: &bytes)
            self.appendData(marker, sign, to: &bytes)
            Self.append("}}", to: &bytes)
        case .protobuf:
            var data: [UInt8] = []
            self.appendData(marker, sign, to: &data)
            var publish: [UInt8] = []
            ProtobufWriter.field(1, channel, to: &publish)
            ProtobufWriter.field(2, data, to: &publish)
            Self.appendProtobuf(id: id, command: 7, publish, to: &bytes)
        }
    }

    private func appendData(_ marker: PayloadMarker, _ sign: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        marker.append(to: &bytes, sign: sign)
        bytes.append(contentsOf: self.padding)
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendProtobuf(id: UInt64, command: UInt64, _ body: [UInt8], to bytes: inout [UInt8]) {
        var message: [UInt8] = []
        ProtobufWriter.field(1, id, to: &message)
        ProtobufWriter.field(command, body, to: &message)
        ProtobufWriter.varint(UInt64(message.count), to: &bytes)
        bytes.append(contentsOf: message)
    }

    private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private static func append(decimal value: UInt64, to bytes: inout [UInt8]) {
        if value >= 10 { Self.append(decimal: value / 10, to: &bytes) }
        bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
