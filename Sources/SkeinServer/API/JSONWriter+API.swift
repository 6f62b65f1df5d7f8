import SkeinCore
import SkeinWire

/// Parts that several answers have. Members with nothing to say are left out, as Centrifugo does.
extension JSONWriter {
    /// `offset` and `epoch`; neither on channels without history.
    mutating func position(_ position: StreamPosition) {
        if position.offset != 0 {
            self.key("offset")
            self.integer(position.offset)
        }
        if !position.epoch.isEmpty {
            self.key("epoch")
            self.string(position.epoch)
        }
    }

    /// A session as other clients see it. User and client are there even when empty.
    mutating func clientInfo(_ info: ClientInfo) {
        self.beginObject()
        self.key("user")
        self.string(info.user)
        self.key("client")
        self.string(info.client)
        if let connectionInfo = info.connectionInfo {
            self.key("conn_info")
            self.raw(connectionInfo)
        }
        if let channelInfo = info.channelInfo {
            self.key("chan_info")
            self.raw(channelInfo)
        }
        self.endObject()
    }

    /// A payload as `data`. On binary channels, or when the bytes are not JSON, `data` is null and the bytes are in
    /// `b64data`.
    mutating func payload(_ data: [UInt8], isBinary: Bool) {
        self.key("data")
        if !isBinary, JSONScanner.isValid(data) { return self.raw(data) }
        self.null()
        self.key("b64data")
        self.string(utf8: Base64.encode(data))
    }
}
