import NIOCore

/// What a session needs of its connection. Confined to the session's event loop.
///
/// Bytes go out with `send(2)` straight from the session wherever there is a plain descriptor; everything here is for when that is not
/// possible, and for the connection itself.
protocol Connection: AnyObject {
    /// Where bytes may be sent as they are; nil when they have to be encrypted first.
    var plainDescriptor: CInt? { get }

    /// Writes bytes, in order, as the peer takes them. `completion` is told whether all were written; it is not called twice, and the
    /// next write comes after it.
    func write(_ pieces: [ByteBuffer], completion: @escaping (Bool) -> Void)

    /// Whether bytes of the peer are read.
    func setReading(_ isReading: Bool)

    /// The peer sees the end of the stream. Nothing is being written.
    func closeOutput()

    /// Ends the connection; the session is told.
    func close()
}
