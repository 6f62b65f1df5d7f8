import Foundation

/// One process that has a share of a run. Used by one task; lines arrive from a thread of their own.
struct ShareProcess {
    private let process = Process()
    private let input = Pipe()

    /// Starts it. Its lines go to `body`, nil after the last one; its errors go where this process' errors go.
    init(
        executable: URL,
        arguments: [String],
        body: @escaping @Sendable (String?) -> Void
    ) throws {
        let output = Pipe()
        self.process.executableURL = executable
        self.process.arguments = arguments
        self.process.standardInput = self.input
        self.process.standardOutput = output
        try self.process.run()
        let reading = output.fileHandleForReading
        Thread {
            var rest = Data()
            while case let part = reading.availableData, !part.isEmpty {
                rest.append(part)
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    body(String(decoding: rest[..<end], as: UTF8.self))
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
            body(nil)
        }.start()
    }

    /// Lets it begin.
    func start() throws {
        try self.input.fileHandleForWriting.write(contentsOf: Data("\(ShareEvents.start)\n".utf8))
    }

    /// Ends it, if it has not ended by itself.
    func end() {
        if self.process.isRunning { self.process.terminate() }
        self.process.waitUntilExit()
    }
}
