import ArgumentParser
import Dispatch
import Foundation
import SkeinBench
import SkeinServer

/// Runs a plan as a command does: progress on the terminal, Ctrl-C, report.
struct BenchRunner {
    let plan: BenchmarkPlan
    let target: BenchTargetOptions
    let output: BenchOutputOptions

    func run() async throws {
        if let share = self.target.share { return try await self.runShare(share) }
        try BenchmarkOutput.check(json: self.output.json, html: self.output.html)
        let scenario = try await self.measure(try self.work())
        let report = BenchmarkReport(
            tool: "skein \(Version.current)",
            date: Date(),
            command: CommandLine.arguments,
            machine: .current(),
            target: self.plan.target.description,
            scenarios: [scenario]
        )
        try BenchmarkOutput.write(report, json: self.output.json, html: self.output.html)
    }

    private typealias Work = @Sendable (@escaping BenchmarkRun.ProgressHandler) async throws -> ScenarioReport

    /// What runs: this process, or several.
    private func work() throws -> Work {
        guard self.target.processes > 1 else {
            let run = try BenchFailures.validating { try BenchmarkRun(plan: self.plan) }
            return { try await run.run(progress: $0) }
        }
        let count = self.target.processes
        let fleet = try BenchFailures.validating { try BenchmarkFleet(plan: self.plan, processes: count) }
        let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path(percentEncoded: false)
        let arguments = Array(CommandLine.arguments.dropFirst())
        return { progress in
            try await fleet.run(executable: executable, progress: progress) { index, run in
                arguments + ["--share", "\(index)/\(count)/\(run)"]
            }
        }
    }

    private func runShare(_ share: String) async throws {
        let numbers = share.split(separator: "/").compactMap { Int($0) }
        guard numbers.count == 3, let run = UInt32(exactly: numbers[2]), numbers[1] > 0,
            (0..<numbers[1]).contains(numbers[0])
        else { throw ValidationError("--share is for processes that skein bench starts.") }
        let plan = self.plan.share(numbers[0], of: numbers[1], run: run)
        let work = try BenchFailures.validating { try BenchmarkRun(plan: plan) }
        let task = Task { try await work.runShare() }
        let interrupt = Self.onInterrupt { task.cancel() }
        defer { interrupt.cancel() }
        try await task.value
    }

    private func measure(_ work: @escaping Work) async throws -> ScenarioReport {
        let isQuiet = self.output.quiet
        let scenario = self.plan.scenario
        let (updates, continuation) = AsyncStream.makeStream(
            of: BenchmarkProgress.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let task = Task {
            defer { continuation.finish() }
            return try await work { continuation.yield($0) }
        }
        let interrupt = Self.onInterrupt { task.cancel() }
        defer { interrupt.cancel() }
        var terminal = ProgressTerminal(isQuiet: isQuiet)
        for await progress in updates { terminal.draw(progress.line(of: scenario)) }
        terminal.clear()
        return try await task.value
    }

    /// The first signal ends the load, the second one the process.
    private static func onInterrupt(_ body: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT)
        source.setEventHandler {
            signal(SIGINT, SIG_DFL)
            body()
        }
        source.resume()
        return source
    }
}
