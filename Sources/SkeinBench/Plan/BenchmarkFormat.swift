/// The encoding of the client protocol that the connections of the benchmark ask for.
public enum BenchmarkFormat: String, Sendable, Codable, CaseIterable {
    /// Text frames; one JSON object per line.
    case json
    /// Binary frames; each message with its length in front.
    case protobuf
}
