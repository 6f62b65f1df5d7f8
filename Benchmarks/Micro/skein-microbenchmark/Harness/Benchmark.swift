/// One thing that is measured.
struct Benchmark: Sendable {
    /// Does the work so many times and says what that took.
    typealias Measure = (_ iterations: Int) async throws -> Sample

    /// `group/case`; names the entry in the table of ceilings.
    let name: String
    /// Why it is measured: what would become slow for whom.
    let reason: String
    /// Operations in one iteration; figures are per operation.
    var operations = 1
    /// Bytes that one operation handles, where a throughput says something.
    var bytes: Int?
    /// What an operation is compared with in the same run, where there is something natural.
    var yardstick: Yardstick?
    /// Makes everything that the work needs, outside what is measured.
    let prepare: @Sendable () async throws -> Measure

    /// A benchmark on the calling thread: `make` prepares and returns the work, which does it `iterations` times.
    static func plain(
        _ name: String,
        _ reason: String,
        operations: Int = 1,
        bytes: Int? = nil,
        yardstick: Yardstick? = nil,
        _ make: @escaping @Sendable () throws -> (_ iterations: Int) -> Void
    ) -> Benchmark {
        Benchmark(name: name, reason: reason, operations: operations, bytes: bytes, yardstick: yardstick) {
            let work = try make()
            return { iterations in Sample.take { work(iterations) } }
        }
    }
}
