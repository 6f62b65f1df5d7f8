import ArgumentParser
import SkeinBench

/// How much is published, and for how long.
struct BenchPaceOptions: ParsableArguments {
    @Option(name: .long, help: "Closed loop: so many publications are under way at all times. (default: 1)")
    var inFlight: Int?

    @Option(name: .long, help: ArgumentHelp("Open loop: so many publications a second.", valueName: "per second"))
    var rate: Double?

    @OptionGroup var span: BenchSpanOptions

    func validate() throws {
        if self.inFlight != nil, self.rate != nil {
            throw ValidationError("--in-flight is a closed loop and --rate an open one: choose.")
        }
    }

    func apply(to plan: inout BenchmarkPlan) {
        plan.load = self.rate.map { .rate($0) } ?? .closed(inFlight: self.inFlight ?? max(1, plan.publishers))
        self.span.apply(to: &plan)
    }
}

/// The payload and the time of scenarios that publish.
struct BenchSpanOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Size of the data of a publication.", valueName: "bytes"))
    var payload = 128

    @Option(name: .long, help: "How long to measure.")
    var duration = DurationOption(.seconds(10))

    @Option(name: .long, help: "How long to load the server before.")
    var warmup = DurationOption(.seconds(1))

    func apply(to plan: inout BenchmarkPlan) {
        plan.payload = self.payload
        plan.duration = self.duration.duration
        plan.warmup = self.warmup.duration
    }
}
