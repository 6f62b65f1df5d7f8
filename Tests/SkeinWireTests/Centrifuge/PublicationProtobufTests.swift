import NIOCore
import SkeinCore
import SkeinTestKit
import SwiftProtobuf
import Testing

@testable import SkeinWire

/// What is written by hand is what the generated code writes.
@Suite struct PublicationProtobufTests {
    private func generated(
        _ channel: ChannelName,
        _ publication: Publication,
        _ payload: PublicationPayload
    ) -> [UInt8] {
        var buffer = ByteBuffer()
        let push = Skein_Centrifuge_Push(channel: channel, publication, payload)
        ProtobufFrame.append(Skein_Centrifuge_Reply(push: push), to: &buffer)
        return Array(buffer.readableBytesView)
    }

    private func written(_ channel: ChannelName, _ publication: Publication, _ payload: PublicationPayload) -> [UInt8] {
        var buffer = ByteBuffer()
        WireFormat.protobuf.encodePublication(
            channel: channel,
            publication,
            payload: payload,
            into: &buffer,
            first: true
        )
        return Array(buffer.readableBytesView)
    }

    @Test func `an empty publication has nothing but its frame`() {
        let publication = Publication(data: [])
        #expect(self.written("", publication, .plain) == self.generated("", publication, .plain))
    }

    @Test func `an info without text is there all the same`() {
        let publication = Publication(data: [1], info: ClientInfo(user: "", client: ""))
        #expect(self.written("a", publication, .plain) == self.generated("a", publication, .plain))
    }

    @Test(arguments: [0, 1, 126, 127, 128, 129, 16_383, 16_384, 70_000])
    func `lengths are right on both sides of each step of a varint`(length: Int) {
        let publication = Publication(data: [UInt8](repeating: 7, count: length), offset: UInt64(length))
        #expect(self.written("a", publication, .plain) == self.generated("a", publication, .plain))
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `random publications have the bytes that generated code writes`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func bytes(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        /// Small and large ones alike.
        func number() -> UInt64 {
            UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64.random(in: 0...64, using: &generator)
        }
        func text(_ most: Int) -> String {
            let length = Int.random(in: 0...most, using: &generator)
            return String((0..<length).map { _ in "aé中🙂z".randomElement(using: &generator) ?? "a" })
        }
        var info: ClientInfo?
        if Bool.random(using: &generator) {
            let connection = Bool.random(using: &generator) ? bytes(300) : nil
            let channel = Bool.random(using: &generator) ? bytes(10) : nil
            info = ClientInfo(user: text(20), client: text(40), connectionInfo: connection, channelInfo: channel)
        }
        let publication = Publication(
            data: bytes(400),
            info: info,
            offset: number(),
            tags: (0..<Int.random(in: 0...3, using: &generator)).map { _ in .init(key: text(5), value: text(200)) },
            time: Int64(bitPattern: number())
        )
        let channel = ChannelName(text(130))
        for payload in [.plain, .deltaFull, .deltaPatch(bytes(50))] as [PublicationPayload] {
            #expect(
                self.written(channel, publication, payload) == self.generated(channel, publication, payload)
            )
        }
    }
}
