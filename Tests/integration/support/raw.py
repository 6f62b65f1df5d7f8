"""A WebSocket client that can break every rule: it sends any bytes, any frame bits, any handshake, and reads strictly.

Blocking, one socket, no threads. Every read has the time limit of the connection and fails with TimeoutError.
"""

import base64
import hashlib
import os
import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Closed(Exception):
    """The server closed the TCP connection where something was still expected."""


@dataclass(frozen=True)
class HandshakeResponse:
    """The answer to an upgrade request; names of headers are in lower case."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Frame:
    """One frame as it came."""

    opcode: int
    payload: bytes
    fin: bool = True
    rsv: int = 0
    masked: bool = False

    @property
    def close_code(self) -> int | None:
        """Of a close frame; None when it has no body."""
        return struct.unpack("!H", self.payload[:2])[0] if len(self.payload) >= 2 else None

    @property
    def close_reason(self) -> str:
        return self.payload[2:].decode()


def apply_mask(payload: bytes, mask: bytes) -> bytes:
    """RFC 6455 section 5.3, its own inverse."""
    if not payload:
        return b""
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")


def frame(
    opcode: int,
    payload: bytes | str = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = b"\x12\x34\x56\x78",
    length: int | None = None,
    length_bytes: int | None = None,
) -> bytes:
    """The bytes of one frame.

    `mask=None` sends it unmasked; `rsv` holds RSV1–RSV3 as one number from 0 to 7; `length` declares another length
    than that of the payload; `length_bytes` (0, 2 or 8) takes a longer form of the length than needed.
    """
    data = payload.encode() if isinstance(payload, str) else payload
    declared = len(data) if length is None else length
    if length_bytes is None:
        length_bytes = 0 if declared < 126 else 2 if declared < 65536 else 8
    mask_bit = 0x80 if mask is not None else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if length_bytes == 0:
        head += bytes([mask_bit | declared])
    elif length_bytes == 2:
        head += bytes([mask_bit | 126]) + struct.pack("!H", declared)
    else:
        head += bytes([mask_bit | 127]) + struct.pack("!Q", declared)
    return head + (data if mask is None else mask + apply_mask(data, mask))


def close_frame(code: int | None = None, reason: bytes | str = b"", **bits) -> bytes:
    text = reason.encode() if isinstance(reason, str) else reason
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + text, **bits)


class RawConnection:
    """A TCP connection, with what WebSocket tests need on top. Use it in a `with` statement."""

    def __init__(self, url: str, timeout: float = 10):
        self.url = urlsplit(url)
        self._socket = socket.create_connection((self.url.hostname, self.url.port or 80), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(self, *_) -> None:
        self._socket.close()

    # Bytes

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def send_in_pieces(self, data: bytes, size: int) -> None:
        """One `send` for each piece, with Nagle's algorithm off."""
        for start in range(0, len(data), size):
            self._socket.sendall(data[start : start + size])

    def finish_sending(self) -> None:
        """Half-close: the server sees the end, and can still answer."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Closes with RST, as a client that vanished."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _more(self) -> bool:
        try:
            data = self._socket.recv(65536)
        except ConnectionResetError:
            return False
        self._buffer += data
        return bool(data)

    def read_exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            if not self._more():
                raise Closed(f"wanted {count} bytes, got {bytes(self._buffer)!r}")
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def read_until(self, end: bytes) -> bytes:
        while (at := self._buffer.find(end)) < 0:
            if not self._more():
                raise Closed(f"wanted {end!r}, got {bytes(self._buffer)!r}")
        return self.read_exactly(at + len(end))

    def read_to_end(self) -> bytes:
        """All bytes until the server closes TCP."""
        while self._more():
            pass
        return self.read_exactly(len(self._buffer))

    # Handshake

    def handshake_request(self, headers: dict[str, str | None] | None = None, request_line: str | None = None) -> bytes:
        """A correct upgrade request, with headers replaced or, where the value is None, left out."""
        path = self.url.path + (f"?{self.url.query}" if self.url.query else "")
        fields: dict[str, str | None] = {
            "Host": self.url.netloc,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        }
        fields |= headers or {}
        lines = [request_line or f"GET {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        return "\r\n".join([*lines, "", ""]).encode()

    def read_response(self) -> HandshakeResponse:
        head = self.read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        _, status, reason = (head[0].split(" ", 2) + [""])[:3]
        pairs = (line.split(":", 1) for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, value in pairs}
        body = self.read_exactly(int(headers.get("content-length", "0")))
        return HandshakeResponse(int(status), reason, headers, body)

    def upgrade(self, headers: dict[str, str | None] | None = None, early: bytes = b"") -> HandshakeResponse:
        """Upgrades and checks the answer; `early` follows the request in the same write."""
        request = self.handshake_request(headers)
        self.send(request + early)
        response = self.read_response()
        assert response.status == 101, f"{response.status} {response.reason}: {response.body!r}"
        sent = dict(line.split(": ", 1) for line in request.decode().split("\r\n")[1:] if line)
        digest = hashlib.sha1(sent["Sec-WebSocket-Key"].encode() + _ACCEPT_GUID).digest()
        assert response.headers["sec-websocket-accept"] == base64.b64encode(digest).decode()
        return response

    # Frames

    def read_frame(self) -> Frame:
        first, second = self.read_exactly(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack("!H", self.read_exactly(2))[0]
            assert length >= 126, "length not in its shortest form"
        elif length == 127:
            length = struct.unpack("!Q", self.read_exactly(8))[0]
            assert length >= 65536, "length not in its shortest form"
        masked = bool(second & 0x80)
        mask = self.read_exactly(4) if masked else b"\0\0\0\0"
        payload = apply_mask(self.read_exactly(length), mask)
        return Frame(first & 0x0F, payload, bool(first & 0x80), (first >> 4) & 7, masked)

    def read_message(self) -> Frame:
        """The next text or binary message in one frame; whatever else comes first is an AssertionError."""
        received = self.read_frame()
        assert received.opcode in (TEXT, BINARY) and received.fin and not received.rsv and not received.masked, received
        return received

    def expect_close(self, code: int | None) -> Frame:
        """The next frame has to be a close frame with this code, and the end of TCP has to follow."""
        received = self.read_frame()
        assert received.opcode == CLOSE and not received.masked, received
        assert received.close_code == code, received
        self.send_quietly(frame(CLOSE, received.payload[:2]))
        rest = self.read_to_end()
        assert rest == b"", f"after the close frame: {rest!r}"
        return received

    def send_quietly(self, data: bytes) -> None:
        """Sends to a server that may be gone already."""
        try:
            self.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass


def connected(url: str, headers: dict[str, str | None] | None = None, timeout: float = 10) -> RawConnection:
    """An upgraded connection."""
    connection = RawConnection(url, timeout)
    try:
        connection.upgrade(headers)
    except BaseException:
        connection.__exit__()
        raise
    return connection
