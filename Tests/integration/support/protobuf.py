"""The Centrifuge client protocol in protobuf, with the messages of the Python SDK; as plain as `protocol`."""

from collections import deque

from centrifuge.protocol import client_pb2

from support import protocol, raw


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def delimited(message: bytes) -> bytes:
    return varint(len(message)) + message


def split(data: bytes) -> list[bytes]:
    """The messages of a frame, which the server has to have written correctly."""
    messages = []
    while data:
        length, shift, at = 0, 0, 0
        while True:
            length |= (data[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not data[at - 1] & 0x80:
                break
        assert at + length <= len(data), data
        messages.append(data[at : at + length])
        data = data[at + length :]
    return messages


class ProtobufSession:
    """One connection with the protobuf subprotocol. Use it in a `with` statement."""

    def __init__(self, url: str, timeout: float = 10):
        self.connection = raw.connected(url, {"Sec-WebSocket-Protocol": "centrifuge-protobuf"}, timeout)
        self.pushes: deque = deque()
        self._replies: dict[int, client_pb2.Reply] = {}
        self._waiting: deque[bytes] = deque()
        self._last_id = 0

    def __enter__(self) -> "ProtobufSession":
        return self

    def __exit__(self, *_) -> None:
        self.connection.__exit__()

    def send(self, data: bytes) -> None:
        """One binary frame with these bytes."""
        self.connection.send(raw.frame(raw.BINARY, data))

    def start(self, **request) -> int:
        """Sends a command and returns its id without waiting for the reply."""
        self._last_id += 1
        self.send(delimited(client_pb2.Command(id=self._last_id, **request).SerializeToString()))
        return self._last_id

    def _advance(self) -> None:
        while not self._waiting:
            received = self.connection.read_frame()
            if received.opcode == raw.CLOSE:
                self.connection.send_quietly(raw.frame(raw.CLOSE, received.payload[:2]))
                raise protocol.Disconnected(received.close_code, received.close_reason)
            assert received.opcode == raw.BINARY, received
            self._waiting.extend(split(received.payload))
        data = self._waiting.popleft()
        reply = client_pb2.Reply.FromString(data)
        if not data:
            self.send(b"\0")
        elif reply.HasField("push"):
            self.pushes.append(reply.push)
        else:
            self._replies[reply.id] = reply

    def reply(self, identifier: int):
        while identifier not in self._replies:
            self._advance()
        return self._replies.pop(identifier)

    def command(self, **request):
        """The reply; AssertionError for an error reply."""
        reply = self.reply(self.start(**request))
        assert not reply.error.code, reply.error
        return reply

    def connect(self, token: str = ""):
        return self.command(connect=client_pb2.ConnectRequest(token=token))

    def next_publication(self):
        while True:
            while self.pushes:
                push = self.pushes.popleft()
                if push.HasField("pub"):
                    return push.pub
            self._advance()

    def until_disconnected(self) -> protocol.Disconnected:
        try:
            while True:
                self._advance()
        except protocol.Disconnected as disconnected:
            return disconnected
