/// The machine that ran the clients, which with a loopback target is the server's too.
public struct BenchmarkMachine: Sendable, Equatable, Codable {
    /// The processor's name, as the kernel gives it.
    public var processor: String
    /// Cores that this process may use.
    public var cores: Int
    /// The kernel's name and release: `Linux 6.1.0`.
    public var kernel: String
    /// Bytes of main memory.
    public var memoryBytes: Int

    enum CodingKeys: String, CodingKey {
        case processor, cores, kernel
        case memoryBytes = "memory_bytes"
    }

    public init(processor: String, cores: Int, kernel: String, memoryBytes: Int) {
        self.processor = processor
        self.cores = cores
        self.kernel = kernel
        self.memoryBytes = memoryBytes
    }

    /// For people, in one line; what is not known is left out.
    var summary: String {
        let cores = self.cores == 1 ? "1 core" : "\(ReportFormat.grouped(self.cores)) cores"
        let memory = self.memoryBytes > 0 ? "\(ReportFormat.bytes(self.memoryBytes)) memory" : ""
        return [self.processor, cores, memory, self.kernel].filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
