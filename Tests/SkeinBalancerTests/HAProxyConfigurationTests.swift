import HashRing
import SkeinBalancer
import Testing

/// What is written into the file, and what is refused. That HAProxy takes it is shown by the integration tests.
@Suite struct HAProxyConfigurationTests {
    private let nodes = [
        RingNode(name: "n1", id: 1, address: "127.0.0.1:8001"),
        RingNode(name: "n2", id: 2, address: "127.0.0.2:8002", weight: 50),
    ]

    private func text(
        _ profile: RingProfile = .standard,
        _ change: (inout HAProxyOptions) -> Void = { _ in }
    ) throws -> String {
        var options = HAProxyOptions()
        change(&options)
        return try HAProxyConfiguration(options: options, nodes: self.nodes, profile: profile).text
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.hasPrefix("#") }.map(String.init)
    }

    @Test func `the default chooses by crc32 with avalanche and has the ids and weights of the ring`() throws {
        let lines = self.lines(try self.text())
        #expect(lines.contains("balance hash var(txn.cid)"))
        #expect(lines.contains("hash-type consistent crc32 avalanche"))
        #expect(lines.contains("server n1 127.0.0.1:8001 id 1 weight 100"))
        #expect(lines.contains("server n2 127.0.0.2:8002 id 2 weight 50"))
        #expect(lines.contains("http-check disable-on-404"))
        #expect(lines.contains("timeout tunnel 125s"))
        #expect(lines.contains { $0.hasPrefix("stats socket") && $0.hasSuffix("expose-fd listeners") })
    }

    @Test func `what a client sends as x-skein-cid is deleted before anything sets it`() throws {
        let lines = self.lines(try self.text())
        let deleted = try #require(lines.firstIndex(of: "http-request del-header x-skein-cid"))
        let set = try #require(lines.firstIndex { $0.hasPrefix("http-request set-header x-skein-cid") })
        #expect(deleted < set)
        let sources = lines.filter { $0.hasPrefix("http-request set-var(txn.cid)") }.map { $0.split(separator: " ")[2] }
        #expect(
            sources == [
                "url_param(cid),url_dec", "req.hdr(x-client-id)", "req.cook(skein_cid)", "path,field(4,/)",
                "http_auth_bearer,jwt_payload_query('$.sub')",
            ]
        )
    }

    @Test func `a secret keys the hash and the slot`() throws {
        let text = try self.text { options in
            options.secret = Array("secret".utf8)
            options.slotMapPath = "/etc/slots.map"
        }
        #expect(text.contains("balance hash var(txn.cid),hmac(sha256,c2VjcmV0)"))
        #expect(text.contains("set-var(txn.slot) var(txn.cid),hmac(sha256,c2VjcmV0),crc32(1),mod(4096)"))
        #expect(text.contains("map_str(/etc/slots.map)"))
    }

    @Test func `a certificate makes every address speak TLS and HTTP/2`() throws {
        let lines = self.lines(
            try self.text { options in
                options.certificatePath = "/etc/edge.pem"
                options.bindAddresses = [":443", "[::]:443"]
            }
        )
        #expect(lines.contains("bind :443 ssl crt /etc/edge.pem alpn h2,http/1.1"))
        #expect(lines.contains("bind [::]:443 ssl crt /etc/edge.pem alpn h2,http/1.1"))
    }

    @Test(arguments: ["nginx", "ketama", "rendezvous"])
    func `a profile of another balancer needs a slot map`(name: String) throws {
        let profile = try #require(RingProfile(name))
        let error = #expect(throws: BalancerError.self) { _ = try self.text(profile) }
        #expect(error?.code == .unsupported)
        #expect(try self.text(profile) { $0.slotMapPath = "/m" }.contains("use-server %[var(txn.owner)]"))
    }

    @Test(arguments: [
        ("addr", "2.9", "3.0"), ("addr-port", "2.6", "3.0"), ("id32", "3.3", "3.4"), ("id-3.0", "3.3", "3.1"),
    ])
    func `placing servers by anything but the id needs a version that can`(key: String, old: String, new: String) throws
    {
        let profile = try #require(RingProfile("haproxy(crc32,avalanche,\(key))"))
        let refused = try #require(HAProxyVersion(old))
        let taken = try #require(HAProxyVersion(new))
        let error = #expect(throws: BalancerError.self) { _ = try self.text(profile) { $0.version = refused } }
        #expect(error?.code == .unsupported)
        let text = try self.text(profile) { $0.version = taken }
        #expect(text.contains("hash-key \(key)") == (key != "id-3.0"))
    }

    @Test func `names, ids, weights and addresses that HAProxy refuses are refused here, with the node's name`() {
        let refused = [
            node(1, name: "a b"), node(1, name: "a@b"), node(0), node(1, weight: 257),
            RingNode(name: "n1", id: 1, address: "no port"), RingNode(name: "n1", id: 1, address: "a b:1"),
            RingNode(name: "n1", id: .max, address: "h:1"),
        ]
        for node in refused {
            let error = #expect(throws: BalancerError.self) {
                _ = try HAProxyConfiguration(options: HAProxyOptions(), nodes: [node], profile: .standard)
            }
            #expect(error?.message.contains(node.name) == true)
        }
    }

    @Test(arguments: ["/run/a b", "/run/a#b", "/run/$HOME", "/run/a\nb", ""])
    func `a path that would break a line is refused`(path: String) {
        #expect(throws: BalancerError.self) { _ = try self.text { $0.socketPath = path } }
        #expect(throws: BalancerError.self) { _ = try self.text { $0.slotMapPath = path } }
    }

    @Test func `versions are compared by their numbers`() throws {
        #expect(try #require(HAProxyVersion("2.10")) > .oldest)
        #expect(HAProxyVersion("2.6.12") == .oldest)
        #expect(HAProxyVersion("2") == nil)
        #expect(HAProxyVersion("2.x") == nil)
        #expect(throws: BalancerError.self) { _ = try self.text { $0.version = HAProxyVersion(major: 2, minor: 4) } }
    }

    @Test func `endpoints are read with and without brackets, and nothing else is`() {
        #expect(ServerEndpoint("[::1]:80") == ServerEndpoint(host: "::1", port: 80))
        #expect(ServerEndpoint("[::1]:80")?.description == "[::1]:80")
        #expect(ServerEndpoint("host.example:80") == ServerEndpoint(host: "host.example", port: 80))
        for text in ["::1:80", "host", "host:0", "host:65536", ":80", "ho st:80", "host:80;x", "[]:80"] {
            #expect(ServerEndpoint(text) == nil, "\(text)")
        }
    }

    @Test func `the agent's port stays within the ports`() {
        #expect(AgentPort.offset(1000).port(for: 8000) == 9000)
        #expect(AgentPort.offset(60_000).port(for: 8000) == nil)
        #expect(AgentPort.offset(.max).port(for: 8000) == nil)
        #expect(AgentPort.fixed(7).port(for: 8000) == 7)
    }
}
