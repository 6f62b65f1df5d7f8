import Foundation

/// Draws a ``ProgressLine`` over and over in one line of standard error, if that is a terminal; else does nothing.
///
/// A value of the task that runs the benchmark; not to be used from several at once, whose lines would mix.
public struct ProgressTerminal {
    private let isTerminal: Bool
    private var drawn: String?

    /// - Parameter isQuiet: draws nothing in any case.
    public init(isQuiet: Bool = false) {
        let isDumb = ProcessInfo.processInfo.environment["TERM"] == "dumb"
        self.isTerminal = !isQuiet && !isDumb && isatty(STDERR_FILENO) == 1
    }

    /// Replaces the line. The width is asked for each time, since people resize windows.
    public mutating func draw(_ line: ProgressLine) {
        guard self.isTerminal else { return }
        let text = line.text(width: Self.width)
        guard text != self.drawn else { return }
        self.drawn = text
        Self.write(Self.redraw(text))
    }

    /// Erases the line, so that what follows begins at its left end.
    public mutating func clear() {
        guard self.drawn != nil else { return }
        self.drawn = nil
        Self.write(Self.redraw(""))
    }

    /// To the left end, the text, and what is right of it erased.
    static func redraw(_ text: String) -> String { "\r\(text)\u{1B}[K" }

    private static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// A terminal that is gone is no reason to end the run.
    private static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
