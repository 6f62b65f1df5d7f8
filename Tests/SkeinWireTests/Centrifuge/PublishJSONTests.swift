import NIOCore
import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinWire

/// A publish in its usual form is read without the general reader, and comes to the same.
@Suite struct PublishJSONTests {
    private static let plain = #"{"id":3,"publish":{"channel":"a:b","data":{"x":[1,null]}}}"#

    /// The command, and how many bytes it took.
    private struct Outcome: Equatable {
        var command: Command
        var length: Int
    }

    private func usual(_ text: [UInt8]) -> Outcome? {
        text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes, limits: JSONLimits())
            guard let command = scanner.usualPublish() else {
                #expect(scanner.position == 0, "nothing has been read")
                return nil
            }
            return Outcome(command: command, length: scanner.position)
        }
    }

    private func general(_ text: [UInt8]) -> Outcome? {
        text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes, limits: JSONLimits())
            guard let command = try? scanner.anyCommand() else { return nil }
            return Outcome(command: command, length: scanner.position)
        }
    }

    @Test func `the form that SDKs write is taken`() {
        let request = PublishRequest(channel: "a:b", data: Array(#"{"x":[1,null]}"#.utf8))
        let expected = Outcome(command: Command(id: 3, .publish(request)), length: Self.plain.utf8.count)
        #expect(self.usual(Array(Self.plain.utf8)) == expected)
        #expect(self.usual(Array((Self.plain + "\n{}").utf8)) == expected, "the next command is left alone")
    }

    @Test(arguments: [
        #"{"id":0,"publish":{"channel":"a","data":1}}"#,
        #"{"id":1,"publish":{"channel":"a","data":null}}"#,
        #"{"id":1,"publish":{"channel":"\u0061","data":1}}"#,
        #"{"id":1,"publish":{"channel":"a","data":1},"ping":{}}"#,
        #"{"id":1,"publish":{"channel":"a","data":1,"x":2}}"#,
        #"{"id":1,"publish":{"data":1,"channel":"a"}}"#,
        #"{"publish":{"channel":"a","data":1},"id":1}"#,
        #"{"id":1,"publish":{"channel":"a","data":1} }"#,
        #"{"id":1,"publish":{"channel":"a"}}"#,
        #"{"id":1,"rpc":{"method":"a","data":1}}"#,
        #"{"id":01,"publish":{"channel":"a","data":1}}"#,
        #"{"id":1,"publish":{"channel":"a","data":{]}}"#,
        #"{"id":1,"publish":{"channel":"a","data":1}"#,
    ])
    func `everything else is left to the general reader`(text: String) {
        #expect(self.usual(Array(text.utf8)) == nil)
    }

    @Test func `what is cut off is left to the general reader`() {
        let bytes = Array(Self.plain.utf8)
        for length in 0..<bytes.count { #expect(self.usual(Array(bytes.prefix(length))) == nil) }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `whatever text comes, both readers agree`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [#"{"id":"#, #","publish":{"channel":"#, #","data":"#, "}}", " ", ",", "null", #""é""#, "7", "0"]
        let alphabet = Array(#" {}[]",:0123456789nulptrefais\#u{e9}\"#.utf8)
        for _ in 0..<40 {
            var text = Array(Self.plain.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: text.insert(contentsOf: Array((pieces.randomElement(using: &generator) ?? "").utf8), at: place)
                case 1: text.removeSubrange(place..<min(text.count, place + 3))
                default: text[place] = alphabet.randomElement(using: &generator) ?? 0
                }
            }
            if let outcome = self.usual(text) {
                #expect(outcome == self.general(text), "\(String(decoding: text, as: UTF8.self))")
            }
        }
    }
}
