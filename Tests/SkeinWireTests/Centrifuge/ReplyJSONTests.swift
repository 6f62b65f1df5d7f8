import NIOCore
import SkeinCore
import SkeinWire
import Testing

@Suite struct ReplyJSONTests {
    @Test func `replies are written as in the protocol notes`() {
        for (reply, text) in ReplySamples.replies {
            #expect(String(decoding: ReplySamples.encode(reply, .json), as: UTF8.self) == text)
        }
    }

    @Test func `pushes are written as in the protocol notes`() {
        for (push, text) in ReplySamples.pushes {
            #expect(String(decoding: ReplySamples.encode(push, .json), as: UTF8.self) == text)
        }
    }

    @Test func `everything that is written is valid JSON on one line`() {
        let all =
            ReplySamples.replies.map { ReplySamples.encode($0.0, .json) }
            + ReplySamples.pushes.map { ReplySamples.encode($0.0, .json) }
        for bytes in all {
            #expect(JSONScanner.isValid(bytes))
            #expect(!bytes.contains(0x0A))
        }
    }

    @Test func `a publication is the same whichever way it is encoded, at any size`() {
        for count in [0, 1, 200, 256, 300, 1024, 5000] {
            let data = [0x22] + [UInt8](repeating: UInt8(ascii: "x"), count: count) + [0x22]
            let publication = Publication(data: data, info: ClientInfo(user: "u", client: "c"), offset: 1)
            var buffer = ByteBuffer(string: "before")
            WireFormat.json.encode(Push.publication(channel: "a", publication), into: &buffer, first: false)
            WireFormat.json.encodePublication(channel: "a", publication, payload: .plain, into: &buffer, first: false)
            let info = #""info":{"user":"u","client":"c"}"#
            let text =
                #"{"push":{"channel":"a","pub":{"data":"# + String(decoding: data, as: UTF8.self)
                + #","offset":1,"# + info + "}}}"
            #expect(String(buffer: buffer) == "before\n\(text)\n\(text)")
        }
    }

    @Test func `messages of one frame have a newline between them`() {
        var buffer = ByteBuffer()
        WireFormat.json.encode(Reply(id: 1, .publish), into: &buffer, first: true)
        WireFormat.json.encode(Push.refresh(ttl: nil), into: &buffer, first: false)
        WireFormat.json.encodePing(into: &buffer, first: false)
        let publication = Publication(data: [UInt8(ascii: "1")])
        WireFormat.json.encodePublication(channel: "a", publication, payload: .plain, into: &buffer, first: false)
        let lines = [
            #"{"id":1,"publish":{}}"#, #"{"push":{"refresh":{}}}"#, "{}", #"{"push":{"channel":"a","pub":{"data":1}}}"#,
        ]
        #expect(String(buffer: buffer) == lines.joined(separator: "\n"))
    }

    @Test(arguments: [0, 1, 4_294_967_295 as UInt32], [true, false])
    func `the reply to a publish has a writer of its own, which writes the same`(id: UInt32, isFirst: Bool) {
        var general = ByteBuffer(string: "x")
        WireFormat.json.encode(Reply(id: id, .publish), into: &general, first: isFirst)
        var own = ByteBuffer(string: "x")
        WireFormat.json.encodePublishReply(id: id, into: &own, first: isFirst)
        #expect(own == general)
    }

    @Test func `a subscriber with deltas gets strings`() {
        let publication = Publication(data: Array("{\"a\":\n\"é\"}".utf8), offset: 7)
        func text(_ payload: PublicationPayload) -> String {
            var buffer = ByteBuffer()
            WireFormat.json.encodePublication(channel: "a", publication, payload: payload, into: &buffer, first: true)
            return String(buffer: buffer)
        }
        #expect(text(.plain) == #"{"push":{"channel":"a","pub":{"data":{"a": "é"},"offset":7}}}"#)
        #expect(text(.deltaFull) == #"{"push":{"channel":"a","pub":{"data":"{\"a\":\n\"é\"}","offset":7}}}"#)
        let patch = Array("1B\nO@0,1:4n@P,1QKnu_;".utf8)
        let expected = #"{"push":{"channel":"a","pub":{"data":"1B\nO@0,1:4n@P,1QKnu_;","offset":7,"delta":true}}}"#
        #expect(text(.deltaPatch(patch)) == expected)
    }

    @Test func `what was missed comes as strings once deltas are granted`() {
        let result = SubscribeResult(
            publications: [Publication(data: Array(#"{"a":1}"#.utf8), offset: 7)],
            recovered: true,
            delta: true
        )
        let expected =
            #"{"id":1,"subscribe":{"recovered":true,"delta":true,"publications":[{"data":"{\"a\":1}","offset":7}]}}"#
        #expect(
            String(decoding: ReplySamples.encode(Reply(id: 1, .subscribe(result)), .json), as: UTF8.self) == expected
        )
    }
}
