"""Many members of presence on few connections, and somebody who hears them come and go."""

import socket
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from support import raw
from support.protocol import Session

# Commands in one frame; servers limit them.
_AT_A_TIME = 50
_PATIENCE_SECONDS = 60
# Connections that `pack` has opened and not heard of; fewer than what servers let wait.
_OPENING = 100


def subscribe(session: Session, channels: list[str], **fields) -> None:
    """Subscribes to all of them, many with one frame; AssertionError unless all succeed."""
    for start in range(0, len(channels), _AT_A_TIME):
        part = channels[start : start + _AT_A_TIME]
        commands = [{"id": 1000 + start + n, "subscribe": {"channel": name} | fields} for n, name in enumerate(part)]
        session.send_lines(*commands)
        for command in commands:
            reply = session.reply(command["id"])
            assert "error" not in reply, reply


class Crowd:
    """Sessions on one node, each of them in all of the channels. It does not answer pings."""

    def __init__(self, url: str, channels: list[str], count: int, token: str | None = None):
        self.channels = channels
        self.sessions = [Session(url, timeout=_PATIENCE_SECONDS) for _ in range(count)]
        self.clients = {session.connect(token)["client"] for session in self.sessions}
        for session in self.sessions:
            subscribe(session, channels)

    @property
    def members(self) -> Counter:
        """Each (channel, client id), once."""
        return Counter((channel, client) for channel in self.channels for client in self.clients)

    def close(self) -> None:
        for session in self.sessions:
            session.__exit__()


class Witness:
    """Subscribed to the same channels elsewhere; counts the joins and the leaves of each (channel, client id)."""

    def __init__(self, url: str, channels: list[str]):
        self.joins: Counter = Counter()
        self.leaves: Counter = Counter()
        self._channels = channels
        self._missing: set[str] = set()
        # Reading is given up and begun again, so that each wait can have a limit of its own.
        self._session = Session(url, timeout=0.2)
        number = self._session.start("connect")
        self.client = self._patiently(lambda: self._session.reply(number))["connect"]["client"]
        for start in range(0, len(channels), _AT_A_TIME):
            part = channels[start : start + _AT_A_TIME]
            numbers = [self._session.start("subscribe", channel=channel, join_leave=True) for channel in part]
            for number in numbers:
                reply = self._patiently(lambda number=number: self._session.reply(number))
                assert "error" not in reply, reply

    @staticmethod
    def _patiently(read: Callable[[], dict], seconds: float = _PATIENCE_SECONDS) -> dict:
        end = time.monotonic() + seconds
        while True:
            try:
                return read()
            except TimeoutError:
                if time.monotonic() > end:
                    raise

    def hear(self, joins: int, leaves: int, seconds: float) -> None:
        """Until it has heard so many in all; AssertionError if they do not come in time."""
        end = time.monotonic() + seconds
        while self.joins.total() < joins or self.leaves.total() < leaves:
            heard = f"{self.joins.total()} joins and {self.leaves.total()} leaves after {seconds} s"
            assert time.monotonic() < end, f"{heard}; expected {joins} and {leaves}"
            self._hear_next()

    def hear_for(self, seconds: float) -> None:
        """Whatever comes in this time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._hear_next()

    def catch_up(self, publish: Callable[[str], object], seconds: float = _PATIENCE_SECONDS) -> None:
        """Hears all that is on its way: what is published now comes behind it, channel by channel."""
        self._missing = set(self._channels)
        for channel in self._channels:
            publish(channel)
        end = time.monotonic() + seconds
        while self._missing:
            assert time.monotonic() < end, f"nothing on {len(self._missing)} channels, {sorted(self._missing)[:3]} …"
            self._hear_next()

    def _hear_next(self) -> None:
        try:
            push = self._session.next_push()
        except TimeoutError:
            return
        if "pub" in push:
            self._missing.discard(push["channel"])
        for kind, counter in (("join", self.joins), ("leave", self.leaves)):
            if kind in push and (client := push[kind]["info"]["client"]) != self.client:
                counter[push["channel"], client] += 1

    def close(self) -> None:
        self._session.__exit__()


def pack(url: str, channel: str, count: int) -> list[socket.socket]:
    """So many connections that are subscribed to one channel, and do nothing else. Close them."""
    address = urlsplit(url)
    lines = '{"id":1,"connect":{}}\n' + f'{{"id":2,"subscribe":{{"channel":"{channel}"}}}}'
    with raw.RawConnection(url) as connection:
        hello = connection.handshake_request() + raw.frame(raw.TEXT, lines)
    sockets = []
    try:
        while len(sockets) < count:
            opening = []
            for _ in range(min(_OPENING, count - len(sockets))):
                opening.append(socket.create_connection((address.hostname, address.port), _PATIENCE_SECONDS))
                sockets.append(opening[-1])
                opening[-1].sendall(hello)
            for found in opening:
                _await_subscription(found)
        return sockets
    except BaseException:
        for found in sockets:
            found.close()
        raise


def _await_subscription(connection: socket.socket) -> None:
    received = b""
    while b'"id":2' not in received:
        data = connection.recv(65536)
        assert data, received
        received += data
    assert b'"error"' not in received, received
