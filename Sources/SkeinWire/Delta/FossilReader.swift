/// Takes a patch apart, piece by piece, without believing any of it.
struct FossilReader {
    private let delta: [UInt8]
    private var position = 0

    init(_ delta: [UInt8]) {
        self.delta = delta
    }

    var isAtEnd: Bool { self.position == self.delta.count }

    mutating func byte() throws(FossilDeltaError) -> UInt8 {
        guard self.position < self.delta.count else { throw .malformed }
        defer { self.position += 1 }
        return self.delta[self.position]
    }

    mutating func bytes(_ count: Int) throws(FossilDeltaError) -> ArraySlice<UInt8> {
        guard count <= self.delta.count - self.position else { throw .malformed }
        defer { self.position += count }
        return self.delta[self.position..<self.position + count]
    }

    /// At least one digit, and a value below 2³².
    mutating func number() throws(FossilDeltaError) -> Int {
        var value = 0
        let start = self.position
        while self.position < self.delta.count, let digit = FossilNumber.value(of: self.delta[self.position]) {
            value = value << 6 | digit
            guard value <= UInt32.max else { throw .malformed }
            self.position += 1
        }
        guard self.position > start else { throw .malformed }
        return value
    }
}
