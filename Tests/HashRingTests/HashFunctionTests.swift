import Testing

@testable import HashRing

@Suite struct HashFunctionTests {
    @Test func `the mix of HAProxy gives the numbers that HAProxy gives`() {
        for (number, mixed) in HAProxyVectors.fullHash { #expect(FullHash.mix(number) == mixed) }
    }

    @Test func `sdbm, djb2, wt6 and crc32 give what the converters of HAProxy 2.6 give`() {
        for (key, values) in HAProxyVectors.functions {
            for (index, function) in [HAProxyHash.sdbm, .djb2, .wt6, .crc32].enumerated() {
                #expect(function.hash(of: key.utf8, avalanche: false) == values[index], "\(function) of \(key)")
                #expect(function.hash(of: key.utf8, avalanche: true) == values[index + 4], "\(function) of \(key)")
            }
        }
    }

    @Test func `crc32 of 123456789 is cbf43926, in one piece and in two`() {
        let text = Array("123456789".utf8)
        #expect(CRC32.checksum(of: text) == 0xCBF4_3926)
        for split in 0...9 {
            let first = CRC32.checksum(of: text[..<split])
            #expect(CRC32.checksum(of: text[split...], after: first) == 0xCBF4_3926)
        }
        #expect(
            CRC32.checksum(ofWord: 0x3837_3635, after: CRC32.checksum(of: text[..<4])) == CRC32.checksum(of: text[..<8])
        )
    }

    @Test(
        arguments: [
            ("", 0x02CC_5D05), ("a", 0x550D_7456), ("Nobody inspects the spammish repetition", 0xE229_3B2F),
        ] as [(String, UInt32)]
    )
    func `xxh32 gives the published values`(text: String, expected: UInt32) {
        #expect(XXH32.hash(of: Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
        (String(repeating: "1234567890", count: 8), "57edf4a22be3c955ac49da2e2107b67a"),
    ])
    func `md5 gives the digests of RFC 1321 A.5`(text: String, expected: String) {
        let words = MD5.digest(of: Array(text.utf8))
        let hex = [words.0, words.1, words.2, words.3].map { word in
            let digits = String(word.byteSwapped, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }
        #expect(hex.joined() == expected)
    }

    @Test func `a key gives the same hash as a string, as an array and as a list without contiguous storage`() throws {
        let keys = HAProxyVectors.keys
        for profile in RingProfile.all {
            let nodes = (1...5).map {
                RingNode(name: "n\($0)", id: UInt32($0), address: "10.0.0.\($0):80", guid: "g\($0)")
            }
            let ring = try HashRing(nodes: nodes, profile: profile)
            for key in keys {
                let owner = ring.owner(of: key)
                #expect(owner != nil)
                #expect(ring.owner(of: Array(key.utf8)) == owner)
                #expect(ring.owner(of: Array(key.utf8.reversed()).reversed() as ReversedCollection) == owner)
                #expect(ring.owner(at: ring.position(of: key.utf8)) == owner)
            }
        }
    }

    @Test func `the logarithm of rendezvous has fifteen digits`() {
        // 0.7071 is just below the border at which the significand is halved, 0.70711 just above it.
        let expected: [(Double, Double)] = [
            (0.5, -0.693147180559945309), (10, 2.302585092994045684), (1e-300, -690.775527898213705),
            (0.7071, -0.346583180371942), (0.70711, -0.3465690382006941), (1, 0),
        ]
        for (number, logarithm) in expected {
            let difference = abs(RendezvousTable.logarithm(number) - logarithm)
            #expect(difference <= 1e-13 * max(1, abs(logarithm)), "\(number)")
        }
    }
}
