import SkeinTestKit
import Testing

@testable import SkeinRedis

/// Seeded inputs against a decoder with small limits. Each is decoded at once, in random pieces and octet by octet; the
/// three must agree, and none may trap.
@Suite struct RESPDecoderRandomTests {
    private func decoder() -> RESPDecoder {
        RESPDecoder(maximumElements: 300, maximumBytes: 150, maximumReplyBytes: 3000)
    }

    private func pieces(_ bytes: [UInt8], using random: inout SeededGenerator) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let size = Int.random(in: 1...40, using: &random)
            pieces.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return pieces
    }

    /// The outcome of decoding at once, after comparing it with the others.
    private func outcome(_ bytes: [UInt8], using random: inout SeededGenerator) -> RESPOutcome {
        let whole = RESPOutcome([bytes], self.decoder())
        let cut = RESPOutcome(self.pieces(bytes, using: &random), self.decoder())
        let octets = RESPOutcome(octetsOf: bytes, self.decoder())
        #expect(whole.agrees(with: cut), "\(bytes)")
        #expect(whole.agrees(with: octets), "\(bytes)")
        return whole
    }

    @Test func `random replies come out as they went in`() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<5000 {
            let values = (0..<3).map { _ in RESPValue.random(depth: 8, using: &random) }
            let bytes = values.flatMap(\.encoded)
            #expect(RESPOutcome(self.pieces(bytes, using: &random)) == RESPOutcome([bytes]))
            #expect(RESPOutcome([bytes]).values == values)
        }
    }

    @Test func `damaged replies are errors or other replies`() {
        var random = SeededGenerator(seed: 2)
        let alphabet = [UInt8]("+-:$*\r\n0123456789%_~#,=>(|!a ".utf8)
        var errors = 0
        for _ in 0..<10_000 {
            var bytes = (0..<3).flatMap { _ in RESPValue.random(depth: 8, using: &random).encoded }
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.removeLast(bytes.count - index)
                default: bytes[index] = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                }
            }
            if self.outcome(bytes, using: &random).error != nil { errors += 1 }
        }
        #expect(errors > 2000)
    }

    @Test func `bytes that look like RESP never trap`() {
        var random = SeededGenerator(seed: 4)
        let alphabet = [UInt8]("+-:$*\r\n0123\r\n%_~#,=>(|!a".utf8)
        var replies = 0
        for _ in 0..<30_000 {
            let bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            replies += self.outcome(bytes, using: &random).values.count
        }
        #expect(replies > 100)
    }

    @Test func `arbitrary bytes never trap`() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<10_000 {
            let bytes = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = self.outcome(bytes, using: &random)
        }
    }
}
