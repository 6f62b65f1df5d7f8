"""The Centrifuge client protocol in protobuf, by hand: the counterpart of `protocol.Session`.

The messages come from the Python SDK's generated code, so that the numbers of the fields are not ours.
"""

from collections import deque

from centrifuge.protocol import client_pb2

from support import raw
from support.protocol import CommandError, Disconnected

SUBPROTOCOL = "centrifuge-protobuf"


def varint(number: int) -> bytes:
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*data, number])


def split(data: bytes) -> list[bytes]:
    """The messages of a frame, each of which has its length in front."""
    messages, at = [], 0
    while at < len(data):
        length = shift = 0
        while True:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        assert at + length <= len(data), "a message reaches beyond its frame"
        messages.append(data[at : at + length])
        at += length
    return messages


def framed(*commands) -> bytes:
    """The payload of one frame with these commands."""
    return b"".join(varint(len(data)) + data for data in (command.SerializeToString() for command in commands))


class ProtobufSession:
    """One connection. Use it in a `with` statement; leaving it closes TCP without a close frame."""

    def __init__(self, url: str, timeout: float = 10, headers: dict[str, str | None] | None = None):
        if headers is None:
            headers = {"Sec-WebSocket-Protocol": SUBPROTOCOL}
        self.connection = raw.connected(url, headers, timeout)
        self.pushes: deque = deque()
        self.pings = 0
        self.answers_pings = True
        self._messages: deque[bytes] = deque()
        self._replies: dict[int, client_pb2.Reply] = {}
        self._last_id = 0

    def __enter__(self) -> "ProtobufSession":
        return self

    def __exit__(self, *_) -> None:
        self.connection.__exit__()

    # Frames

    def send(self, *commands) -> None:
        """One binary frame with these commands."""
        self.connection.send(raw.frame(raw.BINARY, framed(*commands)))

    def receive_bytes(self) -> bytes:
        """The next message as it came, without its length; Disconnected at a close frame."""
        while not self._messages:
            received = self.connection.read_frame()
            if received.opcode == raw.CLOSE:
                self.connection.send_quietly(raw.frame(raw.CLOSE, received.payload[:2]))
                raise Disconnected(received.close_code, received.close_reason)
            assert received.opcode == raw.BINARY and received.fin, received
            self._messages.extend(split(received.payload))
        return self._messages.popleft()

    def _advance(self) -> None:
        data = self.receive_bytes()
        if not data:
            self.pings += 1
            if self.answers_pings:
                self.connection.send(raw.frame(raw.BINARY, b"\0"))
            return
        reply = client_pb2.Reply.FromString(data)
        if reply.HasField("push"):
            self.pushes.append(reply.push)
        else:
            assert reply.id, reply
            self._replies[reply.id] = reply

    # Commands

    def command_message(self, method: str, /, **fields) -> client_pb2.Command:
        """A command with the next id."""
        self._last_id += 1
        command = client_pb2.Command(id=self._last_id)
        part = getattr(command, method)
        part.SetInParent()
        part.MergeFrom(type(part)(**fields))
        return command

    def start(self, method: str, /, **fields) -> int:
        command = self.command_message(method, **fields)
        self.send(command)
        return command.id

    def reply(self, identifier: int) -> client_pb2.Reply:
        while identifier not in self._replies:
            self._advance()
        return self._replies.pop(identifier)

    def command(self, method: str, /, **fields):
        """The result of a command; CommandError for an error reply."""
        reply = self.reply(self.start(method, **fields))
        if reply.HasField("error"):
            error = reply.error
            raise CommandError({"code": error.code, "message": error.message, "temporary": error.temporary})
        assert reply.HasField(method), reply
        return getattr(reply, method)

    def next_push(self, kind: str | None = None):
        """Takes the next push, or the next of a kind; others stay queued, in order."""
        at = 0
        while True:
            while at == len(self.pushes):
                self._advance()
            push = self.pushes[at]
            if kind is None or push.HasField(kind):
                del self.pushes[at]
                return push
            at += 1

    def until_disconnected(self) -> Disconnected:
        try:
            while True:
                self._advance()
        except Disconnected as disconnected:
            return disconnected


def connected(url: str, token: str = "", **fields) -> ProtobufSession:
    """A session that has completed `connect`."""
    session = ProtobufSession(url)
    try:
        session.command("connect", token=token, **fields)
    except BaseException:
        session.__exit__()
        raise
    return session
