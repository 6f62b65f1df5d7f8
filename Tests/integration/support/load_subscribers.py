"""Subscribers of the load: raw clients of the protocol that always go on from what they have processed.

A subscriber keeps the position of the last publication that it has processed on each channel. After every end of a
connection or a subscription it asks for what follows that position, on any node that answers. What it does and sees
goes to the history, in the order in which it came.
"""

import asyncio
import heapq
import random
import time
from dataclasses import dataclass

from support.history import Recorder, compact
from support.load_connection import Connection, Endpoints, Format, Lost

RETRY_SECONDS = (0.1, 0.5)
# From here on the code of an unsubscribe push tells the client to subscribe again.
RESUBSCRIBE_CODE = 2500


@dataclass(frozen=True)
class Habits:
    """What a subscriber does by itself: mean seconds between two times, 0 for never.

    `drop`: it goes without a word and comes back. `unsubscribe`: it does that with one channel. `forgets`: it goes
    before it has stored its newest position, so that it comes back from an older one and gets some publications again.
    """

    drop: float = 0
    unsubscribe: float = 0
    forgets: bool = False


class Subscriber:
    """What all kinds of subscribers have: a name, channels, positions, and how they write to the history."""

    def __init__(self, name: str, channels: list[str], recorder: Recorder):
        self.name = name
        self.channels = channels
        # The id of the newest connection.
        self.client = ""
        self.subscribed: set[str] = set()
        # The epoch and offset of what was processed last; and the value, also where there are no positions.
        self.positions: dict[str, tuple[str, int]] = {}
        self.newest: dict[str, str] = {}
        self._recorder = recorder

    @property
    def is_steady(self) -> bool:
        """Whether it is subscribed to everything."""
        return len(self.subscribed) == len(self.channels)

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        raise NotImplementedError

    def calm(self) -> None:
        """From now on it stays where it is."""

    def record(self, f: str, type: str, **values) -> None:
        self._recorder.record(self.name, f, type, **values)

    def record_end(self, code: int | None = None) -> None:
        """The connection is over, and all subscriptions with it."""
        self.record("disc", "ok", code=code)
        self.subscribed.clear()

    def record_subscribed(
        self, channel: str, epoch: str | None, offset: int, recovered: bool, items: list | None
    ) -> None:
        known = {"epoch": epoch, "off": offset, "recovered": recovered, "items": items} if epoch else {}
        self.record("sub", "ok", ch=channel, **known)
        self.subscribed.add(channel)
        if epoch:
            self.positions[channel] = (epoch, items[-1][0] if items else offset)
        if items:
            self.newest[channel] = items[-1][1]

    def record_delivery(self, channel: str, data: object, offset: int) -> None:
        # Without a subscription there is no epoch; the checker has to see that such a push came.
        epoch = self.positions.get(channel, ("unknown", 0))[0] if offset else None
        value = compact(data)
        self.record("deliver", "ok", ch=channel, val=value, epoch=epoch, off=offset or None)
        self.newest[channel] = value
        if epoch:
            self.positions[channel] = (epoch, offset)


class RawSubscriber(Subscriber):
    """Speaks the protocol itself, and sees every message as it comes."""

    def __init__(
        self,
        name: str,
        channels: list[str],
        recorder: Recorder,
        endpoints: Endpoints,
        format: Format,
        habits: Habits,
        seed: int,
    ):
        super().__init__(name, channels, recorder)
        self._endpoints = endpoints
        self._format = format
        self._habits = habits
        self._random = random.Random(f"{name} {seed}")
        self._is_calm = False
        # What it comes back from, when it forgets the newest.
        self._stored: dict[str, tuple[str, int]] = {}
        self._pending: dict[int, tuple[str, str]] = {}
        self._leaving: set[str] = set()
        self._agenda: list[tuple[float, str, str]] = []

    def calm(self) -> None:
        self._is_calm = True

    async def run(self) -> None:
        failed: str | None = None
        while True:
            url = self._endpoints.client(self.name, self._random, besides=failed)
            self.record("conn", "invoke", proto=self._format.name)
            try:
                connection = await Connection.open(url, self._format)
            except Lost:
                self.record("conn", "fail", proto=self._format.name)
                failed = url
            else:
                failed = await self._use(connection)
            await asyncio.sleep(self._random.uniform(*RETRY_SECONDS))

    async def _use(self, connection: Connection) -> str | None:
        """Returns the address if the node ended the connection."""
        self.client = connection.client
        self.record("conn", "ok", proto=self._format.name, node=connection.node, who=self.client)
        code = None
        try:
            await self._serve(connection)
            return None
        except Lost as lost:
            code = lost.code
            return connection.url
        finally:
            connection.abort()
            self.record_end(code)

    async def _serve(self, connection: Connection) -> None:
        """Returns when it is time to go without a word."""
        self._pending.clear()
        self._leaving.clear()
        self._agenda.clear()
        self._plan_habit("drop", self._habits.drop)
        self._plan_habit("unsubscribe", self._habits.unsubscribe)
        for channel in self.channels:
            await self._subscribe(connection, channel)
        heard = time.monotonic()
        while True:
            due = self._agenda[0][0] if self._agenda else heard + connection.patience
            try:
                messages = await connection.receive(min(due, heard + connection.patience) - time.monotonic())
                heard = time.monotonic()
            except TimeoutError:
                messages = []
                if time.monotonic() >= heard + connection.patience:
                    raise Lost("silent") from None
            for message in messages:
                self._take(message)
            if await self._act(connection):
                return

    # Doing

    def _plan(self, action: str, channel: str, seconds: float) -> None:
        heapq.heappush(self._agenda, (time.monotonic() + seconds, action, channel))

    def _plan_habit(self, action: str, mean: float) -> None:
        if mean:
            self._plan(action, self._random.choice(self.channels), self._random.expovariate(1 / mean))

    async def _act(self, connection: Connection) -> bool:
        """Does what is due; true if that is to go."""
        while self._agenda and self._agenda[0][0] <= time.monotonic():
            _, action, channel = heapq.heappop(self._agenda)
            if action == "subscribe":
                await self._subscribe(connection, channel)
            elif self._is_calm:
                continue
            elif action == "drop":
                return True
            else:
                self._plan_habit("unsubscribe", self._habits.unsubscribe)
                if channel in self.subscribed:
                    await self._unsubscribe(connection, channel)
        return False

    async def _subscribe(self, connection: Connection, channel: str) -> None:
        since = (self._stored if self._habits.forgets else self.positions).get(channel)
        fields = {"recover": True, "epoch": since[0], "offset": since[1]} if since else {}
        identifier = connection.next_id()
        self._pending[identifier] = ("subscribe", channel)
        self.record("sub", "invoke", ch=channel, since=list(since) if since else None)
        await connection.send("subscribe", identifier, channel=channel, **fields)

    async def _unsubscribe(self, connection: Connection, channel: str) -> None:
        identifier = connection.next_id()
        self._pending[identifier] = ("unsubscribe", channel)
        self._leaving.add(channel)
        self.subscribed.discard(channel)
        self.record("unsub", "invoke", ch=channel)
        await connection.send("unsubscribe", identifier, channel=channel)

    # Seeing

    def _take(self, message: dict) -> None:
        if "push" in message:
            self._take_push(message["push"])
            return
        method, channel = self._pending.pop(message["id"], ("", ""))
        if method == "subscribe":
            self._take_subscribed(channel, message)
        elif method == "unsubscribe":
            self._take_unsubscribed(channel, None)

    def _take_subscribed(self, channel: str, message: dict) -> None:
        if "error" in message:
            self.record("sub", "fail", ch=channel, code=message["error"]["code"])
            self._plan("subscribe", channel, self._random.uniform(*RETRY_SECONDS))
            return
        result = message["subscribe"]
        items = [[item["offset"], compact(item["data"])] for item in result.get("publications") or []]
        recovered, epoch = bool(result.get("recovered")), result.get("epoch") or None
        self.record_subscribed(channel, epoch, result.get("offset", 0), recovered, items)
        if epoch:
            # Before the publications are processed: where the subscription began.
            self._stored[channel] = (epoch, result.get("offset", 0))

    def _take_unsubscribed(self, channel: str, code: int | None) -> None:
        self.record("unsub", "ok", ch=channel, code=code)
        self.subscribed.discard(channel)
        if code is None:
            self._leaving.discard(channel)
        # A push may come while the client waits for the reply to its own command.
        if channel not in self._leaving and (code is None or code >= RESUBSCRIBE_CODE):
            self._plan("subscribe", channel, self._random.uniform(0, RETRY_SECONDS[0]))

    def _take_push(self, push: dict) -> None:
        channel = push["channel"]
        if "pub" in push:
            self.record_delivery(channel, push["pub"]["data"], push["pub"].get("offset", 0))
            if self._random.random() < 0.2 and channel in self.positions:
                self._stored[channel] = self.positions[channel]
        elif "unsubscribe" in push:
            self._take_unsubscribed(channel, push["unsubscribe"]["code"])
        elif "join" in push or "leave" in push:
            kind = "join" if "join" in push else "leave"
            self.record(kind, "ok", ch=channel, who=push[kind]["info"]["client"])
