#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension BenchmarkMachine {
    /// This machine; what /proc does not tell is empty or 0.
    public static func current() -> Self {
        var names = utsname()
        uname(&names)
        let kernel = withUnsafeBytes(of: &names.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return Self(
            processor: Self.value(of: "model name", in: "/proc/cpuinfo") ?? "",
            cores: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            kernel: kernel,
            memoryBytes: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        )
    }

    /// Threads of the client: all cores but one, which the server needs; at least 1.
    public static var loopCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1) }

    private static func value(of name: String, in path: String) -> String? {
        for line in (ProcessFile.text(of: path) ?? "").split(separator: "\n") where line.hasPrefix(name) {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return nil
    }
}
