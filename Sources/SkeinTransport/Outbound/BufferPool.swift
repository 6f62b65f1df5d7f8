import NIOCore

/// Small buffers that have been sent, to be filled again: most frames are small, and each would need two allocations.
///
/// Confined to its event loop. Holds 128 KiB at most.
final class BufferPool {
    /// Bytes of storage of every buffer in the pool.
    static let bufferSize = 512
    private static let capacity = 256

    private let allocator = ByteBufferAllocator()
    private var buffers: [ByteBuffer] = []

    /// How many wait. O(1).
    var count: Int { self.buffers.count }

    /// An empty buffer with room for `capacity` bytes. O(1).
    func take(_ capacity: Int) -> ByteBuffer {
        guard capacity <= Self.bufferSize else { return self.allocator.buffer(capacity: capacity) }
        guard var buffer = self.buffers.popLast() else { return self.allocator.buffer(capacity: Self.bufferSize) }
        // One that somebody else still refers to is left to them: this allocates anew then.
        buffer.clear(minimumCapacity: Self.bufferSize)
        return buffer
    }

    /// Takes back a buffer that nobody needs any more; only one of the pool's own kind is kept. O(1).
    func give(_ buffer: ByteBuffer) {
        guard buffer.storageCapacity == Self.bufferSize, self.buffers.count < Self.capacity else { return }
        self.buffers.append(buffer)
    }
}
