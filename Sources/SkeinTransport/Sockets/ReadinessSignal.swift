import CSockets
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Tells an event loop of NIO that an epoll set has events.
///
/// NIO watches descriptors that it can read, and an epoll set cannot be read. So the kernel is asked to write to an eventfd(2) when
/// the set becomes readable (`IOCB_CMD_POLL` with `IOCB_FLAG_RESFD`, Linux 4.18), and NIO reads that. A request is good for one
/// time, so it is made again behind each look at the set; one that is made while there are events ends at once, so none is missed.
/// Confined to its event loop.
final class ReadinessSignal {
    /// After so long it is tried again to ask, should the kernel have had no memory for it.
    private static let patience = TimeAmount.milliseconds(1)

    private let epoll: CInt
    private let eventfd: CInt
    private var context: aio_context_t = 0
    private var channel: (any Channel)?
    private var look: () -> Void = {}

    /// Throws what the system says.
    init(of epoll: CInt) throws {
        self.epoll = epoll
        guard skein_aio_setup(1, &self.context) == 0 else { throw IOError(errnoCode: errno, reason: "io_setup") }
        self.eventfd = CSockets.eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard self.eventfd >= 0 else {
            let code = errno
            skein_aio_destroy(self.context)
            throw IOError(errnoCode: code, reason: "eventfd")
        }
    }

    /// Calls `look` when there are events, from now until ``stop()``. Fails with what the system says.
    func start(on eventLoop: any EventLoop, look: @escaping () -> Void) -> EventLoopFuture<Void> {
        self.look = look
        guard skein_aio_poll(self.context, self.epoll, self.eventfd) == 0 else {
            let error = IOError(errnoCode: errno, reason: "io_submit")
            skein_aio_destroy(self.context)
            close(self.eventfd)
            return eventLoop.makeFailedFuture(error)
        }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return NIOPipeBootstrap(group: eventLoop)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    bound.value.channel = channel
                    try channel.pipeline.syncOperations.addHandler(Reader(signal: bound.value))
                }
            }
            .takingOwnershipOfDescriptor(input: self.eventfd)
            .map { _ in }
    }

    /// Calls nobody any more.
    func stop() {
        guard let channel = self.channel.take() else { return }
        self.look = {}
        skein_aio_destroy(self.context)
        channel.close(promise: nil)
    }

    private func fired(on eventLoop: any EventLoop) {
        guard self.channel != nil else { return }
        _ = skein_aio_reap(self.context)
        self.look()
        self.ask(eventLoop)
    }

    private func ask(_ eventLoop: any EventLoop) {
        guard self.channel != nil, skein_aio_poll(self.context, self.epoll, self.eventfd) != 0 else { return }
        eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { self.fired(on: eventLoop) }
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let signal: ReadinessSignal

        init(signal: ReadinessSignal) {
            self.signal = signal
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.signal.fired(on: context.eventLoop)
        }
    }
}

@available(*, unavailable)
extension ReadinessSignal: Sendable {}
