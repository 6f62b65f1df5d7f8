import SkeinCluster
import SkeinCore

/// What the functions that read a stream answer: the newest position, then ids and entries in turn.
struct StreamReply {
    let position: StreamPosition
    let publications: [Publication]

    /// Reads `{offset, epoch, …head, id, entry, id, entry…}`; nil for any other form. An entry that cannot be read, or that lies under another id than an
    /// offset, was not written by a node: it fails the whole reply, because leaving it out would be a silent loss.
    init?(_ value: RESPValue, head: Int = 2) {
        guard let parts = value.array, parts.count >= head, (parts.count - head) % 2 == 0,
            let offset = parts[0].offset, let epoch = parts[1].text
        else { return nil }
        var publications: [Publication] = []
        publications.reserveCapacity((parts.count - head) / 2)
        for index in stride(from: head, to: parts.count, by: 2) {
            guard let id = parts[index].text, let entry = parts[index + 1].bytes,
                let offset = UInt64(id.prefix { $0 != "-" }),
                let publication = entry.withUnsafeBytes({
                    Envelope.decodeEntry(offset: offset, epoch: epoch, entry: $0)
                })
            else { return nil }
            publications.append(publication)
        }
        self.position = StreamPosition(offset: offset, epoch: epoch)
        self.publications = publications
    }
}

extension RESPValue {
    /// A number that is not negative, as an integer or as text.
    var offset: UInt64? {
        if let integer = self.integer { return UInt64(exactly: integer) }
        return self.text.flatMap { UInt64($0) }
    }
}
