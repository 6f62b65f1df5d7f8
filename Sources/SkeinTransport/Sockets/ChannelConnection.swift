import NIOCore

/// A connection that is a NIO channel: with TLS, behind a PROXY header, or one that began with HTTP.
final class ChannelConnection: Connection {
    private let channel: any Channel
    let plainDescriptor: CInt?

    init(_ channel: any Channel) {
        self.channel = channel
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
        self.plainDescriptor = descriptor ?? nil
    }

    func write(_ pieces: [ByteBuffer], completion: @escaping (Bool) -> Void) {
        for piece in pieces.dropLast() { self.channel.write(piece, promise: nil) }
        guard let last = pieces.last else { return completion(true) }
        let written = self.channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { result in
            if case .success = result { completion(true) } else { completion(false) }
        }
        self.channel.writeAndFlush(last, promise: written)
    }

    func setReading(_ isReading: Bool) {
        try? self.channel.syncOptions?.setOption(.autoRead, value: isReading)
    }

    func closeOutput() {
        self.channel.close(mode: .output, promise: nil)
    }

    func close() {
        self.channel.close(promise: nil)
    }
}

@available(*, unavailable)
extension ChannelConnection: Sendable {}
