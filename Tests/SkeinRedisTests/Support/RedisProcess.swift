import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A `redis-server` of its own for a test: on a Unix socket in a folder that goes with it, without persistence.
final class RedisProcess: Sendable {
    /// Where it listens.
    let socketPath: String
    private let folder: URL
    private let process: Mutex<Process>

    /// One for all tests that need nothing special; it ends with the test process, whose standard input it watches through a shell.
    static let shared: RedisProcess = {
        do { return try RedisProcess() } catch { fatalError("redis-server does not start: \(error)") }
    }()

    /// Starts one and returns when it answers.
    init(_ options: [String] = []) throws {
        // Unix sockets have short names.
        self.folder = URL(fileURLWithPath: "/tmp/skein-\(String(UInt32.random(in: 0 ... .max), radix: 36))")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        self.socketPath = self.folder.appendingPathComponent("redis.sock").path
        self.process = Mutex(try Self.start(folder: self.folder, socketPath: self.socketPath, options: options))
        self.waitForSocket()
    }

    deinit {
        self.kill()
        try? FileManager.default.removeItem(at: self.folder)
    }

    private static func start(folder: URL, socketPath: String, options: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The reader ends with the test process, whatever becomes of it, and takes the server along.
        let server = "redis-server --port 0 --unixsocket \(socketPath) --save '' --appendonly no --dir \(folder.path)"
        let arguments = (options + ["--logfile", folder.appendingPathComponent("log").path]).map { "'\($0)'" }
        process.arguments = [
            "-c", "\(server) \(arguments.joined(separator: " ")) & trap 'kill -9 $!' EXIT; read -r _",
        ]
        process.standardInput = Pipe()
        try process.run()
        return process
    }

    /// The socket is there as soon as the server accepts; there is nothing to be notified by.
    private func waitForSocket() {
        for _ in 0..<1000 where !FileManager.default.fileExists(atPath: self.socketPath) { usleep(10_000) }
    }

    /// Ends it at once, as a crash does.
    func kill() {
        self.process.withLock { process in
            guard process.isRunning else { return }
            (process.standardInput as? Pipe)?.fileHandleForWriting.closeFile()
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: self.socketPath)
    }

    /// Starts it again, with nothing in it.
    func restart(_ options: [String] = []) throws {
        let process = try Self.start(folder: self.folder, socketPath: self.socketPath, options: options)
        self.process.withLock { $0 = process }
        self.waitForSocket()
    }
}
