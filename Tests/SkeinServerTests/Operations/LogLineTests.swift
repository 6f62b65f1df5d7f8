import Foundation
import Logging
import Testing

@testable import SkeinServer

@Suite struct LogLineTests {
    static let time = WallClock(seconds: 1_769_903_999, milliseconds: 7)

    static func line(_ message: String, _ metadata: Logger.Metadata = [:], label: String = "skein") -> LogLine {
        LogLine(time: Self.time, level: .info, label: label, message: message, metadata: metadata)
    }

    /// What a client could send to forge a line, hide one or steer a terminal.
    static let hostile = [
        "a\nb", "a\r\nb", "a\rb", "\u{1b}[2J", "\u{9b}31m", "a\u{0}b", "\u{7f}", "a\u{2028}b", "a\u{2029}b", "\u{85}",
        "\u{202e}gnp", "\u{2066}x", "\u{b}\u{c}", "\" level=error", "x=1 y=\"2\"", "\\n", "\\", "\"", "", " ", "=",
        "2026-01-31T23:59:59.999Z error skein forged", "}\n{\"level\":\"error\"}", "\u{feff}", "é😀", "\t",
    ]

    @Test func `a text line has time, level, label, message and sorted pairs`() {
        let line = Self.line("Listening", ["port": "8000", "address": "a b", "empty": "", "list": ["x", "y"]])
        #expect(
            line.text
                == "2026-01-31T23:59:59.007Z info skein Listening address=\"a b\" empty=\"\" list=\"[x, y]\" port=8000"
        )
    }

    @Test func `a JSON line is an object with metadata of its own`() {
        let line = Self.line("Hello \"you\"", ["level": "fake", "inner": ["a": "b"], "list": ["x"]])
        #expect(
            line.json
                == #"{"time":"2026-01-31T23:59:59.007Z","level":"info","label":"skein","message":"Hello \"you\"","#
                + #""metadata":{"inner":{"a":"b"},"level":"fake","list":["x"]}}"#
        )
        #expect(Self.line("m").json.hasSuffix(#""message":"m"}"#))
    }

    @Test(arguments: Self.hostile)
    func `nothing that a client sends leaves its line`(_ text: String) throws {
        let line = Self.line(text, ["channel": "\(text)", text: "value", "nested": ["k": ["\(text)"]]], label: text)
        for format in LogFormat.allCases {
            let bytes = line.bytes(as: format)
            #expect(bytes.last == 0x0A)
            let body = String(decoding: bytes.dropLast(), as: UTF8.self)
            for scalar in body.unicodeScalars {
                #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value))
                #expect(!(0x2028...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value))
            }
        }
        let parsed = try JSONSerialization.jsonObject(with: Data(line.bytes(as: .json))) as? [String: Any]
        #expect(parsed?["message"] as? String == text)
        #expect(parsed?["level"] as? String == "info")
        #expect((parsed?["metadata"] as? [String: Any])?["channel"] as? String == text)
    }

    @Test(arguments: Self.hostile)
    func `a quoted value cannot end its quotes and begin another pair`(_ text: String) throws {
        let line = Self.line("m", ["k": "\(text)", "z": "end"]).text
        let rest = try #require(line.range(of: " m k=")).upperBound
        var value = line[rest...]
        if value.first == "\"" {
            value.removeFirst()
            var isEscaped = false
            while let character = value.first, isEscaped || character != "\"" {
                isEscaped = !isEscaped && character == "\\"
                value.removeFirst()
            }
            #expect(value == "\" z=end", "\(line)")
        } else {
            #expect(value.split(separator: " ").count == 2, "\(line)")
            #expect(value.hasSuffix(" z=end"))
        }
    }

    @Test(arguments: [
        "token", "Token", "authorization", "Authorization", "api_key", "X-API-Key", "secret", "skein.token",
        "client_secret", "apikey",
    ])
    func `values of secret keys are never printed, at any depth`(_ key: String) {
        let metadata: Logger.Metadata = [key: "hunter2", "inner": [key: ["hunter2"], "list": [[key: "hunter2"]]]]
        for format in LogFormat.allCases {
            let text = String(decoding: Self.line("m", metadata).bytes(as: format), as: UTF8.self)
            #expect(!text.contains("hunter2"), "\(text)")
            #expect(text.contains("[redacted]"))
        }
    }

    @Test(arguments: ["tokens", "token_count", "keys", "secretary", "author", "channel"])
    func `other keys are printed`(_ key: String) {
        #expect(Self.line("m", [key: "visible"]).text.hasSuffix("\(key)=visible"))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.007Z"), (951_782_399, "2000-02-28T23:59:59.007Z"),
        (951_782_400, "2000-02-29T00:00:00.007Z"), (951_868_800, "2000-03-01T00:00:00.007Z"),
        (4_107_542_400, "2100-03-01T00:00:00.007Z"), (-1, "1969-12-31T23:59:59.007Z"),
        (1_735_689_599, "2024-12-31T23:59:59.007Z"), (253_402_300_799, "9999-12-31T23:59:59.007Z"),
    ])
    func `times are RFC 3339 in UTC`(_ seconds: Int64, _ text: String) {
        #expect(WallClock(seconds: seconds, milliseconds: 7).text == text)
    }
}
