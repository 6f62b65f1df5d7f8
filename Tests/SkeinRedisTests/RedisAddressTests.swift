import Testing

@testable import SkeinRedis

@Suite struct RedisAddressTests {
    struct Good: Sendable, CustomTestStringConvertible {
        let url: String
        let address: RedisAddress

        var testDescription: String { self.url }

        init(_ url: String, _ address: RedisAddress) {
            self.url = url
            self.address = address
        }

        static let all: [Good] = [
            Good("redis://redis.example.com", RedisAddress(.host("redis.example.com", port: 6379))),
            Good("redis://localhost:6380", RedisAddress(.host("localhost", port: 6380))),
            Good("redis://localhost:6380/", RedisAddress(.host("localhost", port: 6380))),
            Good("redis://localhost/15", RedisAddress(.host("localhost", port: 6379), database: 15)),
            Good("REDIS://localhost", RedisAddress(.host("localhost", port: 6379))),
            Good("rediss://db:1", RedisAddress(.host("db", port: 1), usesTLS: true)),
            Good("redis://db:65535", RedisAddress(.host("db", port: 65535))),
            Good("redis://[::1]", RedisAddress(.host("::1", port: 6379))),
            Good("redis://[2001:db8::7]:7000/3", RedisAddress(.host("2001:db8::7", port: 7000), database: 3)),
            Good("redis://:secret@db", RedisAddress(.host("db", port: 6379), password: "secret")),
            Good("redis://user:secret@db", RedisAddress(.host("db", port: 6379), user: "user", password: "secret")),
            Good("redis://user@db", RedisAddress(.host("db", port: 6379), user: "user")),
            Good("redis://u:p@ss@db:1", RedisAddress(.host("db", port: 1), user: "u", password: "p@ss")),
            Good("redis://u:a:b@db:1", RedisAddress(.host("db", port: 1), user: "u", password: "a:b")),
            Good("redis://u:%40%2f%3A%25@db", RedisAddress(.host("db", port: 6379), user: "u", password: "@/:%")),
            Good("redis://u:%C3%A9@db", RedisAddress(.host("db", port: 6379), user: "u", password: "é")),
            Good("unix:///run/redis.sock", RedisAddress(.socket(path: "/run/redis.sock"))),
            Good("redis+unix:///run/redis.sock", RedisAddress(.socket(path: "/run/redis.sock"))),
            Good("unix:///run/redis.sock?db=4", RedisAddress(.socket(path: "/run/redis.sock"), database: 4)),
            Good("unix://u:p@/a%20b", RedisAddress(.socket(path: "/a b"), user: "u", password: "p")),
            Good("unix:///a@b", RedisAddress(.socket(path: "/a@b"))),
        ]
    }

    @Test(arguments: Good.all)
    func `a URL is read as what it says`(_ good: Good) throws {
        #expect(try RedisAddress(good.url) == good.address)
    }

    @Test(arguments: [
        "", "localhost", "localhost:6379", "http://localhost", "redis:/localhost", "://localhost", "redis://",
        "redis://:6379", "redis://user:secret@", "redis://user:secret@:1", "redis://db:0", "redis://db:65536",
        "redis://db:-1", "redis://db:port", "redis://db:", "redis://db/one", "redis://db/-1", "redis://db/1/2",
        "redis://u:%4@db", "redis://u:%zz@db", "redis://u:%ff@db", "redis://[]", "redis://[::1", "redis://[::1]x",
        "redis://[::1]:", "redis://::1", "redis://db?db=1", "redis://db#1", "unix://run/redis.sock", "unix://",
        "unix:///redis.sock?db=x", "unix:///redis.sock?database=1", "unix:///redis.sock?db=-1",
        "redis://db/99999999999999999999",
    ])
    func `what is no address is refused`(_ url: String) {
        #expect(throws: RedisAddress.Malformation.self) { try RedisAddress(url) }
    }

    @Test(arguments: [
        "redis://user:tr0ub4dor@db:port", "redis://tr0ub4dor@db:99999", "http://user:tr0ub4dor@db",
        "unix://u:tr0ub4dor@x", "redis://u:tr0ub4dor%4@db", "tr0ub4dor", "redis://u:tr0ub4dor@db/tr0ub4dor",
    ])
    func `an error does not repeat the password`(_ url: String) {
        do {
            _ = try RedisAddress(url)
            Issue.record("accepted")
        } catch {
            #expect(!error.description.contains("tr0ub4dor"))
            #expect(!error.description.isEmpty)
        }
    }

    @Test(arguments: Good.all)
    func `the description is a URL of the same place without credentials`(_ good: Good) throws {
        let description = good.address.description
        if !good.address.password.isEmpty { #expect(!description.contains(good.address.password)) }
        if !good.address.user.isEmpty { #expect(!description.contains("\(good.address.user)@")) }
        var place = good.address
        place.user = ""
        place.password = ""
        #expect(try RedisAddress(description) == place)
    }

    @Test func `only this machine is local`() throws {
        for url in ["unix:///a", "redis://localhost", "redis://127.0.0.1", "redis://127.9.9.9", "redis://[::1]"] {
            #expect(try RedisAddress(url).isLocal)
        }
        for url in ["redis://db", "redis://128.0.0.1", "redis://[::2]", "redis://localhost.example.com"] {
            #expect(try !RedisAddress(url).isLocal)
        }
        // A name, whatever it looks like.
        #expect(try !RedisAddress("redis://127.evil.example").isLocal)
    }
}
