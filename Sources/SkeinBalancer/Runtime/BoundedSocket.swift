import Foundation

/// A blocking stream socket on which no call outlives a deadline. Owned by the function that opened it.
struct BoundedSocket {
    private let descriptor: Int32
    private let address: RuntimeAddress
    private let deadline: ContinuousClock.Instant

    /// Connects. The deadline counts from here, for everything that is done with the socket.
    init(connectingTo address: RuntimeAddress, within timeout: Duration) throws(BalancerError) {
        self.address = address
        self.deadline = .now + timeout
        switch address {
        case .unix(let path):
            self.descriptor = try Self.open(AF_UNIX, address: address)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            let fits = withUnsafeMutableBytes(of: &name.sun_path) { bytes in
                guard path.utf8.count < bytes.count else { return false }
                bytes.copyBytes(from: path.utf8)
                return true
            }
            guard fits else {
                self.close()
                throw BalancerError(.invalidValue, "\(path): too long for the path of a socket")
            }
            try self.connect(to: name)
        case .tcp(let endpoint):
            let numeric = try HostResolver.numeric(endpoint)
            if let name = SocketName.internet6(numeric) {
                self.descriptor = try Self.open(AF_INET6, address: address)
                try self.connect(to: name)
            } else if let name = SocketName.internet4(numeric) {
                self.descriptor = try Self.open(AF_INET, address: address)
                try self.connect(to: name)
            } else {
                throw BalancerError(.unreachable, "\(address): no address of this machine's families")
            }
        }
    }

    func close() {
        _ = Foundation.close(self.descriptor)
    }

    /// Sends all bytes.
    func send(_ bytes: [UInt8]) throws(BalancerError) {
        var sent = 0
        while sent < bytes.count {
            try self.limit(SO_SNDTIMEO)
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.send(
                    self.descriptor,
                    buffer.baseAddress?.advanced(by: sent),
                    buffer.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw self.failure(errno, while: "sending to")
            }
            sent += count
        }
    }

    /// Receives until the other side closes.
    func receiveAll(limit: Int) throws(BalancerError) -> [UInt8] {
        var reply: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            try self.limit(SO_RCVTIMEO)
            let count = chunk.withUnsafeMutableBytes { recv(self.descriptor, $0.baseAddress, $0.count, 0) }
            if count == 0 { return reply }
            if count < 0 {
                if errno == EINTR { continue }
                throw self.failure(errno, while: "reading from")
            }
            guard reply.count + count <= limit else {
                throw BalancerError(.malformedReply, "\(self.address): an answer of more than \(limit) bytes")
            }
            reply += chunk[..<count]
        }
    }

    private static func open(_ family: Int32, address: RuntimeAddress) throws(BalancerError) -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else {
            throw BalancerError(.unreachable, "\(address): no socket: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    private func connect<Name>(to name: Name) throws(BalancerError) {
        do throws(BalancerError) {
            try self.limit(SO_SNDTIMEO)
            let result = withUnsafeBytes(of: name) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { addresses in
                    Foundation.connect(self.descriptor, addresses.baseAddress, socklen_t(bytes.count))
                }
            }
            guard result == 0 else { throw self.failure(errno, while: "connecting to") }
        } catch {
            self.close()
            throw error
        }
    }

    /// Gives the next call what is left of the time.
    private func limit(_ option: Int32) throws(BalancerError) {
        let left = ContinuousClock.now.duration(to: self.deadline).components
        let microseconds = left.seconds * 1_000_000 + left.attoseconds / 1_000_000_000_000
        guard microseconds > 0 else { throw self.failure(EAGAIN, while: "waiting for") }
        var value = timeval(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
        setsockopt(self.descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<timeval>.size))
    }

    private func failure(_ code: Int32, while action: String) -> BalancerError {
        // A connection attempt that runs out of time says EINPROGRESS, or EAGAIN for a socket in the file system.
        if [EAGAIN, EINPROGRESS, ETIMEDOUT].contains(code) {
            return BalancerError(
                .timedOut,
                "\(action) \(self.address): no answer in time; is HAProxy overloaded or stopped?"
            )
        }
        let hint =
            switch code {
            case ENOENT: "; is HAProxy running, and is this the path of its `stats socket`?"
            case ECONNREFUSED: "; is HAProxy running?"
            case EACCES: "; run as a user who may write to that socket"
            default: ""
            }
        return BalancerError(.unreachable, "\(action) \(self.address): \(String(cString: strerror(code)))\(hint)")
    }
}
