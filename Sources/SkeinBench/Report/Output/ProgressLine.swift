/// What is shown while a benchmark runs: a head, and figures, the last of which are left out where there is no room.
///
///     fanout  measuring  4 s of 10 s  1,000 connections  163 k delivered/s  p50 6.12 ms  p99 8.71 ms
public struct ProgressLine: Sendable, Equatable {
    /// Always shown, cut if it alone is too long.
    public var head: String
    /// The important ones first. Empty ones are skipped.
    public var figures: [String]

    public init(head: String, figures: [String] = []) {
        self.head = head
        self.figures = figures
    }

    /// One line of at most `width` columns. It leaves the last column free, since some terminals break the line there.
    public func text(width: Int) -> String {
        let room = max(width - 1, 0)
        var line = String(self.head.prefix(room))
        for figure in self.figures where !figure.isEmpty {
            guard line.count + 2 + figure.count <= room else { break }
            line += "  " + figure
        }
        return line
    }
}
