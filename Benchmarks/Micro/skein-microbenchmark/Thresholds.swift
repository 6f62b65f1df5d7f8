import Foundation

/// The ceilings that `--check` holds measurements against: allocations and ratios. Times are nobody's promise.
struct Thresholds: Codable {
    /// What one benchmark may come to.
    struct Entry: Codable {
        /// Per operation.
        let allocations: Double
        /// To the yardstick; there if and only if the benchmark has one.
        let ratio: Double?
    }

    /// How ceilings are chosen.
    let comment: [String]
    let benchmarks: [String: Entry]

    /// One comparison.
    struct Verdict {
        let line: String
        let isKept: Bool

        fileprivate init(_ name: String, _ isKept: Bool, _ text: String) {
            self.isKept = isKept
            self.line = "\(isKept ? "ok    " : "FAILED") \(name): \(text)"
        }
    }

    static func read(_ path: String) throws -> Thresholds {
        do {
            return try JSONDecoder().decode(Thresholds.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw BenchmarkFailure("\(path): \(error)")
        }
    }

    /// Compares the allocations of one operation with the entry of its benchmark.
    func judge(_ name: String, allocations: Double) -> Verdict {
        guard let entry = self.benchmarks[name] else { return Verdict(name, false, "has no entry") }
        let text = "allocations \(TextTable.count(allocations)), at most \(TextTable.count(entry.allocations))"
        return Verdict(name, allocations <= entry.allocations, text)
    }

    /// Compares one measurement with its entry.
    func judge(_ measurement: Measurement) -> [Verdict] {
        let name = measurement.name
        let allocations = self.judge(name, allocations: measurement.allocations)
        guard let entry = self.benchmarks[name] else { return [allocations] }
        switch (measurement.ratio, entry.ratio) {
        case (nil, nil): return [allocations]
        case (.some, nil): return [allocations, Verdict(name, false, "has no ceiling for its ratio")]
        case (nil, .some): return [allocations, Verdict(name, false, "has a ceiling for a ratio, but no yardstick")]
        case (let seen?, let ceiling?):
            let text = "ratio \(TextTable.decimal(seen)), at most \(TextTable.decimal(ceiling))"
            return [allocations, Verdict(name, seen <= ceiling, text)]
        }
    }

    /// Entries that nothing is measured for.
    func entriesWithout(_ names: [String]) -> [Verdict] {
        self.benchmarks.keys.sorted().filter { !names.contains($0) }.map { Verdict($0, false, "is no benchmark") }
    }
}
