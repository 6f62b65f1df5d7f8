import NIOCore
import SkeinTestKit
import Testing

@testable import SkeinBench

@Suite struct PayloadMarkerTests {
    private static func text(_ marker: PayloadMarker, run: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        marker.append(to: &bytes, sign: PayloadMarker.sign(run: run))
        return bytes
    }

    @Test func aMarkerIsReadAsItWasWritten() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            let marker = PayloadMarker(
                publisher: .random(in: 0..<1 << 31, using: &generator),
                isMeasured: .random(using: &generator),
                sequence: .random(in: 0 ... .max, using: &generator),
                time: .random(in: 0 ... .max, using: &generator)
            )
            let bytes = Self.text(marker, run: 7)
            #expect(bytes.count == PayloadMarker.length)
            #expect(bytes.withUnsafeBytes { PayloadMarker($0, at: 0) } == marker)
        }
    }

    @Test func itIsPlainTextOfAJSONString() {
        let marker = PayloadMarker(publisher: 3, isMeasured: true, sequence: 9, time: .max)
        #expect(Self.text(marker, run: .max).allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C })
    }

    @Test func itIsFoundWhereverItStandsAndOfOtherRunsNotAtAll() throws {
        let marker = PayloadMarker(publisher: 1, isMeasured: false, sequence: 2, time: 3)
        var finder = MarkerFinder(run: 5)
        for offset in [0, 1, 40, 3, 3, 100] {
            let bytes = Array(repeating: UInt8(ascii: "~"), count: offset) + Self.text(marker, run: 5)
            let found = bytes.withUnsafeBytes { finder.next(in: $0) }
            #expect(found?.marker == marker && found?.end == bytes.count)
            let cut = bytes.dropLast()
            #expect(Array(cut).withUnsafeBytes { finder.next(in: $0) }?.marker == nil)
        }
        #expect(Self.text(marker, run: 6).withUnsafeBytes { finder.next(in: $0) }?.marker == nil)
        #expect([UInt8]().withUnsafeBytes { finder.next(in: $0) }?.marker == nil)
    }

    @Test func severalInOneMessageAreFoundInTurn() {
        let markers = (0..<5).map { PayloadMarker(publisher: 0, isMeasured: true, sequence: $0, time: 1) }
        let bytes = markers.flatMap { Array("{\"data\":\"".utf8) + Self.text($0, run: 5) }
        var finder = MarkerFinder(run: 5)
        var found: [PayloadMarker] = []
        bytes.withUnsafeBytes { bytes in
            var start = 0
            while let (marker, end) = finder.next(in: bytes, from: start) {
                found.append(marker)
                start = end
            }
        }
        #expect(found == markers)
    }

    @Test func whatLooksLikeASignButGoesOnOtherwiseIsNoMarker() {
        let bytes = PayloadMarker.sign(run: 5) + Array(repeating: UInt8(ascii: "Z"), count: 32)
        var finder = MarkerFinder(run: 5)
        #expect(bytes.withUnsafeBytes { finder.next(in: $0) }?.marker == nil)
    }
}
