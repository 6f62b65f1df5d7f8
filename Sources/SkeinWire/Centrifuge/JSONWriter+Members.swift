import SkeinCore

/// Members that are left out when they have nothing to say, as the protocol's other servers do.
extension JSONWriter {
    mutating func member(_ name: StaticString, text: String) {
        guard !text.isEmpty else { return }
        self.key(name)
        self.string(text)
    }

    mutating func member(_ name: StaticString, number: some FixedWidthInteger) {
        guard number != 0 else { return }
        self.key(name)
        self.integer(number)
    }

    mutating func member(_ name: StaticString, flag: Bool) {
        guard flag else { return }
        self.key(name)
        self.fragment("true")
    }

    mutating func member(_ name: StaticString, raw: [UInt8]?) {
        guard let raw else { return }
        self.key(name)
        self.raw(raw)
    }

    /// A lifetime: both members, or none when nothing expires.
    mutating func expiry(_ ttl: UInt32?) {
        guard let ttl else { return }
        self.key("expires")
        self.fragment("true")
        self.key("ttl")
        self.integer(ttl)
    }

    mutating func channelMember(_ channel: ChannelName) {
        self.key("channel")
        self.string(channel.text)
    }
}
