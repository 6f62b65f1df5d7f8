import NIOCore

/// A client of a listener: asks, and reads answers one by one.
final class Visitor {
    let peer: ReluctantPeer
    /// Bytes of the response and of frames that have been looked at.
    private var taken: Int

    init(peer: ReluctantPeer, taken: Int) {
        self.peer = peer
        self.taken = taken
    }

    /// Sends commands in one frame, and returns the next frames that come.
    func ask(_ commands: String...) async throws -> [ServerFrame] {
        try await self.peer.say(ClientFrame.text(commands.joined(separator: "\n")))
        return try await self.frames()
    }

    /// The next frames, at least one.
    func frames() async throws -> [ServerFrame] {
        var count = 1
        while true {
            let all = try await self.peer.read(upTo: self.taken + count)
            var rest = Array(all.dropFirst(self.taken))
            let frames = ServerFrame.take(from: &rest)
            guard frames.isEmpty else {
                self.taken = all.count - rest.count
                return frames
            }
            // The end of the stream has come, or only the beginning of a frame.
            guard all.count >= self.taken + count else { return [] }
            count = rest.count + 1
        }
    }
}
