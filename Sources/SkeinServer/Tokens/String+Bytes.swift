extension String {
    /// Equality of UTF-8. `==` compares by canonical equivalence, which would let a name that only looks like another
    /// take its place: a key id, a claim, an audience. O(length).
    func hasSameBytes(as other: String) -> Bool {
        self.utf8.elementsEqual(other.utf8)
    }
}
