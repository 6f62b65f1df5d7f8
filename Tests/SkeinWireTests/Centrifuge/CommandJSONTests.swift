import NIOCore
import SkeinCore
import SkeinTestKit
import SkeinWire
import Testing

@Suite struct CommandJSONTests {
    @Test func `the commands of the protocol notes are decoded`() throws {
        for (text, expected) in CommandSamples.json {
            #expect(try CommandSamples.decode(text) == [expected], "\(text)")
        }
    }

    @Test func `commands of one frame are separated by newlines and keep their order`() throws {
        let frame = #"{"id":1,"connect":{}}"# + "\n" + #"{"id":2,"ping":{}}"# + " \r\n" + "\t{}"
        let expected = [Command(id: 1, .connect(ConnectRequest())), Command(id: 2, .ping), Command(id: 0, .pong)]
        #expect(try CommandSamples.decode(frame) == expected)
        #expect(try CommandSamples.decode(frame + "\n") == expected)
    }

    @Test func `an empty frame is no frame`() {
        #expect(throws: CommandDecodingError(.empty)) { try CommandSamples.decode("") }
    }

    @Test(arguments: [
        "\n", " ", "{}\n\n", "\n{}", "{}\n \n{}", "{} {}", "{}{}", "[]", "1", "null", "\"x\"", "{}x", "{}\n]", "{",
        "{\"id\":1,}",
        "\u{FEFF}{}", "{}\u{0}", "{\"id\":1}\n{\"id\":2", "{}\u{1E}{}", "{},{}",
    ])
    func `blank lines and lines that are not one object are malformed`(frame: String) {
        #expect(throws: CommandDecodingError(.malformed)) { try CommandSamples.decode(frame) }
    }

    @Test func `the commands before a malformed one are delivered`() {
        var delivered: [Command] = []
        #expect(throws: CommandDecodingError(.malformed)) {
            let frame = ByteBuffer(string: "{\"id\":1,\"ping\":{}}\n{\"id\":2,\"ping\":{}}\n{\"id\":x}\n{}")
            try WireFormat.json.decodeCommands(in: frame, limit: 64) { delivered.append($0) }
        }
        #expect(delivered == [Command(id: 1, .ping), Command(id: 2, .ping)])
    }

    @Test func `a frame holds as many commands as the limit says`() throws {
        let full = Array(repeating: "{}", count: 64).joined(separator: "\n")
        #expect(try CommandSamples.decode(full).count == 64)
        #expect(try CommandSamples.decode(full + "\n").count == 64)
        #expect(throws: CommandDecodingError(.tooManyCommands)) { try CommandSamples.decode(full + "\n{}") }
        var delivered = 0
        #expect(throws: CommandDecodingError(.tooManyCommands)) {
            let bomb = Array(repeating: "{}", count: 10_000).joined(separator: "\n")
            try WireFormat.json.decodeCommands(in: ByteBuffer(string: bomb), limit: 64) { _ in delivered += 1 }
        }
        #expect(delivered == 64)
    }

    @Test(arguments: [
        #"{"id":-1}"#, #"{"id":1.0}"#, #"{"id":1e0}"#, #"{"id":4294967296}"#, #"{"id":"1"}"#, #"{"id":true}"#,
        #"{"id":[]}"#,
        #"{"id":1,"connect":[]}"#, #"{"id":1,"connect":"x"}"#, #"{"id":1,"connect":{"token":1}}"#,
        #"{"id":1,"connect":{"subs":[]}}"#, #"{"id":1,"connect":{"subs":{"a":1}}}"#,
        #"{"id":1,"subscribe":{"channel":{}}}"#,
        #"{"id":1,"subscribe":{"recover":1}}"#, #"{"id":1,"subscribe":{"offset":-1}}"#,
        #"{"id":1,"subscribe":{"offset":1.5}}"#,
        #"{"id":1,"subscribe":{"offset":18446744073709551616}}"#, #"{"id":1,"subscribe":{"offset":"1"}}"#,
        #"{"id":1,"subscribe":{"epoch":5}}"#, #"{"id":1,"subscribe":{"flag":-2}}"#,
        #"{"id":1,"history":{"limit":2147483648}}"#,
        #"{"id":1,"history":{"since":5}}"#, #"{"id":1,"history":{"reverse":"yes"}}"#, #"{"id":1,"ping":1}"#,
        #"{"send":[]}"#,
        #"{"id":1,"publish":{"channel":"a","data":{"x":1,}}}"#, #"{"id":1,"publish":{"channel":"a","data":}}"#,
        #"{"id":1,"publish":{"channel":"\ud800"}}"#, #"{"id":1,"x":tru}"#, #"{"id":1,"publish":{"x":[1,]}}"#,
    ])
    func `a field of another type is malformed`(text: String) {
        #expect(throws: CommandDecodingError(.malformed)) { try CommandSamples.decode(text) }
    }

    @Test(arguments: [
        #"{"id":1,"id":1}"#, #"{"id":1,"\u0069d":2}"#, #"{"id":1,"ping":{},"ping":{}}"#,
        #"{"id":1,"ping":null,"ping":{}}"#,
        #"{"id":1,"publish":{"channel":"a","channel":"b"}}"#, #"{"id":1,"connect":{"subs":{"a":{},"a":{}}}}"#,
        #"{"id":1,"connect":{"subs":{"a":{"offset":1,"offset":1}}}}"#,
        #"{"id":1,"history":{"since":{"epoch":"","epoch":""}}}"#,
    ])
    func `a field that comes twice is malformed`(text: String) {
        #expect(throws: CommandDecodingError(.malformed)) { try CommandSamples.decode(text) }
    }

    @Test func `null is absent everywhere`() throws {
        let connect =
            #"{"id":1,"connect":{"token":null,"data":null,"subs":{"a":null,"b":{"offset":null}},"name":null}}"#
        #expect(
            try CommandSamples.decode(connect) == [
                Command(id: 1, .connect(ConnectRequest(subs: ["b": SubscribeRequest()])))
            ]
        )
        #expect(try CommandSamples.decode(#"{"id":null,"connect":null}"#) == [Command(id: 0, .pong)])
        #expect(try CommandSamples.decode(#"{"id":3,"connect":null}"#) == [Command(id: 3, .unknown)])
        #expect(
            try CommandSamples.decode(#"{"id":3,"subscribe":{"tf":null}}"#) == [
                Command(id: 3, .subscribe(SubscribeRequest()))
            ]
        )
    }

    @Test func `unknown fields are skipped and payloads keep their bytes`() throws {
        let text =
            #"{"x":[{"id":9}],"id":3,"publish":{"later":{"data":1},"channel":"a","#
            + #""data": {"a" : [1, 1e999, "\ud800"]} }}"#
        let data = Array(#"{"a" : [1, 1e999, "\ud800"]}"#.utf8)
        #expect(try CommandSamples.decode(text) == [Command(id: 3, .publish(PublishRequest(channel: "a", data: data)))])
        let publish = #"{"id":1,"publish":{"channel":"a","token":5,"method":{}}}"#
        #expect(
            try CommandSamples.decode(publish) == [Command(id: 1, .publish(PublishRequest(channel: "a", data: [])))]
        )
    }

    @Test func `channels that differ only in normalization are two entries of subs`() throws {
        let text = "{\"id\":1,\"connect\":{\"subs\":{\"\u{E9}\":{},\"e\u{301}\":{}}}}"
        guard case .connect(let request) = try CommandSamples.decode(text).first?.request else {
            Issue.record("no connect")
            return
        }
        #expect(request.subs.count == 2)
    }

    @Test func `subs has room for 1024 channels`() throws {
        func text(_ count: Int) -> String {
            #"{"id":1,"connect":{"subs":{"# + (0..<count).map { "\"\($0)\":{}" }.joined(separator: ",") + "}}}"
        }
        #expect(try CommandSamples.decode(text(1024)).count == 1)
        #expect(throws: CommandDecodingError(.malformed)) { try CommandSamples.decode(text(1025)) }
    }

    @Test func `payloads may nest 128 levels below the envelope`() throws {
        func text(_ depth: Int) -> String {
            #"{"send":{"data":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}}"
        }
        #expect(try CommandSamples.decode(text(128)).count == 1)
        #expect(throws: CommandDecodingError(.malformed)) { try CommandSamples.decode(text(129)) }
        #expect(throws: CommandDecodingError(.malformed)) { try CommandSamples.decode(text(1_000_000)) }
    }

    @Test func `no prefix of a command is a command`() {
        for (text, _) in CommandSamples.json {
            let bytes = Array(text.utf8)
            for count in 0..<bytes.count {
                let frame = ByteBuffer(bytes: bytes[..<count])
                #expect(throws: CommandDecodingError.self) {
                    try WireFormat.json.decodeCommands(in: frame, limit: 64) { _ in Issue.record("delivered \(count)") }
                }
            }
        }
    }

    @Test func `damaged commands never trap`() {
        var random = SeededGenerator(seed: 37)
        for _ in 0..<5000 {
            guard var bytes = CommandSamples.json.randomElement(using: &random).map({ Array($0.0.utf8) }) else {
                return
            }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(bytes.randomElement(using: &random) ?? 0, at: index)
                default: if bytes.count > 1 { bytes.remove(at: index) }
                }
            }
            try? WireFormat.json.decodeCommands(in: ByteBuffer(bytes: bytes), limit: 64) { _ in }
        }
    }
}
