/// What a benchmark came to. Everything is per operation.
struct Measurement: Codable {
    let name: String
    /// CPU time: the middle one of the samples.
    let nanoseconds: Double
    /// CPU time of the fastest sample: what the work takes when nothing disturbs it.
    let fastestNanoseconds: Double
    /// Between the first and the third quartile of the samples, as a part of the median.
    let spread: Double
    /// Requests for memory; the middle one of the samples.
    let allocations: Double
    /// Of the fastest sample, where the benchmark counts bytes.
    let bytesPerSecond: Double?
    /// The fastest sample in units of the yardstick's fastest one.
    let ratio: Double?
    let yardstick: String?
    let yardstickNanoseconds: Double?

    init(
        name: String,
        times: [Double],
        allocations: Double,
        bytes: Int?,
        yardstick: String?,
        yardstickTimes: [Double]
    ) {
        let sorted = times.sorted()
        let median = sorted[sorted.count / 2]
        let fastest = sorted[0]
        self.name = name
        self.nanoseconds = median
        self.fastestNanoseconds = fastest
        self.spread = (sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]) / median
        self.allocations = allocations
        self.bytesPerSecond = bytes.map { Double($0) / fastest * 1e9 }
        self.yardstick = yardstick
        self.yardstickNanoseconds = yardstickTimes.min()
        self.ratio = yardstickTimes.min().map { fastest / $0 }
    }
}
