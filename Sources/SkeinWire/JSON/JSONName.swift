/// A member's name of at most 24 bytes, packed so that two compare as four integers.
struct JSONName: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private let count: Int

    /// The longest name that can be packed. Longer names are in no table, so they need no packing.
    static let maximumLength = 24

    /// Packs decoded bytes; nil when there are too many.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= Self.maximumLength else { return nil }
        self.count = bytes.count
        withUnsafeMutableBytes(of: &self.words) { $0.copyMemory(from: bytes) }
    }

    /// Packs the UTF-8 of a text; nil when it is too long.
    init?(_ text: String) {
        var text = text
        guard let name = text.withUTF8({ JSONName(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = name
    }

    static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.words.0 == right.words.0 && left.words.1 == right.words.1
            && left.words.2 == right.words.2
    }
}
