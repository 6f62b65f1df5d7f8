import SkeinCore
import Testing

@Suite struct IPNetworkTests {
    @Test(arguments: [
        (
            "10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
            ["9.255.255.255", "11.0.0.0", "::10.0.0.1"]
        ),
        ("192.0.2.7", ["192.0.2.7", "::ffff:192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
        ("192.0.2.6/31", ["192.0.2.6", "192.0.2.7"], ["192.0.2.5", "192.0.2.8"]),
        ("192.0.2.7/32", ["192.0.2.7"], ["192.0.2.6"]),
        ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1", "fe80::1"]),
        ("::/0", ["::", "::1", "2001:db8::1"], ["0.0.0.0", "10.0.0.1", "::ffff:10.0.0.1"]),
        ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff::1"], ["2001:db7::", "2001:db9::", "10.0.0.1"]),
        ("::1", ["::1"], ["::", "::2", "0.0.0.1"]),
        ("fe80::/10", ["fe80::1", "febf::"], ["fec0::", "fe7f::"]),
        ("::ffff:10.0.0.0/104", ["10.0.0.0", "10.255.0.1"], ["11.0.0.0"]),
        ("::ffff:0:0/96", ["0.0.0.0", "255.255.255.255"], ["::1"]),
        ("::/95", ["::1"], ["10.0.0.1"]),
    ])
    func `a network holds the addresses with its prefix`(_ text: String, _ inside: [String], _ outside: [String]) throws
    {
        let network = try IPNetwork(text)
        for text in inside { #expect(network.contains(try #require(IPAddress(text))), "\(text)") }
        for text in outside { #expect(!network.contains(try #require(IPAddress(text))), "\(text)") }
    }

    @Test(arguments: ["", "/", "/8", "localhost", "10.0.0/8", "10.0.0.256", " 10.0.0.1", "fe80::1%eth0/64", "*"])
    func `a text without an address is refused`(_ text: String) {
        #expect(Self.error(text)?.kind == .address)
    }

    @Test(arguments: [
        ("10.0.0.0/", 32), ("10.0.0.0/33", 32), ("10.0.0.0/08", 32), ("10.0.0.0/-1", 32), ("10.0.0.0/8/8", 32),
        ("10.0.0.0/255.0.0.0", 32), ("10.0.0.0/8 ", 32), ("::/129", 128), ("::/", 128), ("::/x", 128),
        ("10.0.0.0/99999999999999999999999999", 32),
    ])
    func `a prefix length that no address of the family has is refused`(_ text: String, _ limit: Int) {
        #expect(Self.error(text)?.kind == .prefixLength(limit: limit))
    }

    @Test(arguments: [
        ("10.1.2.3/8", "write 10.0.0.0/8 for the network"), ("192.0.2.7/31", "192.0.2.6/31"),
        ("10.0.0.1/0", "0.0.0.0/0"), ("2001:db8::1/32", "2001:db8::/32"), ("::1/0", "::/0"),
    ])
    func `bits behind the prefix are refused, and the network that may be meant is named`(
        _ text: String,
        _ hint: String
    ) {
        #expect(Self.error(text)?.description.contains(hint) == true)
    }

    @Test func `the error repeats the text`() {
        for text in ["x", "10.0.0.0/99", "10.0.0.1/8"] {
            #expect(Self.error(text)?.description.contains("\"\(text)\"") == true)
        }
    }

    private static func error(_ text: String) -> IPNetworkError? {
        do throws(IPNetworkError) {
            _ = try IPNetwork(text)
            return nil
        } catch {
            return error
        }
    }
}
