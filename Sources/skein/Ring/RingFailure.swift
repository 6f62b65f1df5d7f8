/// Why a command cannot go on, in a sentence; ends it with status 1.
struct RingFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
