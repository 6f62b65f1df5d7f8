"""Makes histories without any anomaly: a model of a cluster and its clients, stepped at random from a seed.

It does what real runs do: several publishers with many publications in flight, unknown outcomes and repeated keys;
subscribers that leave without a word, unsubscribe, come back and recover; epochs that end, and all publications or the
newest with them; live publications lost while there is a fault; joins and leaves.
"""

import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from support.history import HEAL, QUIET, Event, compact, make_value

DEEP = ("deep:a", "deep:b")
LIVE = ("live:a", "live:b")
PRESENT = "present:a"
CHANNELS = (*DEEP, *LIVE, PRESENT)
# Every recovery reaches back to the beginning here.
WINDOW = 1_000_000
FAULTS = 3
_STEP_NANOSECONDS = 400_000


@dataclass
class ModelStream:
    epoch: str
    values: list[str] = field(default_factory=list)
    keys: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass
class Flight:
    """A publication on its way."""

    channel: str
    value: str
    op: int
    key: str | None = None
    conn: str | None = None
    position: tuple[str | None, int | None] | None = None


@dataclass
class Client:
    """One subscriber. What the server has sent it, and it has not read yet, waits in `queue` as calls."""

    name: str
    connection: int = 0
    queue: deque[Callable[[], None]] = field(default_factory=deque)
    positions: dict[str, tuple[str, int]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    granted: set[str] = field(default_factory=set)
    subscribed: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        return f"{self.name}#{self.connection}"


class Model:
    """One run. `events` is the history so far."""

    def __init__(self, seed: int, clients: int = 6, publishers: int = 4):
        self.random = random.Random(seed)
        self.events: list[Event] = []
        self.clients = [Client(f"sub-{n}") for n in range(clients)]
        self.streams = {channel: ModelStream(f"{channel}.1") for channel in DEEP}
        self.flights: dict[str, deque[Flight]] = {f"ws-{n}": deque() for n in range(publishers)}
        self.connections = dict.fromkeys(self.flights, 1)
        self.calls: dict[str, Flight | None] = {f"api-{n}": None for n in range(publishers)}
        self.live_keys: set[str | None] = set()
        self.is_faulty = False
        self.is_calm = False
        self._time = 10**12
        self._op = 0
        self._number = 0
        self._epochs = 1

    def record(self, p: str, f: str, type: str, **values) -> None:
        self._time += self.random.randrange(1, _STEP_NANOSECONDS)
        self.events.append(Event(self._time, p, f, type, **values))

    def next_op(self) -> int:
        self._op += 1
        return self._op

    # Publishing

    def _new_flight(self, publisher: str, channel: str | None = None, **values) -> Flight:
        self._number += 1
        value = compact(make_value(publisher, self._number))
        return Flight(channel or self.random.choice(CHANNELS), value, self.next_op(), **values)

    def _invoke(self, publisher: str, flight: Flight) -> None:
        flight.op = self.next_op()
        flight.position = None
        values = {"ch": flight.channel, "val": flight.value, "op": flight.op, "key": flight.key}
        self.record(publisher, "pub", "invoke", conn=flight.conn, **values)

    def _end(self, publisher: str, flight: Flight, type: str) -> None:
        epoch, offset = flight.position or (None, None)
        # As in the client protocol: only the API answers with the position.
        known = {"epoch": epoch, "off": offset} if type == "ok" and flight.key else {}
        self.record(publisher, "pub", type, ch=flight.channel, val=flight.value, op=flight.op, key=flight.key, **known)

    def _apply(self, flight: Flight) -> None:
        """The broker appends, and sends it to all who are subscribed."""
        stream = self.streams.get(flight.channel)
        if stream is None:
            flight.position = (None, None)
            if flight.key is None or flight.key not in self.live_keys:
                self.live_keys.add(flight.key)
                self._push_value(flight.channel, flight.value, None)
            return
        if flight.key and flight.key in stream.keys:
            flight.position = stream.keys[flight.key]
            return
        stream.values.append(flight.value)
        flight.position = (stream.epoch, len(stream.values))
        if flight.key:
            stream.keys[flight.key] = flight.position
        self._push_value(flight.channel, flight.value, len(stream.values))

    def _push_value(self, channel: str, value: str, offset: int | None) -> None:
        for client in self.clients:
            if channel in client.granted and not (offset is None and self.is_faulty and self.random.random() < 0.2):
                client.queue.append(lambda client=client: self._receive(client, channel, value, offset))

    def step_connection(self, publisher: str) -> None:
        """A client that publishes, some in flight at a time, with the order of its connection."""
        flights = self.flights[publisher]
        choice = self.random.random()
        waiting = next((flight for flight in flights if flight.position is None), None)
        if choice < 0.35 and len(flights) < 8:
            flights.append(self._new_flight(publisher, conn=f"{publisher}#{self.connections[publisher]}"))
            self._invoke(publisher, flights[-1])
        elif choice < 0.7 and waiting:
            self._apply(waiting)
        elif choice < 0.98 and flights and flights[0].position:
            self._end(publisher, flights.popleft(), "ok")
        elif choice > 0.995 and not self.is_calm:
            self._lose_connection(publisher)

    def _lose_connection(self, publisher: str) -> None:
        arrived = self.random.randrange(len(self.flights[publisher]) + 1)
        for at, flight in enumerate(self.flights[publisher]):
            if flight.position is None and at < arrived:
                self._apply(flight)
            self._end(publisher, flight, "info")
        self.flights[publisher].clear()
        self.connections[publisher] += 1

    def step_call(self, publisher: str) -> None:
        """A backend: one call at a time, the same key again when it does not know, and sometimes when it does."""
        flight = self.calls[publisher]
        choice = self.random.random()
        if flight is None:
            self.calls[publisher] = flight = self._new_flight(publisher, key=f"key-{self._number}")
            self._invoke(publisher, flight)
        elif flight.position is None and choice < 0.03 and not self.is_calm:
            self._end(publisher, flight, "fail")
            self.calls[publisher] = None
        elif choice < 0.1 and not self.is_calm:
            if flight.position is None and self.random.random() < 0.5:
                self._apply(flight)
            self._end(publisher, flight, "info")
            self._invoke(publisher, flight)
        elif flight.position is None:
            self._apply(flight)
        else:
            self._end(publisher, flight, "ok")
            self.calls[publisher] = None
            if choice > 0.9:
                self._invoke(publisher, flight)
                self._apply(flight)
                self._end(publisher, flight, "ok")

    # Subscribing

    def step_client(self, client: Client) -> None:
        choice = self.random.random()
        if not client.connection or choice < (0 if self.is_calm else 0.006):
            self._reconnect(client)
        elif client.queue and choice < 0.8:
            client.queue.popleft()()
        elif wanted := [channel for channel in CHANNELS if channel not in client.asked]:
            self._subscribe(client, self.random.choice(wanted))
        elif choice > 0.99 and client.subscribed and not self.is_calm:
            self._unsubscribe(client, self.random.choice(sorted(client.subscribed)))

    def _reconnect(self, client: Client) -> None:
        if client.connection:
            self.record(client.name, "disc", "ok")
            for channel in sorted(client.granted):
                self._end_subscription(client, channel)
            client.queue.clear()
            client.asked.clear()
            client.subscribed.clear()
            client.leaving.clear()
        client.connection += 1
        self.record(client.name, "conn", "invoke", node="n1", proto="json")
        self.record(client.name, "conn", "ok", node="n1", proto="json", who=client.id)

    def _subscribe(self, client: Client, channel: str) -> None:
        since = client.positions.get(channel)
        client.asked.add(channel)
        self.record(client.name, "sub", "invoke", ch=channel, since=list(since) if since else None)
        # The answer is made some steps later, and waits behind what is on its way already.
        client.queue.append(lambda: self._grant(client, channel, since))

    def _grant(self, client: Client, channel: str, since: tuple[str, int] | None) -> None:
        stream = self.streams.get(channel)
        client.granted.add(channel)
        if stream is None:
            client.queue.append(lambda: self._subscribed(client, channel))
        elif since and since[0] == stream.epoch:
            items = [[offset, stream.values[offset - 1]] for offset in range(since[1] + 1, len(stream.values) + 1)]
            values = {"epoch": stream.epoch, "off": since[1], "recovered": True, "items": items}
            client.queue.append(lambda: self._subscribed(client, channel, **values))
        else:
            values = {"epoch": stream.epoch, "off": len(stream.values), "recovered": False, "items": []}
            client.queue.append(lambda: self._subscribed(client, channel, **values))
        if channel == PRESENT:
            self._push_neighbour("join", client)

    def _subscribed(self, client: Client, channel: str, **values) -> None:
        self.record(client.name, "sub", "ok", ch=channel, **values)
        client.subscribed.add(channel)
        if "epoch" in values:
            last = values["items"][-1][0] if values["items"] else values["off"]
            client.positions[channel] = (values["epoch"], last)

    def _receive(self, client: Client, channel: str, value: str, offset: int | None) -> None:
        epoch = client.positions[channel][0] if offset else None
        self.record(client.name, "deliver", "ok", ch=channel, val=value, epoch=epoch, off=offset)
        if offset:
            client.positions[channel] = (epoch, offset)

    def _push_neighbour(self, f: str, of: Client) -> None:
        who = of.id
        for client in self.clients:
            if PRESENT in client.granted:
                client.queue.append(lambda client=client: self.record(client.name, f, "ok", ch=PRESENT, who=who))

    def _end_subscription(self, client: Client, channel: str) -> None:
        client.granted.discard(channel)
        if channel == PRESENT:
            self._push_neighbour("leave", client)

    def _unsubscribe(self, client: Client, channel: str) -> None:
        self.record(client.name, "unsub", "invoke", ch=channel)
        self._end_subscription(client, channel)
        client.subscribed.discard(channel)
        client.leaving.add(channel)
        client.queue.append(lambda: self._unsubscribed(client, channel, None))

    def _unsubscribed(self, client: Client, channel: str, code: int | None) -> None:
        self.record(client.name, "unsub", "ok", ch=channel, code=code)
        client.subscribed.discard(channel)
        if code is None:
            client.leaving.discard(channel)
        # A push may come while the client waits for the reply to its own command.
        if channel not in client.leaving:
            client.asked.discard(channel)

    # Faults

    def lose_streams(self) -> None:
        """Redis comes back with nothing, or as a replica without the newest publications."""
        self._epochs += 1
        is_failover = self.random.random() < 0.5
        for channel, old in self.streams.items():
            kept = len(old.values) - min(len(old.values), self.random.randrange(4)) if is_failover else 0
            stream = self.streams[channel] = ModelStream(f"{channel}.{self._epochs}", old.values[:kept])
            stream.keys = {key: place for key, place in old.keys.items() if place[1] <= kept}
            for client in self.clients:
                if channel in client.granted:
                    client.granted.discard(channel)
                    client.queue.append(lambda client=client, name=channel: self._unsubscribed(client, name, 2500))

    def read(self, is_final: bool = False) -> None:
        for channel, stream in self.streams.items():
            op = self.next_op()
            self.record("reader", "hist", "invoke", ch=channel, op=op)
            items = [[offset, value] for offset, value in enumerate(stream.values, 1)]
            found = {"epoch": stream.epoch, "off": len(items), "items": items, "final": is_final or None}
            self.record("reader", "hist", "ok", ch=channel, op=op, **found)
        op = self.next_op()
        self.record("reader", "presence", "invoke", ch=PRESENT, op=op)
        members = [client.id for client in self.clients if PRESENT in client.granted]
        self.record("reader", "presence", "ok", ch=PRESENT, op=op, members=members, final=is_final or None)

    # The run

    def _step(self) -> None:
        kind = self.random.random()
        if kind < 0.2:
            self.step_connection(self.random.choice(list(self.flights)))
        elif kind < 0.3:
            self.step_call(self.random.choice(list(self.calls)))
        else:
            self.step_client(self.random.choice(self.clients))

    def _fault(self, steps: int) -> None:
        op = self.next_op()
        self.record("nemesis", "fault", "invoke", val="redis", op=op)
        self.is_faulty = True
        for at in range(steps):
            if at == steps // 2:
                self.lose_streams()
            self._step()
        self.is_faulty = False
        self.record("nemesis", "fault", "ok", val="redis", op=op)

    def run(self, events: int) -> list[Event]:
        """About so many events, then the quiet end of a test."""
        parts = FAULTS + 1
        for part in range(parts):
            while len(self.events) < events * (part + 1) / parts:
                self._step()
            if part < FAULTS:
                self._fault(60)
                self.read()
        self.record("nemesis", "phase", "ok", val=HEAL)
        self.is_calm = True
        for _ in range(100):
            self._step()
        for _ in self._settled():
            pass
        self.record("nemesis", "phase", "ok", val=QUIET)
        self.read(is_final=True)
        for client in self.clients:
            self.record(client.name, "disc", "ok")
        return self.events

    def _settled(self) -> Iterator[None]:
        """Everything that is in flight arrives, and everybody is subscribed."""
        for publisher, flights in self.flights.items():
            while flights:
                if flights[0].position is None:
                    self._apply(flights[0])
                self._end(publisher, flights.popleft(), "ok")
        for publisher in self.calls:
            while self.calls[publisher]:
                self.step_call(publisher)
        while any(client.queue or len(client.subscribed) < len(CHANNELS) for client in self.clients):
            self.step_client(self.random.choice(self.clients))
            yield


def clean_history(seed: int, events: int) -> list[Event]:
    """About so many events without an anomaly."""
    return Model(seed).run(events)
