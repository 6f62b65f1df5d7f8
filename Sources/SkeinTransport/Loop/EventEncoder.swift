import NIOCore
import SkeinCore
import SkeinWire

/// Encodes events of one channel into frames.
struct EventEncoder {
    let channel: ChannelName
    let fanout: ChannelFanout
    let pool: BufferPool

    init(group: ChannelGroup, pool: BufferPool) {
        self.channel = group.topic.channel
        self.fanout = group.attachment
        self.pool = pool
    }

    /// Encodes the events; the first publication as a patch of `base` if there is one and the variant wants it.
    func encode(_ events: ArraySlice<TopicEvent>, variant: EncodingVariant, base: Publication?) -> EventBatch.Encoding {
        let format: WireFormat = variant.isBinary ? .protobuf : .json
        let size = events.reduce(0) { $0 + Self.size(of: $1) }
        var builder = FrameBuilder(format: format, pool: self.pool, capacity: size)
        var publications = 0
        var base = base
        for event in events {
            switch event {
            case .publication(let publication):
                guard variant.isBinary || self.fanout.payload == .json || JSONScanner.isValid(publication.data) else {
                    return .inexpressible
                }
                let payload = Self.payload(of: publication, variant: variant, base: base)
                builder.append { buffer, isFirst in
                    format.encodePublication(
                        channel: self.channel,
                        publication,
                        payload: payload,
                        into: &buffer,
                        first: isFirst
                    )
                }
                publications += 1
                base = publication
            case .gap:
                continue
            case .join(let info):
                guard variant.joinLeave else { continue }
                builder.append { format.encode(Push.join(channel: self.channel, info), into: &$0, first: $1) }
            case .leave(let info):
                guard variant.joinLeave else { continue }
                builder.append { format.encode(Push.leave(channel: self.channel, info), into: &$0, first: $1) }
            }
        }
        guard let bytes = builder.finish() else { return .nothing }
        return .frame(OutboundFrame(bytes: bytes, source: self.fanout, publications: publications))
    }

    private static func payload(
        of publication: Publication,
        variant: EncodingVariant,
        base: Publication?
    ) -> PublicationPayload {
        guard variant.delta != .none else { return .plain }
        guard publication.allowsDelta, let base else { return .deltaFull }
        let patch = FossilDelta.create(from: base.data, to: publication.data)
        return patch.count < publication.data.count ? .deltaPatch(patch) : .deltaFull
    }

    /// A guess of an event's encoded size, in bytes.
    private static func size(of event: TopicEvent) -> Int {
        guard case .publication(let publication) = event else { return 256 }
        return publication.data.count + 192
    }
}

extension EncodingVariant {
    /// The variant for a subscriber whose last publication is not the one before this batch.
    var whole: EncodingVariant {
        var variant = self
        if variant.delta == .patch { variant.delta = .patchAfterFirst }
        return variant
    }
}
