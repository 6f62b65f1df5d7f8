import CAllocationCounter
import NIOCore
import SkeinCluster
import SkeinCore

/// The form in which publications travel between nodes.
enum EnvelopeBenchmarks {
    private static let publication = PushBenchmarks.publication
    private static let size = Envelope.positionedSize(of: Self.publication)

    static let all: [Benchmark] = [
        .plain(
            "envelope/encode",
            "Once per publication on the node that it comes to.",
            bytes: Self.size,
            yardstick: .byteLoop(Self.size)
        ) {
            var buffer = ByteBufferAllocator().buffer(capacity: 1024)
            return { iterations in
                for _ in 0..<iterations {
                    buffer.clear()
                    Envelope.writePositioned(Self.publication, into: &buffer)
                }
                benchmark_keep_number(UInt64(buffer.readableBytes))
            }
        },
        .plain(
            "envelope/decode",
            "Once per publication on every node that has subscribers: what it allocates is the publication.",
            bytes: Self.size,
            yardstick: .byteLoop(Self.size)
        ) {
            var buffer = ByteBuffer()
            Envelope.writePositioned(Self.publication, into: &buffer)
            let epoch = Self.publication.epoch
            return { iterations in
                buffer.withUnsafeReadableBytes { bytes in
                    for _ in 0..<iterations {
                        guard case .publication(let publication)? = Envelope.decode(bytes, knownEpoch: epoch) else {
                            preconditionFailure("was valid before")
                        }
                        benchmark_keep_number(publication.offset)
                    }
                }
            }
        },
    ]
}
