"""The functions that nodes run inside Redis, called as a node does, and their replies and messages taken apart."""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from support.node import REPOSITORY
from support.redis import RedisClient, RedisServer

LIBRARY = REPOSITORY / "Sources/SkeinRedis/Functions/skein.lua"
NAME = "skein_test"
TAG, NEXT_TAG, THIRD_TAG = "aaaa0001", "bbbb0002", "cccc0003"
MINUTE = 60_000
REGISTRY_KEYS = tuple("{ring}" + part for part in ("ring", "nodes", "stats", "leases", "ids", "sweep"))
RING_CHANNEL = "ring"

_numbers = itertools.count(1)


def load(client: RedisClient, name: str = NAME) -> None:
    """Loads the library under a name, as a node does under one with a hash."""
    client.command("FUNCTION", "LOAD", "REPLACE", LIBRARY.read_text().replace("@SKEIN@", name))


def call(client: RedisClient, function: str, keys, *arguments):
    """The reply of one function; RedisError when it refuses."""
    return client.command("FCALL", f"{NAME}_{function}", len(keys), *keys, *arguments)


@pytest.fixture(scope="module")
def redis(tmp_path_factory) -> Iterator[RedisServer]:
    """A server with the functions, for the tests of one module. Its memory is bounded, as an operator's is."""
    with RedisServer(tmp_path_factory.mktemp("redis"), "--maxmemory", "256mb") as server:
        load(server)
        yield server


@dataclass(frozen=True)
class Read:
    """What `history` or `recover` answered."""

    top: int
    epoch: str
    entries: list[tuple[int, bytes]]
    recovered: bool | None = None

    @property
    def offsets(self) -> list[int]:
        return [offset for offset, _ in self.entries]


@dataclass(frozen=True)
class Message:
    """A message of the channel of a topic; of live publications only the body is there."""

    kind: str
    body: bytes
    offset: int = 0
    epoch: str = ""
    time: int = 0


def message(payload: bytes) -> Message:
    """Takes an envelope apart; AssertionError when it is none."""
    assert payload[:1] == b"\1", payload
    kind = {1: "live", 2: "positioned", 3: "join", 4: "leave"}[payload[1]]
    if kind != "positioned":
        return Message(kind, payload[2:])
    offset, time, length = struct.unpack_from(">QQB", payload, 2)
    start = 2 + struct.calcsize(">QQB")
    epoch, body = payload[start : start + length], payload[start + length :]
    assert len(epoch) == length
    return Message(kind, body, offset, epoch.decode(), time)


class Stream:
    """One topic's stream. Every command offers a name for a new stream that was never used before."""

    def __init__(self, client: RedisClient, size: int = 10, tag: str = TAG):
        self.client, self.size, self.tag = client, size, tag
        name = f"t{next(_numbers)}"
        self.channel, self.meta, self.stream = f"{name}c", f"{{{name}}}m", f"{{{name}}}s"
        self.ttl, self.meta_ttl = MINUTE, 2 * MINUTE

    @staticmethod
    def new_epoch() -> str:
        return f"E{next(_numbers)}"

    def idempotency(self, key: str) -> str:
        return f"{self.meta}:{key}"

    def publish(self, body="body", size=None, ttl=None, meta_ttl=None, key="", window=0) -> tuple[int, str]:
        """The position."""
        offset, epoch = call(
            self.client,
            "publish",
            (self.meta, self.stream, self.idempotency(key)),
            *(self.channel, body, self.size if size is None else size),
            *(self.ttl if ttl is None else ttl, self.meta_ttl if meta_ttl is None else meta_ttl),
            *(self.tag, self.new_epoch(), window),
        )
        return offset, epoch.decode()

    def publish_numbers(self, through: int) -> str:
        """Publishes 1, 2, … and returns the full epoch."""
        for number in range(1, through + 1):
            offset, epoch = self.publish(str(number))
            assert offset == number
        return epoch

    def history(self, since=None, limit=100, reverse=False) -> Read:
        """`since` is offset and epoch, or nothing."""
        offset, epoch = ("", "") if since is None else since
        keys = (self.meta, self.stream)
        arguments = (self.tag, self.new_epoch(), self.meta_ttl, offset, epoch, limit, int(reverse))
        return self._read(call(self.client, "history", keys, *arguments), 2)

    def recover(self, offset, epoch, mode="stream", limit=100) -> Read:
        keys = (self.meta, self.stream)
        arguments = (self.tag, self.new_epoch(), self.meta_ttl, offset, epoch, mode, limit)
        return self._read(call(self.client, "recover", keys, *arguments), 3)

    def forget(self) -> None:
        assert call(self.client, "forget", (self.meta, self.stream)) == 1

    def recovered(self, offset, epoch, **options) -> list[int] | None:
        """The offsets that `recover` gave, or None when it did not recover."""
        read = self.recover(offset, epoch, **options)
        assert read.recovered or not read.entries
        return read.offsets if read.recovered else None

    @staticmethod
    def _read(reply: list, head: int) -> Read:
        ids, data = reply[head::2], reply[head + 1 :: 2]
        assert len(ids) == len(data)
        entries = []
        for id, value in zip(ids, data):
            offset, zero = id.split(b"-")
            assert zero == b"0" and struct.unpack(">Q", value[:8])[0] > 0
            entries.append((int(offset), value[8:]))
        return Read(reply[0], reply[1].decode(), entries, bool(reply[2]) if head == 3 else None)


@dataclass(frozen=True)
class Member:
    owner: str
    flag: str
    user: str
    info: bytes


class Presence:
    """One topic's presence, with the indexes of any owners."""

    def __init__(self, client: RedisClient):
        self.client = client
        name = f"p{next(_numbers)}"
        self.channel, self.presence, self.users = f"{name}c", f"{{{name}}}p", f"{{{name}}}u"

    def index(self, owner: str) -> str:
        return f"{self.presence}:{owner}"

    def open(self, *owners: str) -> "Presence":
        """Lets the owners add members."""
        for owner in owners:
            self.client.command("HSET", self.index(owner), "", 1)
        return self

    def enter(self, owner, client, user="u", info=b"i", flag=0, maximum=0, announce=0, entry=None) -> int:
        keys = (self.presence, self.users, self.index(owner))
        entry = f"e:{client}" if entry is None else entry
        return call(
            self.client, "enter", keys, owner, client, user, info, flag, maximum, entry, self.channel, announce
        )

    def leave(self, owner, *clients, announce=0, client: RedisClient | None = None) -> int:
        keys = (self.presence, self.users, self.index(owner))
        pairs = [part for name in clients for part in (name, f"e:{name}")]
        return call(client or self.client, "leave", keys, owner, self.channel, announce, *pairs)

    def members(self) -> dict[str, Member]:
        return {client.decode(): self._member(value) for client, value in self._hash(self.presence).items()}

    def user_counts(self) -> dict[str, int]:
        return {user.decode(): int(count) for user, count in self._hash(self.users).items()}

    def entries(self, owner: str) -> set[str]:
        """What the owner has to answer for, and '' while it may add members."""
        return {entry.decode() for entry in self._hash(self.index(owner))}

    def _hash(self, key: str) -> dict[bytes, bytes]:
        reply = self.client.command("HGETALL", key)
        return dict(zip(reply[::2], reply[1::2]))

    @staticmethod
    def _member(value: bytes) -> Member:
        owner, rest = value[1 : 1 + value[0]], value[1 + value[0] :]
        (length,) = struct.unpack_from(">I", rest, 1)
        return Member(owner.decode(), rest[:1].decode(), rest[5 : 5 + length].decode(), rest[5 + length :])
