import NIOCore
import SkeinWire

/// What a method answers: one JSON value, already as bytes, so that a batch can put it into its own answer.
struct APIResult: Sendable {
    /// The value.
    let json: ByteBuffer

    /// Takes a complete JSON value.
    init(json: ByteBuffer) {
        self.json = json
    }

    /// Makes an object. `members` writes names and values; `expected` is its size, roughly.
    init(expecting expected: Int = 256, _ members: (inout JSONWriter) -> Void) {
        var buffer = ByteBuffer()
        JSONWriter.append(to: &buffer, expecting: expected) { json in
            json.beginObject()
            members(&json)
            json.endObject()
        }
        self.json = buffer
    }

    /// `{}`
    static let empty = APIResult { _ in }
}
