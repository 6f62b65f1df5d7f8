import SkeinCore

/// A client of the hub: connects, subscribes, and then is only there.
enum HubClient {
    private static let handshake = """
        GET /connection/websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n
        """

    /// Returns when the last subscription is confirmed.
    static func connect(port: Int, channels: [ChannelName]) throws -> TCPSocket {
        let socket = try TCPSocket(port: port)
        socket.send(Array(Self.handshake.utf8))
        try Self.wait(for: "\r\n\r\n", on: socket)
        var commands = [#"{"id":1,"connect":{}}"#]
        for channel in channels {
            commands.append(#"{"id":\#(commands.count + 1),"subscribe":{"channel":"\#(channel)"}}"#)
        }
        socket.send(ClientFrame.text(commands.joined(separator: "\n")))
        try Self.wait(for: #"{"id":\#(commands.count),"subscribe":"#, on: socket)
        return socket
    }

    private static func wait(for text: String, on socket: TCPSocket) throws {
        var received = ""
        while !received.contains(text) {
            let bytes = socket.receive()
            guard !bytes.isEmpty else { throw BenchmarkFailure("the hub's server said: \(received)") }
            received += String(decoding: bytes, as: UTF8.self)
        }
    }
}
