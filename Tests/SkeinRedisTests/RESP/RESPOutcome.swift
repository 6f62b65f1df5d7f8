import NIOCore

@testable import SkeinRedis

/// What a decoder makes of a sequence of reads.
struct RESPOutcome: Equatable {
    private(set) var values: [RESPValue] = []
    private(set) var error: RESPError?

    /// Feeds each chunk and stops at the first error.
    init(_ chunks: [[UInt8]], _ decoder: consuming RESPDecoder = RESPDecoder()) {
        var chunks = chunks[...]
        self.init(decoder) { chunks.popFirst().map { ByteBuffer(bytes: $0) } }
    }

    /// Feeds a text at once.
    init(_ text: String, _ decoder: consuming RESPDecoder = RESPDecoder()) {
        self.init([[UInt8](text.utf8)], decoder)
    }

    /// Feeds bytes one at a time.
    init(octetsOf bytes: [UInt8], _ decoder: consuming RESPDecoder = RESPDecoder()) {
        var rest = ByteBuffer(bytes: bytes)
        self.init(decoder) { rest.readSlice(length: 1) }
    }

    private init(_ decoder: consuming RESPDecoder, _ next: () -> ByteBuffer?) {
        var decoder = decoder
        do throws(RESPError) {
            while let chunk = next() {
                try decoder.decode(chunk) { self.values.append(RESPValue($0)) }
            }
        } catch {
            self.error = error
        }
    }

    /// Whether two outcomes are the same apart from how soon and in which words the error came.
    func agrees(with other: RESPOutcome) -> Bool {
        self.values == other.values && (self.error == nil) == (other.error == nil)
    }
}
