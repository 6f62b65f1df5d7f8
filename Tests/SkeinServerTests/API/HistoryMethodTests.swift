import Testing

@Suite struct HistoryMethodTests {
    /// Publishes 1, 2, 3 … on `history:a`.
    static func fill(_ harness: APIHarness, _ count: Int) async throws {
        for number in 1...count {
            _ = try await harness.post("publish", #"{"channel":"history:a","data":\#(number)}"#)
        }
    }

    static func read(_ harness: APIHarness, _ members: String) async throws -> APIHarness.Answer {
        try await harness.post("history", #"{"channel":"history:a"\#(members)}"#)
    }

    static func result(_ offsets: [Int], of top: Int) -> APIHarness.Answer {
        let publications = offsets.map { #"{"data":\#($0),"offset":\#($0)}"# }.joined(separator: ",")
        return .result(#"{"publications":[\#(publications)],"offset":\#(top),"epoch":"e1"}"#)
    }

    @Test(arguments: [
        ("", []), (#","limit":0"#, []), (#","limit":2"#, [1, 2]), (#","limit":-1"#, [1, 2, 3, 4]),
        (#","limit":2,"reverse":true"#, [4, 3]), (#","limit":9,"since":{"offset":2,"epoch":"e1"}"#, [3, 4]),
        (#","limit":9,"since":{"offset":3}"#, [4]),
        (#","limit":9,"since":{"offset":3,"epoch":"e1"},"reverse":true"#, [2, 1]),
        (#","limit":2147483647"#, [1, 2, 3, 4]),
    ])
    func `a part of the stream and its newest position`(members: String, offsets: [Int]) async throws {
        try await APIHarness.run { harness in
            try await Self.fill(harness, 4)
            #expect(try await Self.read(harness, members) == Self.result(offsets, of: 4))
        }
    }

    @Test func `a position of another epoch is 112`() async throws {
        try await APIHarness.run { harness in
            try await Self.fill(harness, 2)
            let answer = try await Self.read(harness, #","limit":9,"since":{"offset":1,"epoch":"e9"}"#)
            #expect(answer == .error(112, "unrecoverable position"))
        }
    }

    @Test func `removing keeps epoch and offset`() async throws {
        try await APIHarness.run { harness in
            try await Self.fill(harness, 2)
            #expect(try await harness.post("history_remove", #"{"channel":"history:a"}"#) == .result("{}"))
            #expect(try await Self.read(harness, #","limit":9"#) == Self.result([], of: 2))
        }
    }

    @Test func `more than 16 MiB has to be read in parts`() async throws {
        try await APIHarness.run { harness in
            let text = String(repeating: "x", count: 600_000)
            for _ in 0..<28 { _ = try await harness.post("publish", #"{"channel":"history:a","data":"\#(text)"}"#) }
            let whole = try await Self.read(harness, #","limit":-1"#)
            #expect(whole.body.contains(#""code":106"#))
            let part = try await Self.read(harness, #","limit":27"#)
            #expect(part.body.utf8.count > 27 * 600_000)
        }
    }

    @Test(arguments: ["history", "history_remove"])
    func `channels without history answer 108`(method: String) async throws {
        try await APIHarness.run { harness in
            let answer = try await harness.post(method, #"{"channel":"news"}"#)
            #expect(answer == .error(108, "not available: this channel keeps no history"))
            #expect(try await harness.post(method, #"{"channel":"nope:a"}"#) == .error(102, "unknown channel"))
            #expect(try await harness.post(method, "{}") == .error(107, "bad request: channel is missing"))
        }
    }
}
