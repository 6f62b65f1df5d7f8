extension RESPCommandWriter {
    /// Writes a whole command, its name first: for commands that are rare.
    mutating func command(_ words: [String]) {
        self.begin(words.count)
        for word in words { self.append(word) }
    }
}
