import NIOCore
import SkeinCore
import Testing

@testable import SkeinTransport

@Suite struct TrustedNetworksTests {
    private static func peer(_ address: String) throws -> SocketAddress {
        try SocketAddress(ipAddress: address, port: 4711)
    }

    @Test func `an empty list trusts nobody`() throws {
        for networks in [TrustedNetworks(), try TrustedNetworks([])] {
            for address in ["127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"] {
                #expect(!networks.contains(try Self.peer(address)))
            }
        }
    }

    @Test func `a peer of any of the networks is trusted, in either form of its address`() throws {
        let networks = try TrustedNetworks(["10.0.0.0/8", "2001:db8::/32", "192.0.2.7", "::ffff:172.16.0.0/108"])
        for address in ["10.9.8.7", "::ffff:10.9.8.7", "2001:db8::7", "192.0.2.7", "::ffff:192.0.2.7", "172.31.0.1"] {
            #expect(networks.contains(try Self.peer(address)), "\(address)")
        }
        for address in ["11.0.0.1", "::10.9.8.7", "2001:db9::7", "192.0.2.8", "172.32.0.1", "::1", "::ffff:11.0.0.1"] {
            #expect(!networks.contains(try Self.peer(address)), "\(address)")
        }
    }

    @Test func `all of IPv6 is not all of IPv4, nor the other way round`() throws {
        #expect(!(try TrustedNetworks(["::/0"])).contains(try Self.peer("10.0.0.1")))
        #expect(!(try TrustedNetworks(["::/0"])).contains(try Self.peer("::ffff:10.0.0.1")))
        #expect(!(try TrustedNetworks(["0.0.0.0/0"])).contains(try Self.peer("2001:db8::1")))
        #expect((try TrustedNetworks(["0.0.0.0/0", "::/0"])).contains(try Self.peer("::ffff:10.0.0.1")))
    }

    @Test func `a UNIX socket is in no network`() throws {
        let peer = try SocketAddress(unixDomainSocketPath: "/tmp/socket")
        #expect(!(try TrustedNetworks(["0.0.0.0/0", "::/0"])).contains(peer))
        #expect(ClientAddress(peer) == nil)
    }

    @Test func `the first bad network is the error`() {
        #expect { try TrustedNetworks(["10.0.0.0/8", "10.0.0.1/8", "x"]) } throws: { error in
            (error as? IPNetworkError)?.text == "10.0.0.1/8"
        }
    }

    @Test(arguments: ["1.2.3.4", "255.255.255.255", "2001:db8:1:2:3:4:5:6", "::1"])
    func `the address of a socket is the one that its text names`(_ text: String) throws {
        let client = try #require(ClientAddress(try Self.peer(text)))
        #expect(client.address == IPAddress(text))
        #expect(client.port == 4711)
    }
}
