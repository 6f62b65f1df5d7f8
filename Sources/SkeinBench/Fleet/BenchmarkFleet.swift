import Foundation

/// A run in several processes, for more connections than one may have: starts them, lets them begin at the same time,
/// adds up what they found. The server's usage is measured here.
public struct BenchmarkFleet: Sendable {
    /// The plan of the whole.
    public private(set) var plan: BenchmarkPlan
    /// How many processes share it.
    public let processes: Int

    private struct Line: Sendable {
        let process: Int
        let text: String?
    }

    /// Checks the plan; throws the first thing that makes no sense.
    public init(plan: BenchmarkPlan, processes: Int) throws(BenchmarkFailure) {
        try plan.validate()
        try plan.validate(processes: processes)
        self.plan = plan
        self.processes = processes
        // Each process has at least one.
        if plan.scenario == .unicast { self.plan.publishers = max(plan.publishers, processes) }
    }

    /// Runs to the end.
    ///
    /// - Parameters:
    ///   - executable: path of the program.
    ///   - arguments: what process `index` of a run with this id is started with; it has to call
    ///     `BenchmarkRun.runShare`.
    public func run(
        executable: String,
        progress: @escaping BenchmarkRun.ProgressHandler,
        arguments: (_ index: Int, _ run: UInt32) -> [String]
    ) async throws -> ScenarioReport {
        let run = UInt32.random(in: 1 ... .max)
        let (lines, continuation) = AsyncStream.makeStream(of: Line.self)
        let before = try self.readServer(exact: true)
        var shares: [ShareProcess] = []
        defer { for share in shares { share.end() } }
        for index in 0..<self.processes {
            shares.append(
                try ShareProcess(executable: URL(filePath: executable), arguments: arguments(index, run)) { text in
                    continuation.yield(Line(process: index, text: text))
                }
            )
        }
        return try await self.gather(lines, shares, before, progress).report
    }

    private func gather(
        _ lines: AsyncStream<Line>,
        _ shares: [ShareProcess],
        _ before: ServerReading?,
        _ progress: BenchmarkRun.ProgressHandler
    ) async throws -> ScenarioSummary {
        var outcomes: [Int: LoadOutcome] = [:]
        var counts: [String: Int] = [:]
        var (connected, began, ended): (ServerReading?, ServerReading?, ServerReading?)
        progress(BenchmarkProgress(phase: .connecting))
        for await line in lines {
            guard let text = line.text else {
                if outcomes[line.process] != nil { continue }
                throw BenchmarkFailure("process \(line.process) of \(self.processes) ended without a result")
            }
            if let event = ShareEvents.Event(rawValue: text) {
                counts[text, default: 0] += 1
                switch (event, counts[text]) {
                case (.ready, self.processes):
                    connected = try self.readServer(exact: true)
                    for share in shares { try share.start() }
                case (.measuring, 1):
                    began = try self.readServer()
                    progress(BenchmarkProgress(phase: .measuring))
                case (.measured, self.processes): ended = try self.readServer()
                default: break
                }
                continue
            }
            outcomes[line.process] = try JSONDecoder().decode(LoadOutcome.self, from: Data(text.utf8))
            if outcomes.count == self.processes { break }
        }
        var summary = ScenarioSummary(plan: self.plan, outcome: self.merge(outcomes))
        summary.parameters = [ReportParameter(name: "processes", value: "\(self.processes)")]
        if let before, let connected, let began, let ended {
            let after = self.plan.scenario == .storm ? ended : connected
            summary.server = self.usage(before, after, began, ended, summary.outcome.deliveredInSpan)
        }
        return summary
    }

    private func merge(_ outcomes: [Int: LoadOutcome]) -> LoadOutcome {
        var outcome = LoadOutcome.sum(outcomes.sorted { $0.key < $1.key }.map(\.value))
        if self.plan.channelCount == 1, self.plan.publisherCount > 0 {
            outcome.counters.warmUp.expectEverywhere(self.plan.connections)
            outcome.counters.measured.expectEverywhere(self.plan.connections)
        }
        return outcome
    }

    private func usage(
        _ before: ServerReading,
        _ after: ServerReading,
        _ began: ServerReading,
        _ ended: ServerReading,
        _ deliveries: Int
    ) -> ServerUsage {
        let seconds = ended.processorSeconds - began.processorSeconds
        return ServerUsage(
            userSeconds: ended.userSeconds - began.userSeconds,
            systemSeconds: ended.systemSeconds - began.systemSeconds,
            microsecondsPerDelivery: deliveries > 0 ? seconds * 1e6 / Double(deliveries) : nil,
            residentBefore: before.residentBytes,
            residentAfter: after.residentBytes,
            bytesPerConnection: Double(after.residentBytes - before.residentBytes) / Double(self.plan.connections)
        )
    }

    private func readServer(exact: Bool = false) throws(BenchmarkFailure) -> ServerReading? {
        guard !self.plan.serverProcesses.isEmpty else { return nil }
        return try ServerReading(of: self.plan.serverProcesses, exact: exact)
    }
}

extension LoadOutcome {
    /// The sum over processes.
    static func sum(_ all: [Self]) -> Self {
        all.reduce(into: Self()) { $0 += $1 }
    }
}

extension LoopCounters.Phase {
    /// One process publishes, and all receive.
    mutating func expectEverywhere(_ subscribers: Int) {
        self.expected = (self.published - self.refused) * subscribers
    }
}
