#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Processor time and memory of the server's processes at one moment, added up.
struct ServerReading: Sendable, Equatable {
    var userSeconds = 0.0
    var systemSeconds = 0.0
    var residentBytes = 0

    var processorSeconds: Double { self.userSeconds + self.systemSeconds }

    /// Reads /proc; throws a sentence when a process is not there. An exact resident size costs the server some
    /// microseconds for each megabyte, the other one nothing.
    init(of processes: [Int], exact: Bool = false) throws(BenchmarkFailure) {
        for process in processes {
            guard let stat = ProcessFile.text(of: "/proc/\(process)/stat"), self.add(stat: stat) else {
                throw BenchmarkFailure("--pid \(process): there is no such process, or /proc is not there")
            }
            self.residentBytes += Self.residentBytes(of: process, exact: exact)
        }
    }

    /// The name of the program may hold blanks and brackets, so fields are counted from the last bracket.
    private mutating func add(stat: String) -> Bool {
        guard let bracket = stat.lastIndex(of: ")") else { return false }
        let fields = stat[stat.index(after: bracket)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return false }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        self.userSeconds += user / ticks
        self.systemSeconds += system / ticks
        return true
    }

    private static func residentBytes(of process: Int, exact: Bool) -> Int {
        if exact, let text = ProcessFile.text(of: "/proc/\(process)/smaps_rollup") {
            for line in text.split(separator: "\n") where line.hasPrefix("Rss:") {
                if let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
                    return kilobytes * 1024
                }
            }
        }
        let fields = (ProcessFile.text(of: "/proc/\(process)/statm") ?? "").split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
