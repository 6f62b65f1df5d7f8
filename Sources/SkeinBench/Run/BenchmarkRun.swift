/// One run of one scenario: opens the connections, loads the server, measures, and closes everything again.
///
/// Cancelling the task that runs it ends the load early; there is a report all the same, with a warning.
public struct BenchmarkRun: Sendable {
    public typealias ProgressHandler = @Sendable (BenchmarkProgress) -> Void

    /// What is done.
    public let plan: BenchmarkPlan

    /// Checks the plan; throws the first thing that makes no sense.
    public init(plan: BenchmarkPlan) throws(BenchmarkFailure) {
        try plan.validate()
        self.plan = plan
    }

    /// Runs to the end; `BenchmarkFailure` when there is no result. `progress` is called from the calling task.
    public func run(progress: @escaping ProgressHandler) async throws -> ScenarioReport {
        try await self.perform(share: nil, progress: progress).report
    }

    /// Runs as one of several processes, which talk over standard input and output; see `BenchmarkFleet`.
    public func runShare() async throws {
        let events = ShareEvents()
        let summary = try await self.perform(share: events) { _ in }
        try events.tell(summary.outcome)
    }

    private func perform(share: ShareEvents?, progress: @escaping ProgressHandler) async throws -> ScenarioSummary {
        try DescriptorLimit.raise(for: self.plan.connections + self.plan.publisherCount)
        let settings = try ClientSettings(plan: self.plan, run: self.plan.run ?? UInt32.random(in: 1 ... .max))
        let load = try await LoadGroup(settings: settings)
        var session = LoadSession(plan: self.plan, load: load, progress: progress)
        session.share = share
        do {
            let summary = try await session.run()
            await load.shutdown()
            return summary
        } catch {
            await load.shutdown()
            throw error
        }
    }
}
