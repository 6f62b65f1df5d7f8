/// Measures one benchmark: how long, how evenly, how many allocations, how it compares.
struct Sampler {
    /// Odd, so that there is a median.
    private static let samples = 15
    /// CPU time of one sample, in nanoseconds. Long enough that reading the clock does not matter.
    private static let sampleTime: Int64 = 20_000_000
    /// Samples of allocations, which are exact apart from what grows now and then.
    private static let allocationSamples = 11
    private static let allocationIterations = 1...1000

    static func measure(_ benchmark: Benchmark) async throws -> Measurement {
        let measure = try await benchmark.prepare()
        let yardstick = try benchmark.yardstick?.prepare()
        let iterations = try await Self.calibrate(measure)
        let allocations = try await Self.allocations(of: benchmark, measure, iterations)
        var yardstickIterations = 0
        if let yardstick {
            yardstickIterations = try await Self.calibrate { count in Sample.take { yardstick(count) } }
        }
        var times: [Double] = []
        var yardstickTimes: [Double] = []
        // One after the other, so that whatever slows the machine down for a while slows both.
        for _ in 0..<Self.samples {
            let sample = try await measure(iterations)
            times.append(Double(sample.nanoseconds) / Double(iterations * benchmark.operations))
            guard let yardstick else { continue }
            let other = Sample.take { yardstick(yardstickIterations) }
            yardstickTimes.append(Double(other.nanoseconds) / Double(yardstickIterations))
        }
        return Measurement(
            name: benchmark.name,
            times: times,
            allocations: allocations,
            bytes: benchmark.bytes,
            yardstick: benchmark.yardstick?.label,
            yardstickTimes: yardstickTimes
        )
    }

    /// How often one operation asks for memory.
    static func allocations(of benchmark: Benchmark) async throws -> Double {
        let measure = try await benchmark.prepare()
        return try await Self.allocations(of: benchmark, measure, try await Self.calibrate(measure))
    }

    /// How many iterations take about ``sampleTime``. Warms everything up on the way.
    private static func calibrate(_ measure: Benchmark.Measure) async throws -> Int {
        var iterations = 1
        while true {
            let taken = try await measure(iterations).nanoseconds
            if taken >= Self.sampleTime / 4 {
                return max(1, Int(Double(iterations) * Double(Self.sampleTime) / Double(taken)))
            }
            iterations *= 2
        }
    }

    private static func allocations(
        of benchmark: Benchmark,
        _ measure: Benchmark.Measure,
        _ calibrated: Int
    ) async throws -> Double {
        let range = Self.allocationIterations
        let iterations = min(max(calibrated / 4, range.lowerBound), range.upperBound)
        var counts: [Int64] = []
        for _ in 0..<Self.allocationSamples { counts.append(try await measure(iterations).allocations) }
        counts.sort()
        return Double(counts[counts.count / 2]) / Double(iterations * benchmark.operations)
    }
}
