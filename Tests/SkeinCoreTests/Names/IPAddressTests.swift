import SkeinCore
import SkeinTestKit
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("192.0.2.1", "192.0.2.1"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"),
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
        ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"), ("1:2:3:4:5::192.0.2.1", "1:2:3:4:5:0:c000:201"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("::192.0.2.1", "::c000:201"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:201", "192.0.2.1"),
    ])
    func `an address is written in its one recommended form (RFC 5952)`(_ text: String, _ expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        #expect(IPAddress(address.description) == address)
    }

    @Test(arguments: [
        "", " ", ".", ":", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3", "1..2.3", "256.1.1.1",
        "1.2.3.256",
        "01.2.3.4", "1.2.3.00", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "-1.2.3.4", "0x1.2.3.4", "1.2.3.a", "1.2.3.４",
        ":::", "1:::2", "1::2::3", ":1", "1:", ":1::", "::1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:",
        "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2:3:4:5:6:7:8", "12345::", "g::", "::1%eth0", "[::1]", "::1/64",
        "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "::1.2.3", "::1.2.3.4:5", "::256.1.1.1",
        "::01.2.3.4", "::a.2.3.4", "::1.2.3.4.5", "1.2.3.4::", "::.1.2.3", "::0000.1.2.3",
    ])
    func `anything else is no address`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `an IPv4 address equals its mapped form, and no other`() {
        #expect(IPAddress("192.0.2.1") == IPAddress(v4: 0xC000_0201))
        #expect(IPAddress("::ffff:192.0.2.1") == IPAddress(v4: 0xC000_0201))
        #expect(IPAddress("::192.0.2.1") != IPAddress(v4: 0xC000_0201))
        #expect(IPAddress(v4: 0).isV4)
        #expect(IPAddress("::ffff:0:0")?.isV4 == true)
        #expect(IPAddress("::1:0:0")?.isV4 == false)
        #expect(IPAddress("::")?.isV4 == false)
    }

    @Test func `random addresses survive being written and read, with every group a gap or not`() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let holes = UInt8.random(in: 0...255, using: &random)
            let bits = (0..<8).reduce(UInt128(0)) { bits, place in
                bits << 16 | (holes >> place & 1 == 0 ? 0 : UInt128(UInt16.random(in: 0...(.max), using: &random)))
            }
            let address = IPAddress(bits: bits)
            #expect(IPAddress(address.description) == address)
        }
    }

    @Test func `random text never traps, and what is read can be written`() {
        var random = SeededGenerator(seed: 2)
        let alphabet = Array("0129af:.:.")
        var found = 0
        for _ in 0..<50_000 {
            let text = String(
                (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                }
            )
            guard let address = IPAddress(text) else { continue }
            found += 1
            #expect(IPAddress(address.description) == address, "\(text)")
        }
        #expect(found > 20)
    }
}
