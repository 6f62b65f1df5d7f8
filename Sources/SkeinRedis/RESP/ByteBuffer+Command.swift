import NIOCore

extension ByteBuffer {
    /// Appends one command, its name first: for commands so rare that an array of their words does not matter.
    mutating func writeCommand(_ words: String...) {
        var writer = RESPCommandWriter(self)
        self = ByteBuffer()
        writer.begin(words.count)
        for word in words { writer.append(word) }
        self = writer.take()
    }
}
