import NIOCore
import NIOHTTP1
import Testing

@testable import SkeinServer
@testable import SkeinTransport

struct ClientIdentityTests {
    /// A token with the subject `u7`; nobody looks at its signature.
    private static let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1NyJ9.AAAA"

    private func request(
        path: String = "/connection/websocket",
        query: [String: String] = [:],
        headers: HTTPHeaders = [:]
    ) -> HTTPRequestHead {
        let pairs = query.map { "\($0)=\($1)" }.joined(separator: "&")
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: "\(path)?\(pairs)", headers: headers)
    }

    @Test func `nothing brought, nothing known`() {
        #expect(ClientIdentity.of(self.request()) == nil)
    }

    @Test func `the balancer's word counts before everything else`() {
        let headers: HTTPHeaders = [
            "x-skein-cid": "a", "x-client-id": "c", "cookie": "skein_cid=d", "authorization": "Bearer \(Self.token)",
        ]
        var request = self.request(path: "/connection/websocket/e", query: ["cid": "b"], headers: headers)
        #expect(ClientIdentity.of(request) == "a")
        var rest = headers
        rest.remove(name: "x-skein-cid")
        request = self.request(path: "/connection/websocket/e", query: ["cid": "b"], headers: rest)
        #expect(ClientIdentity.of(request) == "b")
        request = self.request(path: "/connection/websocket/e", headers: rest)
        #expect(ClientIdentity.of(request) == "c")
        rest.remove(name: "x-client-id")
        request = self.request(path: "/connection/websocket/e", headers: rest)
        #expect(ClientIdentity.of(request) == "d")
        rest.remove(name: "cookie")
        request = self.request(path: "/connection/websocket/e", headers: rest)
        #expect(ClientIdentity.of(request) == "e")
        request = self.request(headers: rest)
        #expect(ClientIdentity.of(request) == "u7")
    }

    @Test func `the cookie is found among others`() {
        let request = self.request(headers: ["cookie": "a=b; skein_cid=x1; xskein_cid=no"])
        #expect(ClientIdentity.of(request) == "x1")
        #expect(ClientIdentity.of(self.request(headers: ["cookie": "xskein_cid=no"])) == nil)
    }

    @Test(arguments: ["Bearer", "Bearer ", "Bearer a.b.c", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "Basic dXNlcg=="])
    func `a token without a subject names nobody`(header: String) {
        #expect(ClientIdentity.of(self.request(headers: ["authorization": header])) == nil)
    }

    @Test func `an id of more than 256 bytes is none`() {
        #expect(ClientIdentity.of(self.request(query: ["cid": String(repeating: "x", count: 256)])) != nil)
        #expect(ClientIdentity.of(self.request(query: ["cid": String(repeating: "x", count: 257)])) == nil)
    }

    @Test(arguments: [
        "/connection/websocket", "/connection/websocket/", "/connection/websocket/a/b", "/connection/websocketx",
    ])
    func `other paths carry no id`(path: String) {
        #expect(NodeRouter.clientID(inPath: path) == nil)
    }
}
