import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinRedis

@Suite struct RedisKeysTests {
    private static let pieces = [
        "", ":", "%", "%3A", "%25", "a", "b", "1", "3:", "c:", "é", "e\u{301}", "\0", " ", "{x}",
    ]

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...4, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    @Test func `no two topics share a name, whatever they are called`() {
        var random = SeededGenerator(seed: 1)
        var owners: [[UInt8]: Topic] = [:]
        for _ in 0..<4000 {
            let topic = Topic(ChannelName(Self.text(&random)), app: AppID(Self.text(&random)))
            let part = Array(RedisKeys.topicPart(topic).utf8)
            if let owner = owners.updateValue(topic, forKey: part) {
                #expect(owner.channel == topic.channel)
                #expect(owner.app.name.utf8.elementsEqual(topic.app.name.utf8))
            }
        }
        #expect(owners.count > 1000)
    }

    @Test func `no two things of one cluster share a key`() {
        var random = SeededGenerator(seed: 2)
        let keys = RedisKeys(prefix: "skein")
        var owners: [[UInt8]: String] = [:]
        func add(_ key: String, _ owner: String) {
            let previous = owners.updateValue(owner, forKey: Array(key.utf8))
            #expect(previous == nil || previous?.utf8.elementsEqual(owner.utf8) == true, "\(key)")
        }
        for _ in 0..<1000 {
            let (app, channel, extra) = (Self.text(&random), Self.text(&random), Self.text(&random))
            let part = RedisKeys.topicPart(Topic(ChannelName(channel), app: AppID(app)))
            let owner = "\(app.utf8.count) \(app)\(channel.utf8.count) \(channel)"
            add(keys.channel(part), "channel \(owner)")
            add(keys.meta(part), "meta \(owner)")
            add(keys.stream(part), "stream \(owner)")
            add(keys.presence(part), "presence \(owner)")
            add(keys.users(part), "users \(owner)")
            add(keys.idempotency(part, extra), "idempotency \(owner) \(extra)")
            add(keys.index(extra), "index \(extra)")
            add(keys.inbox(extra), "inbox \(extra)")
        }
        for key in keys.registry + [keys.control, keys.ringChannel] { add(key, key) }
    }

    @Test func `clusters with different prefixes never meet`() {
        let part = RedisKeys.topicPart("news")
        #expect(RedisKeys(prefix: "a").meta(part) != RedisKeys(prefix: "b").meta(part))
        #expect(RedisKeys(prefix: "a").control != RedisKeys(prefix: "b").control)
    }

    @Test func `an entry of an index is read as it was written`() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<1000 {
            let topic = Topic(ChannelName(Self.text(&random)), app: AppID(Self.text(&random)))
            let (part, client) = (RedisKeys.topicPart(topic), Self.text(&random))
            let parsed = try #require(RedisKeys.parseIndexEntry(Array(RedisKeys.indexEntry(part, client).utf8)))
            #expect(parsed.topicPart.utf8.elementsEqual(part.utf8))
            #expect(parsed.client.utf8.elementsEqual(client.utf8))
        }
    }

    @Test(arguments: [
        "", ":", "a", "-1:a", "4:abc", "99999999999999999999:a", "1", "1a:bc", " 1:a", "9223372036854775807:a",
    ])
    func `what no node wrote is no entry`(_ entry: String) {
        #expect(RedisKeys.parseIndexEntry(Array(entry.utf8)) == nil)
    }

    /// A sweep removes an entry by the name that it makes from the parts: another name would leave the entry for ever.
    @Test func `what is read as an entry is written the same way again`() {
        var random = SeededGenerator(seed: 4)
        let alphabet = Array("0123:+-a ".utf8) + [0x80, 0xC3, 0xA9, 0xFF]
        var read = 0
        var changed: [[UInt8]] = []
        for _ in 0..<20_000 {
            let entry = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            guard let (part, client) = RedisKeys.parseIndexEntry(entry) else { continue }
            read += 1
            if Array(RedisKeys.indexEntry(part, client).utf8) != entry { changed.append(entry) }
        }
        #expect(changed.isEmpty, "\(changed.prefix(3))")
        #expect(read > 20)
    }
}
