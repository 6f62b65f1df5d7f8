/// Lists in vectors are words between spaces: compact, and quick to compile.
enum VectorText {
    static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
