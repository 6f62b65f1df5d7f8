"""Breaks a clean history in one place, as a faulty server would; each mutant has its kind of anomaly."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from support.history import Event, compact, identity, make_value
from support.history_index import FOREVER, Index, Publication, Session, Stream
from support.history_model import PRESENT

Candidate = TypeVar("Candidate")
Pick = Callable[[Iterable[Candidate]], Candidate]
Mutant = Callable[["Clean", Pick], list[Event]]

# Each mutant by its name, with the kind of the anomaly that it is.
MUTANTS: dict[str, tuple[str, Mutant]] = {}


class NoPlace(Exception):
    """The history has no place where this mutant could be."""


def mutant(kind: str) -> Callable[[Mutant], Mutant]:
    def register(function: Mutant) -> Mutant:
        MUTANTS[function.__name__] = (kind, function)
        return function

    return register


class Clean:
    """A history without anomalies, and what a mutant needs to find its place."""

    def __init__(self, events: list[Event]):
        self.index = Index(events, fault_tail=0)
        self.events = self.index.events
        self.deep = [session for session in self.index.sessions if session.is_positioned]
        self.live = [session for session in self.index.sessions if not session.is_positioned]
        self.recovered = [session for session in self.deep if session.opened.recovered and session.opened.items]
        self.finals = [read.done for read in self.index.histories if read.done.final]
        self.publications = list(self.index.publications.values())

    def edit(self, *changes: tuple[Event, list[Event]]) -> list[Event]:
        """The history with other events in the place of some."""
        by_event = {id(event): others for event, others in changes}
        return [other for event in self.events for other in by_event.get(id(event), (event,))]

    def map_positions(self, stream: Stream, change: Callable[[int, str], tuple[int, str] | None]) -> list[Event]:
        """The history with each publication of a stream, wherever it was seen, moved or with another value."""

        def changed(event: Event) -> Event | None:
            if event.ch != stream.channel:
                return event
            since = event.since
            if since and since[0] == stream.epoch:
                event = replace(event, since=[since[0], (change(since[1], "") or (since[1] - 1, ""))[0]])
            if event.epoch != stream.epoch:
                return event
            if event.items is not None:
                pairs = [change(offset, value) for offset, value in event.items]
                event = replace(event, items=[list(pair) for pair in pairs if pair])
            if event.f in ("deliver", "pub"):
                pair = change(event.off, event.val)
                # The publisher knows what it has published; only the position can be another one.
                return pair and replace(event, off=pair[0], val=pair[1] if event.f == "deliver" else event.val)
            return replace(event, off=(change(event.off, "") or (event.off - 1, ""))[0])

        return [event for found in self.events if (event := changed(found))]

    def swap_values(self, stream: Stream, first: str, second: str) -> list[Event]:
        """The history in which two publications of a stream came in the other order."""
        other = {first: second, second: first}
        places = {value: self.offset(stream, value) for value in other}

        def swapped(event: Event) -> Event:
            if event.epoch != stream.epoch or event.ch != stream.channel:
                return event
            if event.f == "pub" and event.val in other:
                return replace(event, off=places[other[event.val]])
            if event.items is not None:
                return replace(event, items=[[offset, other.get(value, value)] for offset, value in event.items])
            return replace(event, val=other.get(event.val, event.val)) if event.f == "deliver" else event

        return [swapped(event) for event in self.events]

    def offset(self, stream: Stream, value: str) -> int:
        return next((at for found, at in self.index.positions.get(value, ()) if found is stream), 0)

    def in_stream(self, stream: Stream) -> list[Publication]:
        return [self.index.publications[stream.values[offset]] for offset in sorted(stream.values)]

    @property
    def streams(self) -> list[Stream]:
        return [stream for epochs in self.index.streams.values() for stream in epochs.values()]

    @property
    def final_streams(self) -> list[Stream]:
        return [stream for read in self.finals if (stream := self.index.final_stream(read.ch))]

    @property
    def lasting(self) -> list[Session]:
        """Those that are there at the end."""
        return [session for session in self.index.sessions if session.end > self.index.quiet.t]

    def is_quiet(self, first: Event, second: Event) -> bool:
        return not self.index.is_disturbed(first.t, second.t)


# C1


@mutant("corrupt")
def change_checksum(clean: Clean, pick: Pick) -> list[Event]:
    delivery = pick(delivery for session in clean.index.sessions for delivery in session.deliveries)
    return clean.edit((delivery, [replace(delivery, val=f"{identity(delivery.val)}:00000000")]))


@mutant("corrupt")
def deliver_damaged(clean: Clean, pick: Pick) -> list[Event]:
    session = pick(clean.recovered)
    items = [list(item) for item in session.opened.items]
    item = pick(items)
    item[1] = compact(make_value("ws-0", 1, 50)[:-1])
    return clean.edit((session.opened, [replace(session.opened, items=items)]))


@mutant("phantom")
def deliver_unpublished(clean: Clean, pick: Pick) -> list[Event]:
    delivery = pick(delivery for session in clean.index.sessions for delivery in session.deliveries)
    return clean.edit((delivery, [replace(delivery, val=compact(make_value("nobody", delivery.t)))]))


@mutant("from-failed")
def deliver_refused(clean: Clean, pick: Pick) -> list[Event]:
    publication = pick(
        found
        for found in clean.publications
        if len(found.ends) == len(found.invokes) and (found.channel, found.value) in clean.index.observed
    )
    ends = ((end, [replace(end, type="fail", epoch=None, off=None)]) for end in publication.ends)
    return clean.edit(*ends)


@mutant("wrong-channel")
def deliver_elsewhere(clean: Clean, pick: Pick) -> list[Event]:
    delivery = pick(delivery for session in clean.live for delivery in session.deliveries)
    other = pick(found.value for found in clean.publications if found.channel != delivery.ch)
    return clean.edit((delivery, [replace(delivery, val=other)]))


# C2


@mutant("divergence")
def deliver_other_value(clean: Clean, pick: Pick) -> list[Event]:
    stream = pick(stream for stream in clean.final_streams if len(stream.values) > 1)
    sessions = [session for session in clean.deep if session.opened.epoch == stream.epoch]
    delivery = pick(delivery for session in sessions for delivery in session.deliveries)
    other = pick(value for value in stream.values.values() if value != delivery.val)
    return clean.edit((delivery, [replace(delivery, val=other)]))


@mutant("divergence")
def acknowledge_other_position(clean: Clean, pick: Pick) -> list[Event]:
    stream = pick(stream for stream in clean.final_streams if len(stream.values) > 1)
    ends = [end for found in clean.in_stream(stream) for end in found.ends if end.epoch == stream.epoch]
    end = pick(ends)
    offset = pick(offset for offset in stream.values if offset != end.off)
    return clean.edit((end, [replace(end, off=offset)]))


def append_again(clean: Clean, pick: Pick, is_retried: bool) -> list[Event]:
    """One publication has two places; the second was that of another one, which is nowhere then."""
    stream = pick(clean.final_streams)
    publications = clean.in_stream(stream)
    first = pick(found for found in publications if (len(found.invokes) > 1) is is_retried)
    # A publication whose answer tells its position would be a second value there.
    second = pick(found for found in publications if found.key is None)
    place = clean.offset(stream, second.value)
    return clean.map_positions(
        stream, lambda offset, value: (offset, first.value if offset == place and value else value)
    )


@mutant("dup-append")
def append_twice(clean: Clean, pick: Pick) -> list[Event]:
    return append_again(clean, pick, is_retried=False)


# C3 and C4


@mutant("gap")
def drop_delivery(clean: Clean, pick: Pick) -> list[Event]:
    return clean.edit((pick(found for session in clean.deep for found in session.deliveries[:-1]), []))


@mutant("gap")
def swap_deliveries(clean: Clean, pick: Pick) -> list[Event]:
    session = pick(session for session in clean.deep if len(session.deliveries) > 1)
    at = pick(range(len(session.deliveries) - 1))
    first, second = session.deliveries[at : at + 2]
    return clean.edit((first, [replace(second, t=first.t)]), (second, [replace(first, t=second.t)]))


@mutant("rewind")
def deliver_older(clean: Clean, pick: Pick) -> list[Event]:
    session = pick(session for session in clean.deep if not session.opened.recovered and session.opened.off)
    opened = session.opened
    stream = clean.index.streams[session.channel][opened.epoch]
    offset = pick(offset for offset in stream.values if offset <= opened.off)
    older = Event(opened.t, session.p, "deliver", "ok", session.channel, stream.values[offset], opened.epoch, offset)
    return clean.edit((opened, [opened, older]))


@mutant("dup-session")
def repeat_delivery(clean: Clean, pick: Pick) -> list[Event]:
    session = pick(session for session in clean.deep if session.deliveries)
    at = pick(range(len(session.deliveries)))
    later = pick(session.deliveries[at:])
    return clean.edit((later, [later, replace(session.deliveries[at], t=later.t)]))


@mutant("dup-session")
def repeat_live_delivery(clean: Clean, pick: Pick) -> list[Event]:
    return repeat_live(clean, pick, is_retried=False)


def repeat_live(clean: Clean, pick: Pick, is_retried: bool) -> list[Event]:
    deliveries = (delivery for session in clean.live for delivery in session.deliveries)
    invokes = {found.value: len(found.invokes) for found in clean.publications}
    delivery = pick(found for found in deliveries if (invokes[found.val] > 1) is is_retried)
    return clean.edit((delivery, [delivery, replace(delivery)]))


@mutant("dup-seam")
def repeat_recovered(clean: Clean, pick: Pick) -> list[Event]:
    session = pick(clean.recovered)
    opened = session.opened
    offset, value = pick(opened.items)
    again = Event(opened.t, session.p, "deliver", "ok", session.channel, value, opened.epoch, offset)
    return clean.edit((opened, [opened, again]))


@mutant("dup-across")
def recover_too_much(clean: Clean, pick: Pick) -> list[Event]:
    seen = {(found.p, found.ch, found.epoch, found.off) for session in clean.deep for found in session.deliveries}
    session = pick(found for found in clean.recovered if (found.p, found.channel, *found.invoked.since) in seen)
    opened = session.opened
    before = session.invoked.since[1]
    value = clean.index.streams[session.channel][opened.epoch].values[before]
    return clean.edit((opened, [replace(opened, items=[[before, value], *opened.items])]))


# C8


@mutant("idem-dup")
def append_retried_twice(clean: Clean, pick: Pick) -> list[Event]:
    return append_again(clean, pick, is_retried=True)


@mutant("idem-dup")
def deliver_retried_twice(clean: Clean, pick: Pick) -> list[Event]:
    return repeat_live(clean, pick, is_retried=True)


@mutant("idem-mismatch")
def answer_differently(clean: Clean, pick: Pick) -> list[Event]:
    answers = ([end for end in found.ends if end.type == "ok" and end.epoch] for found in clean.publications)
    first, second = pick(ends for ends in answers if len(ends) == 2 and ends[0].epoch == ends[1].epoch)
    return clean.edit((second, [replace(second, off=first.off + pick([1, 2, -1]))]))


# C14


@mutant("ghost")
def remember_gone(clean: Clean, pick: Pick) -> list[Event]:
    read = next(read.done for read in clean.index.presences if read.done.final)
    clients = {session.client for session in clean.index.sessions if session.channel == PRESENT} | {"nobody#1"}
    gone = pick(sorted(clients - set(read.members)))
    return clean.edit((read, [replace(read, members=[*read.members, gone])]))


@mutant("missing")
def forget_member(clean: Clean, pick: Pick) -> list[Event]:
    read = next(read.done for read in clean.index.presences if read.done.final)
    member = pick(read.members)
    return clean.edit((read, [replace(read, members=[found for found in read.members if found != member])]))


@mutant("dup-join")
def join_twice(clean: Clean, pick: Pick) -> list[Event]:
    event = pick(
        found
        for session in clean.index.sessions
        for found in session.neighbours
        if found.f == "join" and clean.is_quiet(found, found)
    )
    return clean.edit((event, [event, replace(event)]))


@mutant("dup-leave")
def leave_twice(clean: Clean, pick: Pick) -> list[Event]:
    event = pick(found for session in clean.index.sessions for found in session.neighbours if found.f == "leave")
    return clean.edit((event, [event, replace(event)]))


@mutant("leave-before-join")
def leave_first(clean: Clean, pick: Pick) -> list[Event]:
    pairs = []
    for session in clean.index.sessions:
        joins: dict[str, Event] = {}
        for event in session.neighbours:
            asked = clean.index.sub_invokes[(session.channel, event.who)]
            join = joins.get(event.who)
            if event.f == "join":
                joins[event.who] = event
            elif join and len(asked) == 1 and asked[0].t > session.opened.t:
                pairs.append((join, event))
    join, leave = pick(pairs)
    return clean.edit((join, [replace(leave, t=join.t)]), (leave, [replace(join, t=leave.t)]))


def unseen(publication: Publication) -> bool:
    """Whether its answers do not tell where it is."""
    return publication.conn is not None and publication.acked < FOREVER
