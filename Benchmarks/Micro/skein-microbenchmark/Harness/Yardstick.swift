import CAllocationCounter
import Glibc

/// Work of known cost on the same machine in the same run: ratios to it survive a change of machine, times do not.
struct Yardstick: Sendable {
    /// For the table.
    let label: String
    let prepare: @Sendable () throws -> (_ iterations: Int) -> Void

    /// Copies as many bytes.
    static func memcpy(_ count: Int) -> Yardstick {
        Yardstick(label: "memcpy \(count) B") {
            let source = [UInt8](repeating: 0x61, count: count)
            var target = [UInt8](repeating: 0, count: count)
            return { iterations in
                source.withUnsafeBytes { source in
                    target.withUnsafeMutableBytes { target in
                        guard let from = source.baseAddress, let to = target.baseAddress else { return }
                        for _ in 0..<iterations {
                            Glibc.memcpy(to, from, count)
                            benchmark_keep_memory(to)
                        }
                    }
                }
            }
        }
    }

    /// Looks at as many bytes one after the other, each step waiting for the one before: FNV-1a. What a parser does at least.
    static func byteLoop(_ count: Int) -> Yardstick {
        Yardstick(label: "byte loop \(count) B") {
            let bytes = [UInt8](repeating: 0x61, count: count)
            return { iterations in
                bytes.withUnsafeBytes { bytes in
                    for _ in 0..<iterations {
                        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
                        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
                        benchmark_keep_number(hash)
                    }
                }
            }
        }
    }

    /// Sends as many bytes over a loopback connection and receives them: what the kernel takes for a message.
    static func loopback(_ count: Int) -> Yardstick {
        Yardstick(label: "send+recv \(count) B") {
            let (left, right) = try TCPSocket.pair()
            let outgoing = [UInt8](repeating: 0x61, count: count)
            var incoming = [UInt8](repeating: 0, count: count)
            return { iterations in
                for _ in 0..<iterations {
                    left.send(outgoing)
                    right.receiveAll(into: &incoming)
                }
            }
        }
    }
}
