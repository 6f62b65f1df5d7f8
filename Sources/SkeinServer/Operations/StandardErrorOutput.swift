#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes to standard error and waits as long as it takes. Gives up on bytes that the descriptor refuses for good,
/// because there is no place left to complain.
public enum StandardErrorOutput {
    /// Blocks while the reader of the pipe is slow.
    public static func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                guard let start = part.baseAddress else { return }
                #if canImport(Darwin)
                let count = Darwin.write(STDERR_FILENO, start, part.count)
                #elseif canImport(Musl)
                let count = Musl.write(STDERR_FILENO, start, part.count)
                #else
                let count = Glibc.write(STDERR_FILENO, start, part.count)
                #endif
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    var interest = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&interest, 1, 100)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
