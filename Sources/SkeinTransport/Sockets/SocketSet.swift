import CSockets
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The sockets of one event loop that are no NIO channels, behind an epoll set of their own.
///
/// Confined to its event loop, which looks at the set when its ``ReadinessSignal`` says so. Level-triggered: what is not dealt with
/// is reported again. Read `docs/decisions/0018` for the why.
final class SocketSet {
    private struct Entry {
        /// Which of the sockets that have had this descriptor it is: an event of an earlier one is stale.
        var generation: UInt32 = 0
        var member: (any Pollable)?
    }

    /// Events taken in one go; the others follow when the loop has done what else there is.
    private static let batch = 256
    /// Bytes that one read takes at most.
    private static let readSize = 16 * 1024

    private let epoll: CInt
    private var entries: [Entry] = []
    private var generation: UInt32 = 0
    private let events: UnsafeMutableBufferPointer<epoll_event>
    /// Where reads go, until what was read is known.
    private let readBuffer: UnsafeMutableRawBufferPointer
    private var signal: ReadinessSignal?

    /// An empty set. Throws what the system says.
    init() throws {
        self.epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard self.epoll >= 0 else { throw IOError(errnoCode: errno, reason: "epoll_create1") }
        self.events = .allocate(capacity: Self.batch)
        self.readBuffer = .allocate(byteCount: Self.readSize, alignment: 16)
    }

    deinit {
        self.readBuffer.deallocate()
        self.events.deallocate()
        close(self.epoll)
    }

    /// Has the loop look at the set from now on. Fails with what the system says where the kernel has no such signal, or a sandbox
    /// forbids it.
    func start(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        do {
            let signal = try ReadinessSignal(of: self.epoll)
            self.signal = signal
            return signal.start(on: eventLoop) { [unowned self] in self.poll() }
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
    }

    /// Who is watched. O(descriptors).
    var members: [any Pollable] { self.entries.compactMap(\.member) }

    /// Closes all members; nobody looks at the set any more.
    func stop() {
        for member in self.members { member.close() }
        self.signal?.stop()
        self.signal = nil
    }

    /// Watches a socket. Throws what the system says. O(1).
    func add(_ member: any Pollable, for interest: Readiness) throws {
        let index = Int(member.descriptor)
        while self.entries.count <= index { self.entries.append(Entry()) }
        self.generation &+= 1
        try self.control(EPOLL_CTL_ADD, member.descriptor, interest, generation: self.generation)
        self.entries[index] = Entry(generation: self.generation, member: member)
    }

    /// Watches a member for something else. Throws what the system says. O(1).
    func change(_ member: any Pollable, to interest: Readiness) throws {
        let generation = self.entries[Int(member.descriptor)].generation
        try self.control(EPOLL_CTL_MOD, member.descriptor, interest, generation: generation)
    }

    /// Watches a member no more, whose descriptor somebody else gets. O(1).
    func remove(_ member: any Pollable) {
        try? self.control(EPOLL_CTL_DEL, member.descriptor, [], generation: 0)
        self.forget(member)
    }

    /// Forgets a member whose descriptor is about to be closed, which is enough for the kernel to forget it too. O(1).
    func forget(_ member: any Pollable) {
        self.entries[Int(member.descriptor)].member = nil
    }

    /// Reads what is there. Nil when nothing is; no bytes at the end of the stream. Throws what the system says.
    func read(_ member: any Pollable) throws -> ByteBuffer? {
        let count = recv(member.descriptor, self.readBuffer.baseAddress, self.readBuffer.count, CInt(MSG_DONTWAIT))
        guard count >= 0 else {
            let code = errno
            if code == EAGAIN || code == EINTR { return nil }
            throw IOError(errnoCode: code, reason: "recv")
        }
        return ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: self.readBuffer[..<count]))
    }

    /// Tells every member what can be done with it now; not more than a batch, the rest is for the next time.
    func poll() {
        let count = epoll_wait(self.epoll, self.events.baseAddress, CInt(self.events.count), 0)
        for event in self.events.prefix(max(0, Int(count))) {
            let index = Int(truncatingIfNeeded: event.data.u64 & 0xFFFF_FFFF)
            let entry = self.entries[index]
            guard entry.generation == UInt32(truncatingIfNeeded: event.data.u64 >> 32) else { continue }
            entry.member?.ready(Readiness(rawValue: event.events))
        }
    }

    private func control(_ what: CInt, _ descriptor: CInt, _ interest: Readiness, generation: UInt32) throws {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = UInt64(generation) << 32 | UInt64(descriptor)
        guard epoll_ctl(self.epoll, what, descriptor, &event) == 0 else {
            throw IOError(errnoCode: errno, reason: "epoll_ctl")
        }
    }
}

@available(*, unavailable)
extension SocketSet: Sendable {}
