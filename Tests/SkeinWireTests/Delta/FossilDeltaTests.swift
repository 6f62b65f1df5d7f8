import SkeinTestKit
import SkeinWire
import Testing

@Suite struct FossilDeltaTests {
    @Test func `the patch of the reference vector is reproduced and applied`() throws {
        let base = Array(#"{"room":"lobby","temp":21,"fans":[true,false,true],"label":"rack 7, row B"}"#.utf8)
        let target = Array(#"{"room":"lobby","temp":24,"fans":[true,false,true],"label":"rack 7, row B"}"#.utf8)
        let patch = FossilDelta.create(from: base, to: target)
        #expect(String(decoding: patch, as: UTF8.self) == "1B\nO@0,1:4n@P,1QKnu_;")
        #expect(try FossilDelta.apply(patch, to: base) == target)
    }

    @Test func `short texts are inserted as they are`() throws {
        #expect(Self.patch("", "") == "0\n0;")
        #expect(Self.patch("abc", "") == "0\n0;")
        #expect(Self.patch("", "abcd") == "4\n4:abcd1XObD_;")
        #expect(Self.patch("0123456789abcde", "0123456789abcde").contains("F:0123456789abcde"))
        #expect(Self.patch("0123456789abcdef", "0123456789abcdef").contains("G@0,"))
    }

    @Test func `a patch between texts is text`() throws {
        var random = SeededGenerator(seed: 8)
        // Several of these end or begin with the same byte.
        let scalars = Array("aéЩ詩日😀😁\u{301}ßж".unicodeScalars)
        var copies = 0
        for _ in 0..<500 {
            var base = String.UnicodeScalarView()
            for _ in 0..<200 { base.append(scalars.randomElement(using: &random) ?? "a") }
            var target = base
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = target.index(target.startIndex, offsetBy: Int.random(in: 0..<target.count, using: &random))
                target.replaceSubrange(index...index, with: [scalars.randomElement(using: &random) ?? "a"])
            }
            let (from, to) = (Array(String(base).utf8), Array(String(target).utf8))
            let patch = FossilDelta.create(from: from, to: to)
            #expect(String(validating: patch, as: UTF8.self) != nil)
            #expect(try FossilDelta.apply(patch, to: from) == to)
            if patch.contains(UInt8(ascii: "@")) { copies += 1 }
        }
        #expect(copies > 400)
    }

    @Test func `applying a patch gives the target, whatever the two are`() throws {
        var random = SeededGenerator(seed: 64)
        for round in 0..<800 {
            let base = Self.bytes(Int.random(in: 0...400, using: &random), symbols: round % 3 == 0 ? 2 : 256, &random)
            let target =
                round % 5 == 0
                ? Self.bytes(Int.random(in: 0...400, using: &random), symbols: 2, &random) : Self.edited(base, &random)
            let patch = FossilDelta.create(from: base, to: target)
            #expect(try FossilDelta.apply(patch, to: base) == target)
        }
    }

    @Test func `an edit in the middle of a long text costs little`() throws {
        var random = SeededGenerator(seed: 5)
        let base = Self.bytes(60_000, symbols: 256, &random)
        var target = base
        target.replaceSubrange(30_000..<30_010, with: Array("inserted".utf8))
        let patch = FossilDelta.create(from: base, to: target)
        #expect(patch.count < 60)
        #expect(try FossilDelta.apply(patch, to: base) == target)
    }

    @Test func `texts of one repeated byte have short patches`() throws {
        let base = [UInt8](repeating: 7, count: 64 * 1024)
        let target = [UInt8](repeating: 7, count: 64 * 1024 - 5) + [1] + [UInt8](repeating: 7, count: 100)
        let patch = FossilDelta.create(from: base, to: target)
        #expect(patch.count < 60)
        #expect(try FossilDelta.apply(patch, to: base) == target)
    }

    @Test(arguments: [
        "", "\n", "5", "5\n", "5\n;", "5\n5", "5\n5:", "5\n5:abc", "5\n5:abcde", "5\n5:abcde0", "5\n5:abcde0;",
        "4\n5:abcde0;",
        "6\n5:abcde0;", "5\n5@0;0;", "5\n5@0,", "5\nZ@0,0;", "5\n5@~~,0;", "5\n:0;", "5\n@0,0;", "~~~~~~\n0;",
        "~~~~~~~~~~~~\n0;",
        "5\n~~~~~:abcde0;", "5\n~~~~~~~~~~~~@0,0;", "1 5:abcde", "0\n0;x", "0\n1;", "5\n5@0,0;", "-1\n0;", "0\n-1;",
        "\u{0}\n0;",
    ])
    func `a damaged patch is an error`(patch: String) {
        #expect(throws: FossilDeltaError.self) {
            try FossilDelta.apply(Array(patch.utf8), to: Array("0123456789".utf8))
        }
    }

    @Test func `errors tell damage, another base and size apart`() {
        let base = Array("0123456789abcdefghij".utf8)
        let patch = FossilDelta.create(from: base, to: base + [1])
        #expect(throws: FossilDeltaError.checksumMismatch) { try FossilDelta.apply(patch, to: base.reversed()) }
        #expect(throws: FossilDeltaError.malformed) { try FossilDelta.apply(patch, to: []) }
        #expect(throws: FossilDeltaError.tooLarge) { try FossilDelta.apply(patch, to: base, maximumSize: 20) }
        #expect(throws: Never.self) { try FossilDelta.apply(patch, to: base, maximumSize: 21) }
    }

    @Test func `random damage never traps, and no prefix of a patch is one`() {
        var random = SeededGenerator(seed: 99)
        let base = Self.bytes(300, symbols: 256, &random)
        let target = Self.edited(base, &random)
        let patch = FossilDelta.create(from: base, to: target)
        for _ in 0..<5000 {
            var damaged = patch
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if let result = try? FossilDelta.apply(damaged, to: base) {
                #expect(result.count <= FossilDelta.defaultMaximumSize)
            }
        }
        for count in 0..<patch.count {
            #expect(throws: FossilDeltaError.self) { try FossilDelta.apply(Array(patch[..<count]), to: base) }
        }
    }

    // MARK: Helpers

    private static func patch(_ base: String, _ target: String) -> String {
        String(decoding: FossilDelta.create(from: Array(base.utf8), to: Array(target.utf8)), as: UTF8.self)
    }

    private static func bytes(_ count: Int, symbols: Int, _ random: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in UInt8(Int.random(in: 0..<symbols, using: &random)) }
    }

    private static func edited(_ base: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var target = base
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let start = Int.random(in: 0...target.count, using: &random)
            let end = min(target.count, start + Int.random(in: 0...20, using: &random))
            let moved = base.isEmpty ? [] : Array(base[Int.random(in: 0..<base.count, using: &random)...].prefix(50))
            target.replaceSubrange(start..<end, with: Bool.random(using: &random) ? moved : [1, 2, 3])
        }
        return target
    }
}
