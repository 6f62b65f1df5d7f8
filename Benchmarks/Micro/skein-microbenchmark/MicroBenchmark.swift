import ArgumentParser
import Foundation

/// Measures the steps that every message goes through, and compares with the table of ceilings.
@main
struct MicroBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skein-microbenchmark",
        abstract: "Measure the steps that a message goes through.",
        discussion: """
            Times are CPU time of the thread that does the work, per operation. Ratios compare with work of known cost \
            in the same run, the fastest sample of each. Allocations are counted exactly.
            """
    )

    @Option(name: .long, help: ArgumentHelp("Only benchmarks whose name contains the text.", valueName: "text"))
    var filter: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Also write the figures to a file, - for standard output.", valueName: "file")
    )
    var json: String?

    @Flag(name: .long, help: "Compare with the ceilings; status 1 when one is passed or missing.")
    var check = false

    @Flag(name: .long, help: "Count allocations only, and compare them: a few seconds, on however busy a machine.")
    var allocations = false

    @Option(name: .long, help: ArgumentHelp("The table of ceilings.", valueName: "file"))
    var thresholds = "Benchmarks/Micro/thresholds.json"

    @Flag(name: .long, help: "Name the benchmarks, and say why each is there.")
    var list = false

    func run() async throws {
        let all = Self.benchmarks
        let chosen = all.filter { benchmark in self.filter.map { benchmark.name.contains($0) } ?? true }
        guard !chosen.isEmpty else { throw ValidationError("No benchmark has \"\(self.filter ?? "")\" in its name.") }
        if self.list {
            for benchmark in chosen { print("\(benchmark.name)\n    \(benchmark.reason)") }
            return
        }
        if self.allocations { return try await self.checkAllocations(chosen) }
        let thresholds = try self.check ? Thresholds.read(self.thresholds) : nil
        self.show(TextTable.head)
        var measurements: [Measurement] = []
        for benchmark in chosen {
            var measurement = try await Sampler.measure(benchmark)
            // A neighbour on the machine may have slowed one side of a ratio down for a while.
            for _ in 0..<Self.repetitions where thresholds?.judge(measurement).allSatisfy(\.isKept) == false {
                measurement = try await Sampler.measure(benchmark)
            }
            self.show(TextTable.row(measurement))
            measurements.append(measurement)
        }
        try self.writeJSON(measurements)
        guard let thresholds else { return }
        let verdicts = measurements.flatMap(thresholds.judge) + thresholds.entriesWithout(all.map(\.name))
        print("")
        try self.conclude(verdicts)
    }

    private func checkAllocations(_ chosen: [Benchmark]) async throws {
        let thresholds = try Thresholds.read(self.thresholds)
        var verdicts: [Thresholds.Verdict] = []
        for benchmark in chosen {
            verdicts.append(thresholds.judge(benchmark.name, allocations: try await Sampler.allocations(of: benchmark)))
        }
        try self.conclude(verdicts)
    }

    private func conclude(_ verdicts: [Thresholds.Verdict]) throws {
        for verdict in verdicts { print(verdict.line) }
        guard verdicts.allSatisfy(\.isKept) else { throw ExitCode(1) }
    }

    /// A line of the table, at once: a run takes a minute.
    private func show(_ line: String) {
        guard self.json != "-" else { return }
        print(line)
        fflush(nil)
    }

    private func writeJSON(_ measurements: [Measurement]) throws {
        guard let json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let data = try encoder.encode(["benchmarks": measurements])
        guard json != "-" else { return print(String(decoding: data, as: UTF8.self)) }
        try data.write(to: URL(filePath: json))
    }

    /// How often a benchmark that is above a ceiling is measured again before it counts.
    private static let repetitions = 2

    private static let benchmarks: [Benchmark] =
        FrameBenchmarks.all + BytesBenchmarks.all + CommandBenchmarks.all + PushBenchmarks.all + EnvelopeBenchmarks.all
        + RedisBenchmarks.all + HubBenchmarks.all + RingBenchmarks.all
}
