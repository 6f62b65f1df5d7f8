import SkeinCore

/// The command that there is one of for every message, in the form in which every SDK writes it:
/// `{"id":1,"publish":{"channel":"…","data":…}}`.
///
/// What is fixed in it is compared by machine words, and nothing is looked up. Every other form of the same command, and
/// whatever is wrong with it, is left to the general reader; the two agree on all that this one takes.
extension JSONScanner {
    /// The command if it is one; otherwise nil, and nothing has been read.
    mutating func usualPublish() -> Command? {
        let start = self.position
        if let command = try? self.publishAsWritten() { return command }
        self.position = start
        return nil
    }

    private mutating func publishAsWritten() throws(JSONError) -> Command? {
        guard self.pass("{\"id\":") else { return nil }
        let id = try self.uint32()
        guard id > 0, self.pass(",\"publish\":{\"channel\":") else { return nil }
        let (channel, hasEscapes) = try self.stringContent()
        // Null stands for no member.
        guard !hasEscapes, self.pass(",\"data\":"), self.skipWhitespace() != UInt8(ascii: "n") else { return nil }
        let data = try self.rawRange()
        guard self.pass("}}") else { return nil }
        let request = PublishRequest(
            channel: ChannelName(String(decoding: self.bytes[channel], as: UTF8.self)),
            data: Array(self.bytes[data])
        )
        return Command(id: id, .publish(request))
    }

    /// Passes exactly these bytes; false, without moving, when something else is there.
    private mutating func pass(_ text: StaticString) -> Bool {
        guard self.bytes.has(text, at: self.position) else { return false }
        self.position += text.utf8CodeUnitCount
        return true
    }
}
