import NIOCore
import SkeinCluster
import SkeinCore

/// Events to encode, and the way back to bytes for whatever came out of a decoder.
enum EnvelopeSamples {
    static let texts = ["", "a", "\u{0}", "é\u{0}\u{1F600}", "e\u{301}", String(repeating: "long ", count: 40)]
    static let payloads: [[UInt8]] = [[], [0], [0xFF, 0xFE], Array("{}".utf8), Array(repeating: 7, count: 20)]

    /// Every combination of present and absent parts.
    static var infos: [ClientInfo] {
        let parts: [[UInt8]?] = [nil, [], [0], Array("{\"name\":\"x\"}".utf8)]
        return parts.flatMap { connectionInfo in
            parts.map { channelInfo in
                ClientInfo(user: "u\u{0}", client: "", connectionInfo: connectionInfo, channelInfo: channelInfo)
            }
        } + self.texts.map { ClientInfo(user: $0, client: $0 + "c") }
    }

    /// Every combination of flags, with a place in a stream.
    static var publications: [Publication] {
        let tags = [
            Publication.Tag(key: "", value: ""), .init(key: "\u{0}", value: "é"), .init(key: "\u{0}", value: ""),
        ]
        return (0..<16).flatMap { flags in
            self.payloads.map { data in
                Publication(
                    data: data,
                    info: flags & 2 == 0 ? nil : self.infos[(flags + data.count) % self.infos.count],
                    offset: UInt64(flags) + 1,
                    epoch: "0123456789abcdef.89abcdef",
                    tags: flags & 4 == 0 ? [] : Array(tags.prefix(1 + data.count % 3)),
                    time: Int64(flags) << 40,
                    allowsDelta: flags & 1 != 0,
                    excludedClient: flags & 8 == 0 ? nil : self.texts[data.count % self.texts.count]
                )
            }
        }
    }

    /// One envelope of every event.
    static var envelopes: [[UInt8]] {
        let publications = self.publications.flatMap { publication in
            [
                self.bytes { Envelope.writeLive(publication, into: &$0) },
                self.bytes { Envelope.writePositioned(publication, into: &$0) },
            ]
        }
        let announcements = self.infos.flatMap { info in
            [
                self.bytes { Envelope.writeJoin(of: info, into: &$0) },
                self.bytes { Envelope.writeLeave(of: info, into: &$0) },
            ]
        }
        return publications + announcements
    }

    /// What `write` appends.
    static func bytes(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var buffer = ByteBuffer()
        write(&buffer)
        return Array(buffer.readableBytesView)
    }

    /// The bytes of a decoded event; nil for an event that does not travel.
    static func encode(_ event: TopicEvent) -> [UInt8]? {
        switch event {
        case .publication(let publication) where publication.offset == 0:
            self.bytes { Envelope.writeLive(publication, into: &$0) }
        case .publication(let publication):
            self.bytes { Envelope.writePositioned(publication, into: &$0) }
        case .join(let info): self.bytes { Envelope.writeJoin(of: info, into: &$0) }
        case .leave(let info): self.bytes { Envelope.writeLeave(of: info, into: &$0) }
        default: nil
        }
    }

    /// The event in an envelope.
    static func decode(_ bytes: [UInt8], knownEpoch: String? = nil) -> TopicEvent? {
        bytes.withUnsafeBytes { Envelope.decode($0, knownEpoch: knownEpoch) }
    }

    /// The publication in an envelope.
    static func publication(_ bytes: [UInt8]) -> Publication? {
        guard case .publication(let publication) = self.decode(bytes) else { return nil }
        return publication
    }

    /// Whether all fields are the same; texts by their bytes.
    static func areSame(_ left: Publication, _ right: Publication) -> Bool {
        left.data == right.data && self.areSame(left.info, right.info) && left.offset == right.offset
            && left.time == right.time && left.allowsDelta == right.allowsDelta
            && self.areSame(left.epoch, right.epoch) && self.areSame(left.excludedClient, right.excludedClient)
            && left.tags.count == right.tags.count
            && zip(left.tags, right.tags).allSatisfy { left, right in
                self.areSame(left.key, right.key) && self.areSame(left.value, right.value)
            }
    }

    static func areSame(_ left: ClientInfo?, _ right: ClientInfo?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return self.areSame(left.user, right.user) && self.areSame(left.client, right.client)
            && left.connectionInfo == right.connectionInfo && left.channelInfo == right.channelInfo
    }

    private static func areSame(_ left: String?, _ right: String?) -> Bool {
        left.map { Array($0.utf8) } == right.map { Array($0.utf8) }
    }
}
