#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the kernel knows about this process, under the names that every Prometheus client library uses.
struct ProcessStatistics: Sendable, Equatable {
    let residentBytes: Int
    let cpuSeconds: Double
    let openDescriptors: Int
    /// Seconds since 1970.
    let startTime: Double

    static let descriptions = [
        MetricDescription(
            name: "process_cpu_seconds_total",
            help: "Total user and system CPU time spent in seconds.",
            kind: .counter
        ),
        MetricDescription(name: "process_open_fds", help: "Number of open file descriptors.", kind: .gauge),
        MetricDescription(
            name: "process_resident_memory_bytes",
            help: "Resident memory size in bytes.",
            kind: .gauge
        ),
        MetricDescription(
            name: "process_start_time_seconds",
            help: "Start time of the process since unix epoch in seconds.",
            kind: .gauge
        ),
    ]

    func render(into text: inout String) {
        let values = [self.cpuSeconds, Double(self.openDescriptors), Double(self.residentBytes), self.startTime]
        for (description, value) in zip(Self.descriptions, values) {
            text += "# HELP \(description.name) \(description.help)\n"
            text += "# TYPE \(description.name) \(description.kind.typeName)\n"
            text += "\(description.name) \(MetricName.number(value))\n"
        }
    }

    /// Reads `/proc`; nil where there is none.
    @Sendable static func current() -> ProcessStatistics? {
        guard let process = try? FileContents.read("/proc/self/stat"),
            let system = try? FileContents.read("/proc/stat"),
            let descriptors = Self.countEntries(of: "/proc/self/fd")
        else { return nil }
        return ProcessStatistics(
            processStat: process,
            systemStat: system,
            openDescriptors: descriptors,
            ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)),
            pageSize: sysconf(Int32(_SC_PAGESIZE))
        )
    }

    /// From the text of `/proc/self/stat` and `/proc/stat` (proc(5)); nil when they do not look as documented.
    init?(processStat: String, systemStat: String, openDescriptors: Int, ticksPerSecond: Int, pageSize: Int) {
        // The second field is the program's name in parentheses and may contain anything, also parentheses and spaces.
        guard let nameEnd = processStat.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
        let fields = processStat[processStat.index(after: nameEnd)...].split { $0 == " " || $0 == "\n" }
        let boot = systemStat.split(separator: "\n").first { $0.hasPrefix("btime ") }?.dropFirst(6)
        guard fields.count > 21, let user = Double(fields[11]), let kernel = Double(fields[12]),
            let start = Double(fields[19]), let pages = Int(fields[21]), let boot, let bootTime = Double(boot)
        else { return nil }
        let (bytes, overflows) = pages.multipliedReportingOverflow(by: pageSize)
        self.residentBytes = overflows ? 0 : bytes
        self.cpuSeconds = (user + kernel) / Double(ticksPerSecond)
        self.openDescriptors = openDescriptors
        self.startTime = bootTime + start / Double(ticksPerSecond)
    }

    /// Entries without `.`, `..` and the descriptor that reads the directory.
    private static func countEntries(of directory: String) -> Int? {
        guard let stream = opendir(directory) else { return nil }
        defer { closedir(stream) }
        var count = 0
        while readdir(stream) != nil { count += 1 }
        return max(0, count - 3)
    }
}
