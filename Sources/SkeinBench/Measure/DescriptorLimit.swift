#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How many connections the process may have.
enum DescriptorLimit {
    /// What the process needs besides connections.
    static let reserve = 128

    /// Raises the limit as far as the kernel lets it; throws a sentence when `connections` do not fit.
    static func raise(for connections: Int) throws(BenchmarkFailure) {
        let needed = connections + Self.reserve
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        getrlimit(resource, &limit)
        if limit.rlim_cur < rlim_t(needed) {
            limit.rlim_cur = limit.rlim_max
            setrlimit(resource, &limit)
            getrlimit(resource, &limit)
        }
        guard limit.rlim_cur < rlim_t(needed) else { return }
        let share = max(1, Int(limit.rlim_cur) - Self.reserve)
        throw BenchmarkFailure(
            "\(connections) connections need \(needed) file descriptors, and this process may have \(limit.rlim_cur):"
                + " raise the hard limit (ulimit -Hn), or use --processes \((connections + share - 1) / share)"
        )
    }
}
