import Testing

@testable import SkeinBench

@Suite struct ServerReplyTests {
    private static func json(_ text: String) -> ServerReply? {
        Array(text.utf8).withUnsafeBytes { ServerReply(json: $0) }
    }

    private static func protobuf(_ hex: String) -> ServerReply {
        let bytes = hex.split(separator: " ").compactMap { UInt8($0, radix: 16) }
        return bytes.withUnsafeBytes { ServerReply(protobuf: $0) }
    }

    @Test func repliesInJSONSayWhatMatters() {
        #expect(Self.json(#"{"id":1,"connect":{"client":"a","ping":25,"pong":true}}"#)?.wantsPong == true)
        let subscription = Self.json(
            #"{"id":2,"subscribe":{"recoverable":true,"epoch":"e","offset":9,"recovered":true}}"#
        )
        #expect(subscription?.subscription == .init(recoverable: true, recovered: true, epoch: "e", offset: 9))
        let failure = Self.json(#"{"id":3,"error":{"code":103,"message":"permission denied"}}"#)
        #expect(failure?.id == 3 && failure?.failure == .init(code: 103, message: "permission denied"))
        #expect(
            Self.json(#"{"push":{"channel":"x","pub":{"data":{"offset":7},"offset":301}}}"#)?.publicationOffset == 301
        )
        #expect(Self.json(#"{"push":{"channel":"x","unsubscribe":{"code":2500}}}"#)?.isUnsubscribe == true)
        #expect(Self.json("{") == nil)
    }

    @Test func repliesInProtobufSayTheSame() {
        #expect(Self.protobuf("08 01 2a 0c 0a 06 63 30 66 66 65 65 38 19 40 01").wantsPong == true)
        let failure = Self.protobuf(
            "08 02 12 15 08 67 12 11 70 65 72 6d 69 73 73 69 6f 6e 20 64 65 6e 69 65 64"
        )
        #expect(failure.id == 2 && failure.failure == .init(code: 103, message: "permission denied"))
        let push = Self.protobuf("22 14 12 04 6e 65 77 73 22 0c 22 07 7b 22 61 22 3a 31 7d 30 ad 02")
        #expect(push.publicationOffset == 301)
        #expect(
            Self.protobuf("08 02 32 09 18 01 32 01 65 40 01 48 09").subscription
                == .init(recoverable: true, recovered: true, epoch: "e", offset: 9)
        )
    }

    @Test func brokenProtobufEndsTheWalk() {
        for bytes in [[0x12], [0x12, 0xFF], [0x0F], [0x12, 0x80, 0x80], [0x09, 1]] as [[UInt8]] {
            #expect(bytes.withUnsafeBytes { ServerReply(protobuf: $0) }.failure == nil)
        }
    }

    @Test func theReplyToAPublicationIsKnownByItsText() {
        func id(_ text: String) -> UInt64? { Array(text.utf8).withUnsafeBytes { $0.publishReplyID } }
        #expect(id(#"{"id":1234,"publish":{}}"#) == 1234)
        #expect(id(#"{"id":,"publish":{}}"#) == nil)
        #expect(id(#"{"id":1x,"publish":{}}"#) == nil)
        #expect(id(#"{"id":3,"error":{"code":1}}"#) == nil)
    }

    @Test func everyRefusalSaysWhatToChange() {
        let denied = ServerReply.Failure(code: 103, message: "permission denied")
        let text = ServerRefusal.explain("publish", denied, channel: "bench0").description
        #expect(text.contains("bench0") && text.contains("103") && text.contains("channels.rules.publish"))
    }
}
