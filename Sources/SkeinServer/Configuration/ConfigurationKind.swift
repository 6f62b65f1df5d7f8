/// What values an option takes, and how they are written. See ``parse(_:)`` and ``render(_:)``, which are inverse.
public enum ConfigurationKind: Sendable, Equatable {
    /// A whole number and one of `ms`, `s`, `m`, `h`, `d`; both bounds are allowed.
    case duration(ClosedRange<Duration>)
    /// A whole number and one of `B`, `KiB`, `MiB`, `GiB`; the range counts bytes.
    case size(ClosedRange<Int>)
    /// A whole number.
    case count(ClosedRange<Int>)
    /// `true` or `false`, and no other spelling.
    case boolean
    case text
    /// An IP address or a host name, without a port.
    case address
    /// 0 (any free port) to 65535, or the word `shared` where a listener may use the client listener.
    case port(canShare: Bool)
    /// A YAML list of texts; separated by commas in an environment variable or a flag.
    case list
    /// One of some words.
    case choice([String])

    /// The word for a port that is the client listener's.
    public static let sharedPort = "shared"

    /// Values in words, for people.
    public var summary: String {
        switch self {
        case .duration(let range): "duration, \(self.text(range.lowerBound))–\(self.text(range.upperBound))"
        case .size(let range): "size, \(Self.size(range.lowerBound))–\(Self.size(range.upperBound))"
        case .count(let range): "number, \(range.lowerBound)–\(range.upperBound)"
        case .boolean: "true or false"
        case .text: "text"
        case .address: "IP address or host name"
        case .port(let canShare): canShare ? "port, 0 for any free one, or shared" : "port, 0 for any free one"
        case .list: "list of texts"
        case .choice(let words): words.joined(separator: ", ")
        }
    }

    private func text(_ duration: Duration) -> String { self.render(.duration(duration)) }
}
