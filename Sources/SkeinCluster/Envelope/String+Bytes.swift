extension String {
    /// The text whose UTF-8 is `bytes`; nil when they are none.
    ///
    /// Not `init(validating:as:)`, which looks up generic metadata at run time on every call and takes several times as
    /// long.
    init?(validatingBytes bytes: UnsafeRawBufferPointer) {
        guard let text = try? UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span) else { return nil }
        self.init(copying: text)
    }

    /// Whether the text's UTF-8 is `bytes`. O(size).
    func hasBytes(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let isSame = self.utf8.withContiguousStorageIfAvailable { own in
            UnsafeRawBufferPointer(own).hasSameBytes(as: bytes)
        }
        return isSame ?? self.utf8.elementsEqual(bytes)
    }
}
