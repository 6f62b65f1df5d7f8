"""A history in the shape that its checks need: publications, streams, subscriptions and reads, made in one pass."""

import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field

from support.history import HEAL, QUIET, Event

FOREVER = 2**63


@dataclass(slots=True)
class Publication:
    """All attempts to publish one value."""

    value: str
    channel: str
    invokes: list[Event] = field(default_factory=list)
    ends: list[Event] = field(default_factory=list)
    began: int = FOREVER
    acked: int = FOREVER

    @property
    def key(self) -> str | None:
        return self.invokes[0].key

    @property
    def conn(self) -> str | None:
        """The connection whose order of publications counts; None for API calls, and for what was tried repeatedly."""
        return self.invokes[0].conn if len(self.invokes) == 1 else None

    @property
    def may_repeat(self) -> bool:
        """Whether it was sent again with nothing that would tell the server so."""
        return len(self.invokes) > 1 and self.key is None

    @property
    def has_failed(self) -> bool:
        """Whether every attempt was refused, so that it must not be seen anywhere."""
        return len(self.ends) == len(self.invokes) and all(end.type == "fail" for end in self.ends)

    def acked_in(self, epoch: str | None) -> int:
        """When it was acknowledged; of several attempts those count that were not answered from another epoch."""
        if len(self.invokes) == 1:
            return self.acked
        return min((end.t for end in self.ends if end.type == "ok" and end.epoch in (None, epoch)), default=FOREVER)

    @property
    def witnesses(self) -> list[Event]:
        return [self.invokes[0], *self.ends[:2]]


class Stream:
    """What anybody has seen of one epoch of a channel."""

    def __init__(self, channel: str, epoch: str, first: Event):
        self.channel = channel
        self.epoch = epoch
        self.first = first
        self.values: dict[int, str] = {}
        self.seen: dict[int, Event] = {}
        self._times: list[int] = []
        self._tops: list[int] = []

    def know_top(self, top: int, event: Event) -> None:
        """Events have to come in the order of time."""
        if top > 0 and (not self._tops or top > self._tops[-1]):
            self._times.append(event.t)
            self._tops.append(top)
            self.seen.setdefault(top, event)

    def top_before(self, time: int) -> int:
        """The greatest offset that somebody knew of before this time."""
        at = bisect.bisect_left(self._times, time)
        return self._tops[at - 1] if at else 0

    @property
    def top(self) -> int:
        return self._tops[-1] if self._tops else 0


@dataclass(slots=True)
class Session:
    """One subscription, from its reply to its end."""

    p: str
    channel: str
    client: str | None
    invoked: Event
    opened: Event
    closed: Event | None = None
    deliveries: list[Event] = field(default_factory=list)
    neighbours: list[Event] = field(default_factory=list)

    @property
    def is_positioned(self) -> bool:
        return bool(self.opened.epoch)

    @property
    def end(self) -> int:
        return self.closed.t if self.closed else FOREVER


@dataclass(slots=True)
class Read:
    """An answered read of history or presence."""

    invoked: Event
    done: Event


class Index:
    """The history by what it is about. Everything in it is in the order of time."""

    def __init__(self, events: Iterable[Event], fault_tail: float):
        self.events = sorted(events, key=lambda event: event.t)
        self.publications: dict[str, Publication] = {}
        self.identities: dict[str, str] = {}
        self.streams: dict[str, dict[str, Stream]] = {}
        self._streams: dict[tuple[str, str | None], Stream] = {}
        self.sessions: list[Session] = []
        self.histories: list[Read] = []
        self.presences: list[Read] = []
        self.strays: list[Event] = []
        self.sub_invokes: dict[tuple[str, str | None], list[Event]] = {}
        self.counts: dict[str, int] = {}
        self.positions: dict[str, list[tuple[Stream, int]]] = {}
        # A value at a place where it differs from what was seen there before, or where it was never published.
        self.divergences: list[tuple[Stream, int, Event, str]] = []
        self.observed: dict[tuple[str, str], Event] = {}
        self.heal: Event | None = None
        self.quiet: Event | None = None
        self._fault_tail = int(fault_tail * 1e9)
        self._faults: list[tuple[int, int]] = []
        self._open: dict[tuple[str, str], Session] = {}
        self._clients: dict[str, str | None] = {}
        self._homes: dict[str | None, str | None] = {}
        self._pending: dict[tuple, Event] = {}
        takers = {name: getattr(self, f"_take_{name}") for name in _TAKEN}
        for event in self.events:
            takers[event.f](event)
        self.counts["epochs"] = len(self._streams)
        self.counts["deliveries"] = sum(len(session.deliveries) for session in self.sessions) + len(self.strays)
        self._faults += [(event.t, FOREVER) for event in self._pending.values() if event.f == "fault"]

    @property
    def start(self) -> int:
        return self.events[0].t if self.events else 0

    def is_disturbed(self, start: int, end: int) -> bool:
        """Whether a fault, or what it leaves behind for a while, may have touched this time."""
        return any(start <= until and since <= end for since, until in self._faults)

    def is_same_node(self, client: str | None, other: str | None) -> bool:
        """Whether both clients were connected to one node, and the history says to which."""
        node = self._homes.get(client)
        return bool(node) and node == self._homes.get(other)

    def final_stream(self, channel: str) -> Stream | None:
        """The epoch of the last final read; without one the epoch that became known last."""
        for read in reversed(self.histories):
            if read.done.ch == channel and read.done.final:
                return self.streams[channel].get(read.done.epoch)
        return next(reversed(self.streams.get(channel, {}).values()), None)

    def stream(self, channel: str, epoch: str, event: Event) -> Stream:
        stream = self._streams.get((channel, epoch))
        if stream is None:
            stream = self._streams[(channel, epoch)] = Stream(channel, epoch, event)
            self.streams.setdefault(channel, {})[epoch] = stream
        return stream

    # Observations

    def _observe(self, channel: str, epoch: str | None, offset: int | None, value: str, event: Event) -> None:
        """Somebody saw this value on this channel, with or without a position."""
        if epoch and offset:
            stream = self.stream(channel, epoch, event)
            known = stream.values.get(offset)
            if known == value:
                return
            stream.know_top(offset, event)
            if known is None:
                stream.values[offset] = value
                stream.seen[offset] = event
                self.positions.setdefault(value, []).append((stream, offset))
            else:
                self.divergences.append((stream, offset, event, value))
        self.observed.setdefault((channel, value), event)

    def _observe_items(self, event: Event) -> None:
        if event.items:
            known = self.stream(event.ch, event.epoch, event).values
            for offset, value in event.items:
                if known.get(offset) != value:
                    self._observe(event.ch, event.epoch, offset, value, event)

    def _count(self, name: str, amount: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + amount

    # Events

    def _take_conn(self, event: Event) -> None:
        if event.type == "ok":
            self._clients[event.p] = event.who
            self._homes[event.who] = event.node
            self._count("connections")

    def _take_disc(self, event: Event) -> None:
        for at in [at for at in self._open if at[0] == event.p]:
            self._open.pop(at).closed = event

    def _take_sub(self, event: Event) -> None:
        at = (event.p, event.ch)
        if event.type == "invoke":
            self._pending[("sub", *at)] = event
            self.sub_invokes.setdefault((event.ch, self._clients.get(event.p)), []).append(event)
            return
        invoked = self._pending.pop(("sub", *at), event)
        if event.type != "ok":
            return
        client = self._clients.get(event.p)
        # Some clients begin to subscribe before they are connected.
        self.sub_invokes.setdefault((event.ch, client), [invoked])
        session = Session(event.p, event.ch, client, invoked, event)
        if at in self._open:
            self._open[at].closed = event
        self._open[at] = session
        self.sessions.append(session)
        self._count("subscriptions")
        self._count("recoveries", event.recovered is True)
        self._count("recovered publications", len(event.items or ()))
        if event.epoch:
            # The position of a recovery is where it began; of anything else it is the newest.
            self.stream(event.ch, event.epoch, event).know_top(event.off or 0, event)
            self._observe_items(event)

    def _take_unsub(self, event: Event) -> None:
        if event.type == "ok" and (session := self._open.pop((event.p, event.ch), None)):
            session.closed = event

    def _take_deliver(self, event: Event) -> None:
        session = self._open.get((event.p, event.ch))
        (session.deliveries if session else self.strays).append(event)
        # Most deliveries show what others have shown before.
        if (stream := self._streams.get((event.ch, event.epoch))) and stream.values.get(event.off) == event.val:
            return
        self._observe(event.ch, event.epoch, event.off, event.val, event)

    def _take_neighbour(self, event: Event) -> None:
        if session := self._open.get((event.p, event.ch)):
            session.neighbours.append(event)
        else:
            self.strays.append(event)
        self._count("joins and leaves")

    _take_join = _take_leave = _take_neighbour

    def _take_pub(self, event: Event) -> None:
        publication = self.publications.get(event.val)
        if publication is None:
            publication = self.publications[event.val] = Publication(event.val, event.ch)
            self.identities[event.val.rpartition(":")[0]] = event.val
        if event.type == "invoke":
            publication.invokes.append(event)
            publication.began = min(publication.began, event.t)
            self._count("publish attempts")
            return
        publication.ends.append(event)
        if event.type == "ok":
            self._count("acknowledged")
            publication.acked = min(publication.acked, event.t)
            if event.epoch and event.off:
                self._observe(event.ch, event.epoch, event.off, event.val, event)

    def _take_hist(self, event: Event) -> None:
        read = self._read_done(event)
        if read:
            self.histories.append(read)
            self.stream(event.ch, event.epoch, event).know_top(event.off or 0, event)
            self._observe_items(event)
            self._count("history reads")

    def _take_presence(self, event: Event) -> None:
        read = self._read_done(event)
        if read:
            self.presences.append(read)
            self._count("presence reads")

    def _read_done(self, event: Event) -> Read | None:
        at = (event.f, event.p, event.op)
        if event.type == "invoke":
            self._pending[at] = event
            return None
        invoked = self._pending.pop(at, event)
        return Read(invoked, event) if event.type == "ok" else None

    def _take_fault(self, event: Event) -> None:
        at = ("fault", event.p, event.op)
        if event.type == "invoke":
            self._pending[at] = event
            self._count("faults")
        elif invoked := self._pending.pop(at, None):
            self._faults.append((invoked.t, event.t + self._fault_tail))

    def _take_phase(self, event: Event) -> None:
        if event.val == HEAL:
            self.heal = event
        elif event.val == QUIET:
            self.quiet = event


_TAKEN = ("conn", "disc", "sub", "unsub", "deliver", "join", "leave", "pub", "hist", "presence", "fault", "phase")
