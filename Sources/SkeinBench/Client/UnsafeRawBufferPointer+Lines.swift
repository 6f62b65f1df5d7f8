#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension UnsafeRawBufferPointer {
    /// Where the next newline is, or the end.
    @inline(__always)
    func index(ofNewlineFrom start: Int) -> Int {
        guard let base = self.baseAddress, let found = memchr(base + start, 0x0A, self.count - start) else {
            return self.count
        }
        return UnsafeRawPointer(found) - base
    }

    /// The id of `{"id":7,"publish":{}}`, the reply that comes for every publication; nil for every other text.
    var publishReplyID: UInt64? {
        let prefix = "{\"id\":".utf8
        let suffix = ",\"publish\":{}}".utf8
        guard self.count > prefix.count + suffix.count, self.starts(with: prefix),
            self.suffix(suffix.count).elementsEqual(suffix)
        else { return nil }
        var id: UInt64 = 0
        for byte in self[prefix.count..<self.count - suffix.count] {
            guard (0x30...0x39).contains(byte), id < 1 << 58 else { return nil }
            id = id * 10 + UInt64(byte - 0x30)
        }
        return id
    }
}
