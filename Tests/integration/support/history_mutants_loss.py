"""More mutants, about what is lost, recovered, ordered and left behind; with this module `MUTANTS` is complete."""

from dataclasses import replace

from support.history import Event, compact, make_value
from support.history_index import FOREVER, Session
from support.history_mutants import MUTANTS, Clean, Pick, mutant, unseen

__all__ = ["MUTANTS"]

# C0 and C5


@mutant("skipped-ahead")
def ask_ahead(clean: Clean, pick: Pick) -> list[Event]:
    invoked = pick(session.invoked for session in clean.deep if session.invoked.since)
    epoch, offset = invoked.since
    return clean.edit((invoked, [replace(invoked, since=[epoch, offset + pick([1, 2, 50])])]))


@mutant("false-recovered")
def recover_without_one(clean: Clean, pick: Pick) -> list[Event]:
    opened = pick(session.opened for session in clean.recovered if len(session.opened.items) > 1)
    at = pick(range(len(opened.items) - 1))
    return clean.edit((opened, [replace(opened, items=opened.items[:at] + opened.items[at + 1 :])]))


def known_at_the_end(clean: Clean, session: Session) -> int:
    """How many of the recovered publications, from the last one on, somebody knew before the recovery began."""
    stream = clean.index.streams[session.channel][session.opened.epoch]
    known = stream.top_before(session.invoked.t)
    return sum(1 for offset, _ in session.opened.items if offset <= known)


@mutant("false-recovered")
def recover_too_little(clean: Clean, pick: Pick) -> list[Event]:
    session = pick(session for session in clean.recovered if known_at_the_end(clean, session))
    opened = session.opened
    kept = pick(range(known_at_the_end(clean, session)))
    return clean.edit((opened, [replace(opened, items=opened.items[:kept])]))


@mutant("false-recovered")
def recover_another_epoch(clean: Clean, pick: Pick) -> list[Event]:
    opened = pick(session.opened for session in clean.deep if session.invoked.since and not session.opened.recovered)
    return clean.edit((opened, [replace(opened, recovered=True)]))


@mutant("partial")
def recover_half(clean: Clean, pick: Pick) -> list[Event]:
    opened = pick(clean.recovered).opened
    return clean.edit((opened, [replace(opened, recovered=False)]))


@mutant("needless-false")
def recover_nothing(clean: Clean, pick: Pick) -> list[Event]:
    opened = pick(session.opened for session in clean.deep if session.opened.recovered)
    newest = opened.off + len(opened.items)
    return clean.edit((opened, [replace(opened, recovered=False, items=[], off=newest)]))


# C6


@mutant("lost-acked")
def lose_from_history(clean: Clean, pick: Pick) -> list[Event]:
    read = pick(read for read in clean.finals if len(read.items) > 2)
    at = pick(range(len(read.items) - 1))
    return clean.edit((read, [replace(read, items=read.items[:at] + read.items[at + 1 :])]))


@mutant("lost-acked")
def lose_beginning(clean: Clean, pick: Pick) -> list[Event]:
    read = pick(read for read in clean.finals if len(read.items) > 2)
    return clean.edit((read, [replace(read, items=read.items[pick(range(1, len(read.items))) :])]))


@mutant("lost-tail")
def lose_newest(clean: Clean, pick: Pick) -> list[Event]:
    read = pick(read for read in clean.finals if len(read.items) > 2)
    kept = pick(range(1, len(read.items)))
    return clean.edit((read, [replace(read, items=read.items[:kept], off=kept)]))


@mutant("lost-tail")
def tell_old_position(clean: Clean, pick: Pick) -> list[Event]:
    def known(session: Session) -> int:
        return clean.index.streams[session.channel][session.opened.epoch].top_before(session.invoked.t)

    session = pick(found for found in clean.deep if not found.opened.recovered and known(found))
    opened = session.opened
    return clean.edit((opened, [replace(opened, off=pick(range(known(session))))]))


@mutant("lost-acked")
def acknowledge_unwritten(clean: Clean, pick: Pick) -> list[Event]:
    """Nobody sees it, and there is no hole: the next publication has its offset."""
    stream = pick(clean.final_streams)
    lost = pick(
        found
        for found in clean.in_stream(stream)
        if unseen(found) and len(clean.index.positions[found.value]) == 1 and found.began > stream.first.t
    )
    place = clean.offset(stream, lost.value)

    def moved(offset: int, value: str) -> tuple[int, str] | None:
        if offset == place:
            return None
        return (offset - 1 if offset > place else offset, value)

    return clean.map_positions(stream, moved)


@mutant("lost-acked")
def replace_in_successor(clean: Clean, pick: Pick) -> list[Event]:
    """A new epoch takes over the old one's publications, but not all of them."""
    pairs = []
    for epochs in clean.index.streams.values():
        streams = list(epochs.values())
        for before, after in zip(streams, streams[1:]):
            shared = sorted(at for at, value in after.values.items() if before.values.get(at) == value)
            acked = [at for at in shared[:-1] if clean.index.publications[after.values[at]].acked < FOREVER]
            retried = any(len(clean.index.publications[after.values[at]].invokes) > 1 for at in shared[-1:])
            pairs += [] if retried else [(after, at) for at in acked]
    after, place = pick(pairs)
    other = compact(make_value("stranger", place))
    first = clean.events[0]
    invoke = Event(first.t, "stranger", "pub", "invoke", after.channel, other, op=0)
    changed = clean.map_positions(after, lambda at, value: (at, other if at == place and value else value))
    return [invoke, *changed]


# C7


@mutant("fifo")
def swap_on_connection(clean: Clean, pick: Pick) -> list[Event]:
    stream = pick(stream for stream in clean.final_streams if len(stream.values) > 2)
    sent: dict[str, list[str]] = {}
    for publication in clean.in_stream(stream):
        if publication.conn:
            sent.setdefault(publication.conn, []).append(publication.value)
    values = pick(found for found in sent.values() if len(found) > 1)
    at = pick(range(len(values) - 1))
    return clean.swap_values(stream, values[at], values[at + 1])


@mutant("realtime-order")
def swap_in_time(clean: Clean, pick: Pick) -> list[Event]:
    stream = pick(stream for stream in clean.final_streams if len(stream.values) > 2)
    publications = [found for found in clean.in_stream(stream) if len(found.invokes) == 1]
    first = pick(found for found in publications[:-1] if found.acked < publications[-1].began)
    second = pick(found for found in publications if found.began > first.acked and found.conn != first.conn)
    return clean.swap_values(stream, first.value, second.value)


# C9


@mutant("live-loss-no-fault")
def drop_live_delivery(clean: Clean, pick: Pick) -> list[Event]:
    publications = clean.index.publications
    candidates = []
    for session in clean.live:
        limit = max((publications[found.val].began for found in session.deliveries), default=0)
        for delivery in session.deliveries:
            published = publications[delivery.val]
            if session.opened.t < published.began and published.acked < limit:
                if not clean.index.is_disturbed(published.began, published.acked):
                    candidates.append(delivery)
    return clean.edit((pick(candidates), []))


@mutant("live-order")
def swap_live_deliveries(clean: Clean, pick: Pick) -> list[Event]:
    channel = pick(sorted({session.channel for session in clean.live}))
    sessions = [session for session in clean.live if session.channel == channel]
    longest = max(sessions, key=lambda session: len(session.deliveries))
    known = {delivery.val for delivery in longest.deliveries}
    pairs = []
    for session in sessions:
        if session is not longest:
            common = [delivery for delivery in session.deliveries if delivery.val in known]
            pairs += list(zip(common, common[1:]))
    first, second = pick(pairs)
    return clean.edit((first, [replace(second, t=first.t)]), (second, [replace(first, t=second.t)]))


# C11 and C13


@mutant("stuck")
def stop_delivering(clean: Clean, pick: Pick) -> list[Event]:
    session = pick(found for found in clean.lasting if found.is_positioned and found.deliveries)
    stopped = pick(range(len(session.deliveries)))
    return clean.edit(*((delivery, []) for delivery in session.deliveries[stopped:]))


@mutant("stuck")
def lose_subscriber(clean: Clean, pick: Pick) -> list[Event]:
    session, quiet = pick(clean.lasting), clean.index.quiet
    return clean.edit((quiet, [Event(quiet.t - 1, session.p, "disc", "ok", code=3012), quiet]))


@mutant("stuck")
def keep_old_epoch(clean: Clean, pick: Pick) -> list[Event]:
    """The final read is of an epoch that a subscriber does not know."""
    read = pick(clean.finals)
    return clean.edit((read, [replace(read, epoch="the next one")]))


@mutant("stuck")
def refuse_after_faults(clean: Clean, pick: Pick) -> list[Event]:
    late = [found for found in clean.publications if found.key and found.invokes[-1].t > clean.index.heal.t]
    publication = pick(late)
    ends = ((end, [replace(end, type="info", epoch=None, off=None)]) for end in publication.ends)
    return clean.edit(*ends)


@mutant("after-unsub")
def deliver_after_unsubscribe(clean: Clean, pick: Pick) -> list[Event]:
    sessions = [found for found in clean.index.sessions if found.closed and found.closed.f == "unsub"]
    session = pick(found for found in sessions if found.deliveries)
    late = replace(session.deliveries[-1], t=session.closed.t)
    return clean.edit((session.closed, [session.closed, late]))

