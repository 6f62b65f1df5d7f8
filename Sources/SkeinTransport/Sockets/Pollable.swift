import CSockets

/// Something with a descriptor that a ``SocketSet`` watches. Confined to the set's event loop.
protocol Pollable: AnyObject {
    /// Open as long as this is in a set.
    var descriptor: CInt { get }

    /// The kernel says that something can be done. It may have changed since: what would wait is no error.
    func ready(_ readiness: Readiness)

    /// Ends it; it leaves the set.
    func close()
}

/// What can be done with a descriptor without waiting (epoll_ctl(2)).
struct Readiness: OptionSet {
    let rawValue: UInt32

    /// Bytes or the end can be read, or a connection accepted.
    static var readable: Readiness { Readiness(rawValue: EPOLLIN.rawValue) }
    /// Bytes can be written.
    static var writable: Readiness { Readiness(rawValue: EPOLLOUT.rawValue) }
    /// The connection is broken. Always reported.
    static var failed: Readiness { Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue) }
}
