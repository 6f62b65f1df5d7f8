import CAffinity
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What loading a configuration has to know about this process.
///
/// Keep the value for reloads: the random bytes make the node's name and the development key, which must not change
/// while the process lives.
public struct HostFacts: Sendable, Equatable {
    /// Name of the machine.
    public let hostName: String
    /// Most files this process may open (`RLIMIT_NOFILE`).
    public let descriptorLimit: Int
    /// Cores that this process may use: its cgroup and its affinity (`taskset`) may allow fewer than the machine has.
    public let coreCount: Int
    /// 3 bytes for a node name and 32 for a key.
    public let randomBytes: [UInt8]

    /// How many random bytes are used.
    public static let randomByteCount = 35

    /// Facts from somewhere else. Missing random bytes count as zero.
    public init(hostName: String, descriptorLimit: Int, coreCount: Int = 1, randomBytes: [UInt8]) {
        self.hostName = hostName
        self.descriptorLimit = descriptorLimit
        self.coreCount = coreCount
        let missing = max(0, Self.randomByteCount - randomBytes.count)
        self.randomBytes = randomBytes.prefix(Self.randomByteCount) + [UInt8](repeating: 0, count: missing)
    }

    /// The facts of this process, with fresh random bytes from the system.
    public static func current() -> HostFacts {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<Self.randomByteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return HostFacts(
            hostName: Self.readHostName(),
            descriptorLimit: Self.readLimit(),
            coreCount: Self.readCoreCount(),
            randomBytes: bytes
        )
    }

    /// Host name and six hex digits; characters that are awkward in logs and metrics become `-`.
    var nodeName: String {
        let name = self.hostName.isEmpty ? "skein" : self.hostName
        let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_") ? $0 : "-" }
        return String(safe) + "-" + Self.hex(self.randomBytes.prefix(3))
    }

    /// 64 hex digits.
    var developmentSecret: String { Self.hex(self.randomBytes.dropFirst(3)) }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func readHostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, 255) == 0 else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func readCoreCount() -> Int {
        let allowed = Int(skein_allowed_cores())
        return allowed > 0 ? min(System.coreCount, allowed) : System.coreCount
    }

    private static func readLimit() -> Int {
        var limit = rlimit()
        #if canImport(Glibc)
        let status = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
        let status = getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        return status == 0 ? Int(clamping: limit.rlim_cur) : 1024
    }
}
