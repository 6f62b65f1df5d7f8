public import SkeinCore

/// Each function takes bytes that anybody may have written and looks at all of them: what is cut short, has something
/// left over or is of an unknown version, kind or flag gives nil, as does text that is not UTF-8.
///
/// One pass, O(size). What is made takes at most about four times as much memory as the bytes (tags without letters
/// do); no length or count is believed before that many bytes have been seen.
extension Envelope {
    /// The event in an envelope: a publication, a join or a leave. nil is to be counted and otherwise ignored, because
    /// a node of another version may send what this one cannot read.
    ///
    /// The publication of a live envelope has no position and no time. When the epoch is the `knownEpoch`, that string
    /// is used, which saves an allocation per publication; pass the epoch of the topic's previous event.
    public static func decode(_ bytes: UnsafeRawBufferPointer, knownEpoch: String? = nil) -> TopicEvent? {
        var reader = ByteReader(bytes)
        guard reader.integer(as: UInt8.self) == self.version, let number = reader.integer(as: UInt8.self) else {
            return nil
        }
        switch Kind(rawValue: number) {
        case .live: return self.body(&reader, .none, time: 0).map { .publication($0) }
        case .positioned: return self.positioned(&reader, knownEpoch).map { .publication($0) }
        case .join: return self.info(&reader).map { .join($0) }
        case .leave: return self.info(&reader).map { .leave($0) }
        case nil: return nil
        }
    }

    /// The publication in an entry of a stream. nil also when `offset` is 0 or `epoch` is empty, which is no place.
    public static func decodeEntry(
        offset: UInt64,
        epoch: String,
        entry: UnsafeRawBufferPointer
    ) -> Publication? {
        var reader = ByteReader(entry)
        guard offset > 0, !epoch.isEmpty, let time = self.time(&reader) else { return nil }
        return self.body(&reader, StreamPosition(offset: offset, epoch: epoch), time: time)
    }

    /// Who a session is, as ``writeInfo(_:into:)`` wrote it.
    public static func decodeInfo(_ bytes: UnsafeRawBufferPointer) -> ClientInfo? {
        var reader = ByteReader(bytes)
        return self.info(&reader)
    }

    private static func positioned(_ reader: inout ByteReader, _ knownEpoch: String?) -> Publication? {
        guard let offset = reader.integer(as: UInt64.self), offset > 0,
            let time = self.time(&reader),
            let epochLength = reader.integer(as: UInt8.self), epochLength > 0,
            let epoch = reader.text(count: Int(epochLength), reusing: knownEpoch)
        else { return nil }
        return self.body(&reader, StreamPosition(offset: offset, epoch: epoch), time: time)
    }

    private static func time(_ reader: inout ByteReader) -> Int64? {
        reader.integer(as: UInt64.self).flatMap { Int64(exactly: $0) }
    }

    private static func body(_ reader: inout ByteReader, _ position: StreamPosition, time: Int64) -> Publication? {
        guard let flags = reader.integer(as: UInt8.self).map(BodyFlags.init), flags.isSubset(of: .known) else {
            return nil
        }
        var info: ClientInfo?
        if flags.contains(.info) {
            guard var part = reader.sizedBytes().map(ByteReader.init) else { return nil }
            info = self.info(&part)
            guard info != nil else { return nil }
        }
        var tags: [Publication.Tag] = []
        if flags.contains(.tags) {
            guard let some = self.tags(&reader) else { return nil }
            tags = some
        }
        var excludedClient: String?
        if flags.contains(.excludedClient) {
            excludedClient = reader.sizedText()
            guard excludedClient != nil else { return nil }
        }
        return Publication(
            data: reader.copyOfRest(),
            info: info,
            offset: position.offset,
            epoch: position.epoch,
            tags: tags,
            time: time,
            allowsDelta: flags.contains(.allowsDelta),
            excludedClient: excludedClient
        )
    }

    private static func tags(_ reader: inout ByteReader) -> [Publication.Tag]? {
        let smallestSize: UInt32 = 8
        guard let count = reader.integer(as: UInt32.self), count > 0,
            reader.has(count, timesBytes: smallestSize)
        else { return nil }
        var tags: [Publication.Tag] = []
        tags.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let key = reader.sizedText(), let value = reader.sizedText() else { return nil }
            tags.append(Publication.Tag(key: key, value: value))
        }
        return tags
    }

    /// The rest of the reader has to be an info and nothing else.
    private static func info(_ reader: inout ByteReader) -> ClientInfo? {
        guard let user = reader.sizedText(), let client = reader.sizedText(),
            let flags = reader.integer(as: UInt8.self).map(InfoFlags.init), flags.isSubset(of: .known)
        else { return nil }
        var connectionInfo: [UInt8]?
        if flags.contains(.connectionInfo) {
            connectionInfo = reader.sizedCopy()
            guard connectionInfo != nil else { return nil }
        }
        var channelInfo: [UInt8]?
        if flags.contains(.channelInfo) {
            channelInfo = reader.sizedCopy()
            guard channelInfo != nil else { return nil }
        }
        guard reader.count == 0 else { return nil }
        return ClientInfo(user: user, client: client, connectionInfo: connectionInfo, channelInfo: channelInfo)
    }
}
