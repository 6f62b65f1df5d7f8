import Logging
import NIOCore
import NIOPosix

/// The sockets of the loops, and who puts connections into them.
extension Transport {
    /// Where it fails, the loop's connections are channels, which cost more and do the same.
    func openSockets(on eventLoop: any EventLoop) async {
        let opened = eventLoop.flatSubmit {
            do {
                let sockets = try SocketSet()
                self.loop(of: eventLoop).sockets = sockets
                return sockets.start(on: eventLoop)
            } catch {
                return eventLoop.makeFailedFuture(error)
            }
        }
        do {
            try await opened.get()
        } catch {
            self.node.logger.notice(
                "connections cost more here than elsewhere: the system does not let their sockets be watched directly",
                metadata: ["skein.problem": "\(error)"]
            )
            try? await eventLoop.submit { self.loop(of: eventLoop).sockets = nil }.get()
        }
    }

    /// A doorway for clients on each loop, that on `first` in front; none when there is a loop that has channels only.
    func destinations(router: any HTTPRouter, first: any EventLoop) async -> [Acceptor.Destination] {
        let doorways = await self.onEveryLoop { loop in
            loop.sockets.map { sockets in
                let reception = Reception(loop: loop, router: router, origins: self.currentOrigins)
                let doorway = Doorway(reception: reception, sockets: sockets, transport: self)
                let bound = NIOLoopBound(doorway, eventLoop: loop.eventLoop)
                return Acceptor.Destination(eventLoop: loop.eventLoop, doorway: bound)
            }
        }
        let destinations = doorways.compactMap { $0 }
        guard destinations.count == doorways.count else { return [] }
        return destinations.filter { $0.eventLoop === first } + destinations.filter { $0.eventLoop !== first }
    }

    /// NIO has resolved the address and listens; the acceptor has a descriptor of its own for the same socket.
    func makeAcceptor(
        on channel: any Channel,
        _ destinations: [Acceptor.Destination]
    ) throws -> NIOLoopBound<Acceptor> {
        let sockets = self.loop(of: channel.eventLoop).sockets
        let copy = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { systemDuplicate($0) }
        guard let sockets, let descriptor = copy, descriptor >= 0 else { throw ChannelError.operationUnsupported }
        let metrics = self.node.metrics
        do {
            let acceptor = try Acceptor(descriptor, sockets: sockets, metrics: metrics, destinations: destinations)
            return NIOLoopBound(acceptor, eventLoop: channel.eventLoop)
        } catch {
            systemClose(descriptor)
            throw error
        }
    }
}
