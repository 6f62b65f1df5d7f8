import Glibc

/// A blocking connection over loopback. Closed when nobody refers to it any more.
final class TCPSocket: Sendable {
    private let descriptor: CInt

    init(descriptor: CInt) {
        self.descriptor = descriptor
        var isOn: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<CInt>.size))
    }

    deinit {
        close(self.descriptor)
    }

    /// Connects to a port of 127.0.0.1.
    convenience init(port: Int) throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: port)
        try Self.check(descriptor, "socket")
        try Self.check(
            Self.withPointer(&address) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) },
            "connect"
        )
        self.init(descriptor: descriptor)
    }

    /// Two ends of one connection.
    static func pair() throws -> (TCPSocket, TCPSocket) {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try Self.check(listener, "socket")
        defer { close(listener) }
        var address = Self.loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try Self.check(Self.withPointer(&address) { bind(listener, $0, size) }, "bind")
        try Self.check(listen(listener, 1), "listen")
        try Self.check(Self.withPointer(&address) { getsockname(listener, $0, &size) }, "getsockname")
        let left = try TCPSocket(port: Int(UInt16(bigEndian: address.sin_port)))
        let accepted = accept(listener, nil, nil)
        try Self.check(accepted, "accept")
        return (left, TCPSocket(descriptor: accepted))
    }

    func send(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            let sent = Glibc.send(self.descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            precondition(sent == bytes.count, "the other side has gone")
        }
    }

    /// Waits until the buffer is full.
    func receiveAll(into buffer: inout [UInt8]) {
        buffer.withUnsafeMutableBytes { buffer in
            let count = recv(self.descriptor, buffer.baseAddress, buffer.count, CInt(MSG_WAITALL))
            precondition(count == buffer.count, "the other side has gone")
        }
    }

    /// Waits for bytes; empty when the other side has gone.
    func receive() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, recv(self.descriptor, buffer.baseAddress, buffer.count, 0))
        }
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    private static func withPointer<Result>(
        _ address: inout sockaddr_in,
        _ body: (UnsafeMutablePointer<sockaddr>) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
        }
    }

    private static func check(_ result: CInt, _ call: String) throws {
        guard result < 0 else { return }
        throw BenchmarkFailure("\(call): \(String(cString: strerror(errno)))")
    }
}
