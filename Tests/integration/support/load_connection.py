"""One connection of a load client, in JSON or protobuf, with messages in the shape that they have in JSON."""

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

import websockets
from centrifuge.protocol import client_pb2
from websockets.asyncio.client import ClientConnection, connect

from support import protocol_protobuf

OPEN_SECONDS = 3.0
# How much later than promised a ping may come before the connection counts as lost.
PING_GRACE_SECONDS = 3.0


class Lost(Exception):
    """The connection is over; `code` is that of the server's close frame, if it sent one."""

    def __init__(self, reason: str, code: int | None = None):
        super().__init__(f"{reason} {code or ''}".strip())
        self.code = code


@dataclass
class Endpoints:
    """Where the nodes are. Both lists may be changed while the load runs; clients look when they connect anew."""

    clients: list[str]
    apis: list[str]
    api_key: str = ""

    def client(self, name: str, rng: random.Random, besides: str | None = None) -> str:
        """An address for the client of that name; another one than the one that has just failed, if there is one."""
        return _other(self.clients, rng, besides)

    def api(self, rng: random.Random, besides: str | None = None) -> str:
        return _other(self.apis, rng, besides)


def _other(addresses: list[str], rng: random.Random, besides: str | None) -> str:
    return rng.choice([address for address in addresses if address != besides] or addresses)


# Formats


class JSONFormat:
    name = "json"
    subprotocol = "centrifuge-json"

    @staticmethod
    def encode(*commands: dict) -> str:
        return "\n".join(json.dumps(command, separators=(",", ":")) for command in commands)

    @staticmethod
    def decode(frame: str | bytes) -> Iterator[dict]:
        for line in frame.split("\n") if isinstance(frame, str) else frame.decode().split("\n"):
            if line:
                yield json.loads(line)


class ProtobufFormat:
    """Translates what the load needs of each message, no more."""

    name = "protobuf"
    subprotocol = protocol_protobuf.SUBPROTOCOL

    @staticmethod
    def encode(*commands: dict) -> bytes:
        return protocol_protobuf.framed(*map(_command, commands)) if any(commands) else b"\0"

    @staticmethod
    def decode(frame: str | bytes) -> Iterator[dict]:
        for data in protocol_protobuf.split(frame):
            yield _reply(client_pb2.Reply.FromString(data)) if data else {}


def _command(command: dict) -> client_pb2.Command:
    message = client_pb2.Command(id=command["id"])
    for method, values in command.items():
        if method != "id":
            part = getattr(message, method)
            part.SetInParent()
            part.MergeFrom(type(part)(**values))
    return message


def _publication(publication) -> dict:
    return {"offset": publication.offset, "data": json.loads(publication.data)}


def _reply(reply) -> dict:
    if reply.HasField("push"):
        push = reply.push
        kind = next((kind for kind in ("pub", "join", "leave", "unsubscribe") if push.HasField(kind)), "other")
        if kind == "pub":
            value: dict = _publication(push.pub)
        elif kind == "unsubscribe":
            value = {"code": push.unsubscribe.code}
        else:
            value = {"info": {"client": getattr(push, kind).info.client}} if kind != "other" else {}
        return {"push": {"channel": push.channel, kind: value}}
    if reply.HasField("error"):
        return {"id": reply.id, "error": {"code": reply.error.code, "message": reply.error.message}}
    if reply.HasField("connect"):
        result = reply.connect
        return {"id": reply.id, "connect": {"client": result.client, "ping": result.ping, "node": result.node}}
    if reply.HasField("subscribe"):
        result = reply.subscribe
        publications = [_publication(publication) for publication in result.publications]
        values = {"epoch": result.epoch, "offset": result.offset, "recovered": result.recovered}
        return {"id": reply.id, "subscribe": values | {"publications": publications}}
    return {"id": reply.id}


FORMATS = (JSONFormat, ProtobufFormat)
Format = type[JSONFormat] | type[ProtobufFormat]


# Connection


@dataclass
class Connection:
    """A connection that has completed `connect`. Everything raises `Lost` once it is over."""

    url: str
    format: Format
    client: str = ""
    node: str = ""
    ping_seconds: float = 0
    _socket: ClientConnection | None = None
    _last_id: int = 0

    @classmethod
    async def open(cls, url: str, format: Format) -> "Connection":
        """`Lost` when the node refuses, does not answer in time, or is not there."""
        connection = cls(url, format)
        try:
            connection._socket = await connect(
                url,
                subprotocols=[format.subprotocol],
                compression=None,
                max_size=None,
                max_queue=None,
                ping_interval=None,
                open_timeout=OPEN_SECONDS,
                close_timeout=0.5,
                proxy=None,
            )
        except (OSError, TimeoutError, asyncio.TimeoutError, websockets.WebSocketException) as error:
            raise Lost(f"cannot connect: {error!r}") from None
        try:
            await connection._introduce()
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _introduce(self) -> None:
        await self.send("connect", name="load")
        try:
            (message,) = await self.receive(OPEN_SECONDS)
        except TimeoutError:
            raise Lost("no connect reply") from None
        if "connect" not in message:
            raise Lost(f"connect refused: {message}")
        result = message["connect"]
        self.client, self.node = result["client"], result.get("node", "")
        self.ping_seconds = result.get("ping", 25)

    @property
    def patience(self) -> float:
        """Seconds of silence after which the node counts as gone."""
        return self.ping_seconds + PING_GRACE_SECONDS

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    async def send(self, method: str, identifier: int | None = None, **values) -> int:
        """Sends one command and returns its id."""
        identifier = identifier or self.next_id()
        await self._send(self.format.encode({"id": identifier, method: values}))
        return identifier

    async def _send(self, frame: str | bytes) -> None:
        try:
            await self._socket.send(frame)
        except websockets.ConnectionClosed as error:
            raise _lost(error) from None

    async def receive(self, seconds: float) -> list[dict]:
        """The replies and pushes of the next frame, if any: pings are answered here. TimeoutError when none comes."""
        try:
            frame = await asyncio.wait_for(self._socket.recv(), max(0.001, seconds))
        except asyncio.TimeoutError:
            raise TimeoutError from None
        except websockets.ConnectionClosed as error:
            raise _lost(error) from None
        messages = []
        for message in self.format.decode(frame):
            if message:
                messages.append(message)
            else:
                await self._send(self.format.encode({}))
        return messages

    def abort(self) -> None:
        """Ends TCP without a word; what has arrived and was not read counts as not seen."""
        if self._socket is not None:
            self._socket.transport.abort()


def _lost(error: websockets.ConnectionClosed) -> Lost:
    return Lost("closed", error.rcvd.code if error.rcvd else None)
