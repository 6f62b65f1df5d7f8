#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The name of a Redis channel as a dictionary key: owned where it is kept, borrowed where it is looked up, so that a message finds
/// its channel without an allocation. Hashed with the process' seed, because clients choose the names.
struct ChannelKey: Hashable {
    private enum Storage {
        case owned([UInt8])
        case borrowed(UnsafeRawBufferPointer)
    }

    private let storage: Storage

    init(_ bytes: [UInt8]) {
        self.storage = .owned(bytes)
    }

    /// For a lookup while `bytes` are there.
    init(borrowing bytes: UnsafeRawBufferPointer) {
        self.storage = .borrowed(bytes)
    }

    private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch self.storage {
        case .owned(let bytes): bytes.withUnsafeBytes(body)
        case .borrowed(let bytes): body(bytes)
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.withBytes { left in
            right.withBytes { right in
                guard left.count == right.count else { return false }
                guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return true }
                return memcmp(leftBase, rightBase, left.count) == 0
            }
        }
    }

    func hash(into hasher: inout Hasher) {
        self.withBytes { hasher.combine(bytes: $0) }
    }
}
