#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

// System calls that have the name of a method where they are needed.

func systemClose(_ descriptor: CInt) {
    close(descriptor)
}

/// Another descriptor for the same socket, or -1 and errno.
func systemDuplicate(_ descriptor: CInt) -> CInt {
    fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
}

/// Bytes that the kernel took, or -1 and errno. Never waits, and a peer that has gone away brings an error, no signal.
func systemSend(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
}
