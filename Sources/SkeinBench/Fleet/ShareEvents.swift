import Foundation

/// What a process that has a share of a run tells the one that started it: lines of standard output.
struct ShareEvents: Sendable {
    /// The lines before the last one, which is the outcome as JSON.
    enum Event: String {
        /// All connections are there.
        case ready
        /// The measured span begins.
        case measuring
        /// The measured span is over.
        case measured
    }

    /// The line that the processes wait for once they are ready.
    static let start = "go"

    func tell(_ event: Event) {
        self.write(Data("\(event.rawValue)\n".utf8))
    }

    func tell(_ outcome: LoadOutcome) throws {
        self.write(try JSONEncoder().encode(outcome) + Data("\n".utf8))
    }

    /// Waits for the others.
    func ready() async {
        self.tell(.ready)
        await withCheckedContinuation { continuation in
            let thread = Thread {
                _ = readLine()
                continuation.resume()
            }
            thread.start()
        }
    }

    private func write(_ data: Data) {
        try? FileHandle.standardOutput.write(contentsOf: data)
    }
}
