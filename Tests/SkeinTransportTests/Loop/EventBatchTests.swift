import NIOCore
import SkeinCluster
import SkeinCore
import SkeinWire
import Testing

@testable import SkeinTransport

/// What is encoded, how often, and for whom.
@Suite struct EventBatchTests {
    private static let ann = ClientInfo(user: "", client: "ann")

    private func makeGroup(
        _ events: [TopicEvent],
        rules: ChannelRules = .open,
        base: Publication? = nil
    ) -> ChannelGroup {
        var hub = LocalHub<Member, ChannelFanout>()
        let harness = LoopHarness()
        let session = SessionHandler(loop: harness.loop, format: .json, usesFramePing: false, clientID: "x")
        let policy = SessionPolicy.test(rules)
        guard case .success(let plan) = SessionMachine<Subscription>.plan(in: policy) else {
            preconditionFailure("no plan")
        }
        let makeMember = { (group: ChannelGroup, slot: Int) in
            let subscription = Subscription(group: group, slot: slot, plan: plan)
            let variant = EncodingVariant(isBinary: false, delta: .none, joinLeave: false)
            return Member(session: session, subscription: subscription, variant: variant, needsAttention: false)
        }
        let makeAttachment = { ChannelFanout(rules: rules) }
        let place = hub.join(Topic("a"), makeAttachment: makeAttachment, makeMember: makeMember)
        place.group.attachment.events = events
        place.group.attachment.base = base
        return place.group
    }

    private func makeBatch(_ group: ChannelGroup) -> EventBatch {
        var scratch = [EventBatch.Encoding](repeating: .notYet, count: EncodingVariant.count)
        return EventBatch(group: group, pool: BufferPool(), scratch: &scratch)
    }

    private func publication(_ data: String, offset: UInt64 = 0, excluding client: String? = nil) -> TopicEvent {
        .publication(Publication(data: Array(data.utf8), offset: offset, excludedClient: client))
    }

    private func frame(_ encoding: EventBatch.Encoding) -> OutboundFrame? {
        if case .frame(let frame) = encoding { frame } else { nil }
    }

    private func text(_ encoding: EventBatch.Encoding) -> [String] {
        guard let frame = self.frame(encoding) else { return [] }
        var bytes = Array(frame.bytes.readableBytesView)
        return ServerFrame.take(from: &bytes).flatMap { $0.messages(.json) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Where the bytes are: the same for buffers that share them.
    private func identity(_ encoding: EventBatch.Encoding) -> UInt {
        self.frame(encoding)?.bytes.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) } ?? 0
    }

    @Test func `every variant has a place of its own`() {
        var indices: Set<Int> = []
        for isBinary in [false, true] {
            for joinLeave in [false, true] {
                for delta in [EncodingVariant.Delta.none, .patch, .patchAfterFirst] {
                    indices.insert(EncodingVariant(isBinary: isBinary, delta: delta, joinLeave: joinLeave).index)
                }
            }
        }
        #expect(indices == Set(0..<EncodingVariant.count))
    }

    @Test func `a variant is encoded once, and its bytes are shared`() {
        var batch = self.makeBatch(self.makeGroup([self.publication("1"), self.publication("2")]))
        var seen: Set<UInt> = []
        for isBinary in [false, true] {
            for delta in [EncodingVariant.Delta.none, .patch, .patchAfterFirst] {
                let variant = EncodingVariant(isBinary: isBinary, delta: delta, joinLeave: false)
                let first = self.identity(batch.encoding(for: variant))
                #expect(first != 0 && !seen.contains(first))
                seen.insert(first)
                for _ in 0..<100 { #expect(self.identity(batch.encoding(for: variant)) == first) }
            }
        }
    }

    @Test func `those with and without joins share the bytes of a batch that has none`() {
        var batch = self.makeBatch(self.makeGroup([self.publication("1")]))
        let plain = EncodingVariant(isBinary: false, delta: .none, joinLeave: false)
        let joins = EncodingVariant(isBinary: false, delta: .none, joinLeave: true)
        #expect(self.identity(batch.encoding(for: plain)) == self.identity(batch.encoding(for: joins)))
        var other = self.makeBatch(self.makeGroup([self.publication("1"), .join(Self.ann)]))
        #expect(self.identity(other.encoding(for: plain)) != self.identity(other.encoding(for: joins)))
        #expect(self.text(other.encoding(for: plain)).count == 1 && self.text(other.encoding(for: joins)).count == 2)
    }

    @Test func `joins alone are nothing for those who do not get them`() {
        var batch = self.makeBatch(self.makeGroup([.join(Self.ann), .leave(Self.ann)]))
        guard case .nothing = batch.encoding(for: .init(isBinary: true, delta: .none, joinLeave: false)) else {
            Issue.record("a frame without a message")
            return
        }
        let frame = self.frame(batch.encoding(for: .init(isBinary: true, delta: .none, joinLeave: true)))
        #expect(frame?.publications == 0)
    }

    @Test func `a batch knows how many publications it has, and where they start`() {
        let batch = self.makeBatch(
            self.makeGroup([.join(Self.ann), self.publication("1", offset: 7), self.publication("2", offset: 8)])
        )
        #expect(
            batch.publicationCount == 2 && batch.first == StreamPosition(offset: 7, epoch: "")
                && batch.excludedClients.isEmpty
        )
    }

    @Test func `a frame knows its channel, its publications, and nothing of joins`() {
        let group = self.makeGroup([.join(Self.ann), self.publication("1"), self.publication("2")])
        var batch = self.makeBatch(group)
        let frame = self.frame(batch.encoding(for: .init(isBinary: false, delta: .none, joinLeave: true)))
        #expect(frame?.publications == 2 && frame?.source === group.attachment)
    }

    @Test func `an excluded client gets the others, encoded for it alone`() {
        var batch = self.makeBatch(
            self.makeGroup([
                self.publication("1", excluding: "ann"), self.publication("2", excluding: "bob"), self.publication("3"),
            ])
        )
        #expect(batch.excludedClients == ["ann", "bob"])
        let variant = EncodingVariant(isBinary: false, delta: .none, joinLeave: false)
        let alone = batch.encoding(for: variant) { event in
            guard case .publication(let publication) = event else { return true }
            return publication.excludedClient != "ann"
        }
        #expect(self.text(alone).compactMap(\.payload) == ["2", "3"])
        #expect(self.text(batch.encoding(for: variant)).compactMap(\.payload) == ["1", "2", "3"])
        #expect(self.identity(alone) != self.identity(batch.encoding(for: variant)))
    }

    @Test func `of a batch whose newest event is a join, the newest publication is still the newest`() {
        let variant = EncodingVariant(isBinary: false, delta: .none, joinLeave: false)
        let group = self.makeGroup([self.publication("1"), self.publication("2"), .join(Self.ann)])
        #expect(self.text(self.makeBatch(group).newest(for: variant)).compactMap(\.payload) == ["2"])
        let plain = self.makeGroup([self.publication("1"), self.publication("2")])
        #expect(self.text(self.makeBatch(plain).newest(for: variant)).compactMap(\.payload) == ["2"])
    }

    @Test func `a payload that is not JSON cannot be expressed in JSON`() {
        let group = self.makeGroup([self.publication("1"), self.publication("{")], rules: .binary)
        var batch = self.makeBatch(group)
        guard case .inexpressible = batch.encoding(for: .init(isBinary: false, delta: .none, joinLeave: false)) else {
            Issue.record("JSON with a payload that is none")
            return
        }
        #expect(
            self.frame(batch.encoding(for: .init(isBinary: true, delta: .none, joinLeave: false)))?.publications == 2
        )
        let json = self.makeGroup([self.publication("[1]")], rules: .binary)
        var other = self.makeBatch(json)
        #expect(self.frame(other.encoding(for: .init(isBinary: false, delta: .none, joinLeave: false))) != nil)
    }

    @Test func `a batch leaves nothing behind for the next one`() {
        var scratch = [EventBatch.Encoding](repeating: .notYet, count: EncodingVariant.count)
        let variant = EncodingVariant(isBinary: false, delta: .none, joinLeave: false)
        for number in 1...3 {
            let group = self.makeGroup([self.publication("\(number)")])
            var batch = EventBatch(group: group, pool: BufferPool(), scratch: &scratch)
            #expect(scratch.isEmpty)
            #expect(self.text(batch.encoding(for: variant)).compactMap(\.payload) == ["\(number)"])
            batch.end(group.attachment, scratch: &scratch)
            #expect(group.attachment.events.isEmpty)
            #expect(scratch.count == EncodingVariant.count)
            for encoding in scratch {
                guard case .notYet = encoding else {
                    Issue.record("the encoding of an old batch")
                    continue
                }
            }
        }
    }

    @Test func `a patch is made against the base, then against the one before`() {
        func score(_ number: Int) -> Publication {
            let text = #"{"score":\#(number),"text":"\#(String(repeating: "always the same ", count: 20))"}"#
            return Publication(data: Array(text.utf8), offset: UInt64(number), allowsDelta: true)
        }
        let group = self.makeGroup([.publication(score(2)), .publication(score(3))], base: score(1))
        var batch = self.makeBatch(group)
        func patches(_ delta: EncodingVariant.Delta) -> [Bool] {
            self.text(batch.encoding(for: .init(isBinary: false, delta: delta, joinLeave: false)))
                .map { $0.contains(#""delta":true"#) }
        }
        #expect(patches(.none) == [false, false])
        #expect(patches(.patch) == [true, true])
        #expect(patches(.patchAfterFirst) == [false, true])
    }

    @Test func `a long batch is several frames in one buffer`() {
        let long = "\"" + String(repeating: "x", count: 20_000) + "\""
        var batch = self.makeBatch(self.makeGroup((0..<5).map { _ in self.publication(long) }))
        let frame = self.frame(batch.encoding(for: .init(isBinary: false, delta: .none, joinLeave: false)))
        var bytes = Array(frame?.bytes.readableBytesView ?? ByteBuffer().readableBytesView)
        #expect(ServerFrame.take(from: &bytes).map { $0.messages(.json).count } == [2, 2, 1])
        #expect(frame?.publications == 5)
    }
}

extension SessionMachine {
    /// A plan for the channel `a`, as the server would make it.
    fileprivate static func plan(in policy: SessionPolicy) -> Result<SubscriptionPlan, ErrorCode.Failure>? {
        var machine = Self(clientID: "x")
        let now = MonotonicInstant(nanoseconds: 1)
        let connect = ConnectRequest()
        _ = machine.received(Command(id: 1, .connect(connect)), policy: policy, now: now)
        machine.connected(firstPing: now)
        return machine.subscribeByServer(ServerSubscription(channel: "a"), policy: policy, now: now)
    }
}
