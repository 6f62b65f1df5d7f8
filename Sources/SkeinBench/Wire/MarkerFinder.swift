#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Finds the markers of one run in messages. Publications of a channel look alike, so the place of the last one is
/// tried first; only then the message is searched.
struct MarkerFinder: Sendable {
    private let first: UInt8
    private let words: (UInt64, UInt64)
    private var expectedOffset = 0

    init(run: UInt32) {
        let sign = PayloadMarker.sign(run: run)
        self.first = sign[0]
        self.words = sign.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    /// The first marker at or behind `start`, and where it ends; nil when there is none.
    @inline(__always)
    mutating func next(
        in bytes: UnsafeRawBufferPointer,
        from start: Int = 0
    ) -> (marker: PayloadMarker, end: Int)? {
        var offset = start + self.expectedOffset
        if !self.isSign(bytes, at: offset) {
            guard let found = self.search(bytes, from: start) else { return nil }
            offset = found
            self.expectedOffset = found - start
        }
        guard let marker = PayloadMarker(bytes, at: offset) else { return nil }
        return (marker, offset + PayloadMarker.length)
    }

    @inline(__always)
    private func isSign(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard bytes.count - offset >= PayloadMarker.length else { return false }
        return bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == self.words.0
            && bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self) == self.words.1
    }

    private func search(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var start = start
        while bytes.count - start >= PayloadMarker.length,
            let found = memchr(base + start, Int32(self.first), bytes.count - start)
        {
            let offset = UnsafeRawPointer(found) - base
            if self.isSign(bytes, at: offset) { return offset }
            start = offset + 1
        }
        return nil
    }
}
