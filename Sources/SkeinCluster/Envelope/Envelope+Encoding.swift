public import NIOCore
public import SkeinCore

/// Sizes come beside the writing, because the length of an argument stands in front of it on the way to Redis. Each
/// `write` appends exactly as many bytes as its size says, all O(size); sizes cost no more than O(tags).
extension Envelope {
    /// The size of ``writeBody(of:into:)``.
    public static func bodySize(of publication: Publication) -> Int {
        var size = 1 + publication.data.count
        if let info = publication.info { size += self.lengthSize + self.infoSize(of: info) }
        if !publication.tags.isEmpty {
            size += self.lengthSize
            for tag in publication.tags { size += self.sizedSize(of: tag.key) + self.sizedSize(of: tag.value) }
        }
        if let excludedClient = publication.excludedClient { size += self.sizedSize(of: excludedClient) }
        return size
    }

    /// Writes everything about a publication but its place in a stream.
    public static func writeBody(of publication: Publication, into buffer: inout ByteBuffer) {
        ByteWriter.append(self.bodySize(of: publication), to: &buffer) { self.write(publication, &$0) }
    }

    /// The size of ``writeLive(_:into:)``.
    public static func liveSize(of publication: Publication) -> Int {
        self.headSize + self.bodySize(of: publication)
    }

    /// Writes the envelope of a publication on a channel without history; its position and time are not written.
    public static func writeLive(_ publication: Publication, into buffer: inout ByteBuffer) {
        ByteWriter.append(self.liveSize(of: publication), to: &buffer) { writer in
            self.writeHead(.live, &writer)
            self.write(publication, &writer)
        }
    }

    /// The size of ``writePositioned(_:into:)``.
    public static func positionedSize(of publication: Publication) -> Int {
        self.headSize + 17 + publication.epoch.utf8.count + self.bodySize(of: publication)
    }

    /// Writes the envelope of a publication that has a place in a stream: an offset above 0, a time that is not
    /// negative and an epoch of 1 to 255 bytes. A broker that places it otherwise has a bug, which traps.
    public static func writePositioned(_ publication: Publication, into buffer: inout ByteBuffer) {
        precondition(publication.offset > 0 && !publication.epoch.isEmpty, "a publication without a position")
        ByteWriter.append(self.positionedSize(of: publication), to: &buffer) { writer in
            self.writeHead(.positioned, &writer)
            writer.write(publication.offset)
            writer.write(UInt64(publication.time))
            writer.write(UInt8(publication.epoch.utf8.count))
            writer.write(publication.epoch)
            self.write(publication, &writer)
        }
    }

    /// The size of ``writeJoin(of:into:)`` and of ``writeLeave(of:into:)``.
    public static func announcementSize(of member: ClientInfo) -> Int {
        self.headSize + self.infoSize(of: member)
    }

    /// Writes the envelope of a join.
    public static func writeJoin(of member: ClientInfo, into buffer: inout ByteBuffer) {
        ByteWriter.append(self.announcementSize(of: member), to: &buffer) { writer in
            self.writeHead(.join, &writer)
            self.write(member, &writer)
        }
    }

    /// Writes the envelope of a leave.
    public static func writeLeave(of member: ClientInfo, into buffer: inout ByteBuffer) {
        ByteWriter.append(self.announcementSize(of: member), to: &buffer) { writer in
            self.writeHead(.leave, &writer)
            self.write(member, &writer)
        }
    }

    /// The size of ``writeInfo(_:into:)``.
    public static func infoSize(of info: ClientInfo) -> Int {
        var size = self.sizedSize(of: info.user) + self.sizedSize(of: info.client) + 1
        if let connectionInfo = info.connectionInfo { size += self.lengthSize + connectionInfo.count }
        if let channelInfo = info.channelInfo { size += self.lengthSize + channelInfo.count }
        return size
    }

    /// Writes who a session is, without an envelope; this is also what presence keeps of a member.
    public static func writeInfo(_ info: ClientInfo, into buffer: inout ByteBuffer) {
        ByteWriter.append(self.infoSize(of: info), to: &buffer) { self.write(info, &$0) }
    }

    private static var headSize: Int { 2 }
    private static var lengthSize: Int { 4 }

    private static func sizedSize(of text: String) -> Int {
        self.lengthSize + text.utf8.count
    }

    private static func writeHead(_ kind: Kind, _ writer: inout ByteWriter) {
        writer.write(self.version)
        writer.write(kind.rawValue)
    }

    private static func write(_ publication: Publication, _ writer: inout ByteWriter) {
        writer.write(self.flags(of: publication).rawValue)
        if let info = publication.info {
            writer.writeLength(self.infoSize(of: info))
            self.write(info, &writer)
        }
        if !publication.tags.isEmpty {
            writer.writeLength(publication.tags.count)
            for tag in publication.tags {
                writer.writeSized(tag.key)
                writer.writeSized(tag.value)
            }
        }
        if let excludedClient = publication.excludedClient { writer.writeSized(excludedClient) }
        writer.write(publication.data)
    }

    private static func write(_ info: ClientInfo, _ writer: inout ByteWriter) {
        writer.writeSized(info.user)
        writer.writeSized(info.client)
        writer.write(self.flags(of: info).rawValue)
        if let connectionInfo = info.connectionInfo { writer.writeSized(connectionInfo) }
        if let channelInfo = info.channelInfo { writer.writeSized(channelInfo) }
    }

    private static func flags(of publication: Publication) -> BodyFlags {
        var flags: BodyFlags = []
        if publication.allowsDelta { flags.formUnion(.allowsDelta) }
        if publication.info != nil { flags.formUnion(.info) }
        if !publication.tags.isEmpty { flags.formUnion(.tags) }
        if publication.excludedClient != nil { flags.formUnion(.excludedClient) }
        return flags
    }

    private static func flags(of info: ClientInfo) -> InfoFlags {
        var flags: InfoFlags = []
        if info.connectionInfo != nil { flags.formUnion(.connectionInfo) }
        if info.channelInfo != nil { flags.formUnion(.channelInfo) }
        return flags
    }
}
