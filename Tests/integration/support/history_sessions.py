"""Checks of subscriptions: gaps (C3), repetitions (C4), recovery (C5), live channels (C9), who is left behind (C11)."""

import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from support.history import Event
from support.history_anomaly import Anomaly, Expectations, anomaly, cut
from support.history_index import FOREVER, Index, Publication, Session
from support.history_streams import ordered


@dataclass(slots=True)
class Processed:
    """What one client has processed of one epoch: everything from `lowest` to `highest`."""

    lowest: int
    highest: int


class Walk:
    """Follows one positioned subscription from offset to offset."""

    def __init__(self, index: Index, session: Session, processed: Processed | None):
        opened = session.opened
        self._index = index
        self._session = session
        self._processed = processed
        self._is_recovered = opened.recovered is True
        self._since: int = (session.invoked.since or [None, 0])[1] if self._is_recovered else opened.off or 0
        self.start = self._since
        self.position = self._since
        self._items_end = self._since
        self._missing: set[int] = set()
        self._last: Event = opened

    def take_items(self) -> Iterator[Anomaly]:
        for offset, _ in self._session.opened.items or ():
            if offset == self.position + 1:
                self.position = offset
            elif offset > self.position:
                skipped = range(self.position + 1, offset)
                yield self._anomaly("false-recovered", f"recovered without {cut(skipped)}", self._session.opened)
                self._missing.update(skipped)
                self.position = offset
            else:
                yield self._repeated(offset, self._session.opened)
        self._items_end = self.position

    def take(self, delivery: Event) -> Iterator[Anomaly]:
        offset = delivery.off or 0
        if offset > self.position:
            skipped = range(self.position + 1, offset)
            yield self._anomaly("gap", f"offset {offset} after {self.position}", self._last, delivery)
            self._missing.update(skipped)
            self.position = offset
        else:
            yield self._repeated(offset, delivery)
        self._last = delivery

    def _repeated(self, offset: int, event: Event) -> Anomaly:
        """What it means that an offset comes which is not above the position."""
        if self.start < offset and offset not in self._missing:
            is_seam = offset <= self._items_end and event is not self._session.opened
            first = self._session.opened if is_seam else self._first(offset, event)
            return self._anomaly("dup-seam" if is_seam else "dup-session", f"offset {offset} twice", first, event)
        if self._is_recovered and self._processed and self._processed.lowest < offset <= self.start:
            message = f"offset {offset} again, after resuming from {self.start}"
            return self._anomaly("dup-across", message, self._session.invoked, event)
        return self._anomaly("rewind", f"offset {offset} after {self.position}", self._last, event)

    def _first(self, offset: int, event: Event) -> Event | None:
        return next((found for found in self._session.deliveries if found.off == offset and found is not event), None)

    def _anomaly(self, kind: str, message: str, *witnesses: Event | None) -> Anomaly:
        return anomaly(kind, self._session.channel, f"{self._session.p} got {message}", *witnesses)


def check_positioned(index: Index, expectations: Expectations) -> Iterator[Anomaly]:
    """C3, C4, C5, and C11 for subscriptions on channels with positions."""
    processed: dict[tuple[str, str, str], Processed] = {}
    positions: dict[int, int] = {}
    for session in index.sessions:
        if not session.is_positioned:
            continue
        at = (session.p, session.channel, session.opened.epoch)
        before = processed.get(at)
        walk = Walk(index, session, before)
        yield from _check_reply(index, session, expectations)
        yield from _check_request(session, processed)
        yield from walk.take_items()
        yield from _check_recovered_all(index, session, walk.position)
        for delivery in session.deliveries:
            if delivery.off == walk.position + 1:
                walk.position += 1
                walk.last = delivery
            else:
                yield from walk.take(delivery)
        if before:
            before.lowest = min(before.lowest, walk.start)
            before.highest = max(before.highest, walk.position)
        else:
            processed[at] = Processed(walk.start, walk.position)
        positions[id(session)] = walk.position
    yield from _check_converged(index, positions)


def _check_request(session: Session, processed: dict[tuple[str, str, str], Processed]) -> Iterator[Anomaly]:
    """C0: a client asks for nothing above what it has processed; else it would hide a loss."""
    epoch, offset = session.invoked.since or (None, 0)
    if epoch:
        known = processed.get((session.p, session.channel, epoch))
        if known is None or offset > known.highest:
            message = f"{session.p} asks from offset {offset}, which it has not processed"
            yield anomaly("skipped-ahead", session.channel, message, session.invoked)


def _check_reply(index: Index, session: Session, expectations: Expectations) -> Iterator[Anomaly]:
    """C5: what the reply says of the recovery; and C6: its position is the newest."""
    invoked, opened = session.invoked, session.opened
    epoch, offset = invoked.since or (None, 0)
    name, events = session.p, (invoked, opened)
    if opened.recovered is True:
        if invoked.since is None or (epoch and epoch != opened.epoch and not _is_shared(index, session)):
            message = f"{name} has recovered from epoch {epoch} in epoch {opened.epoch}"
            yield anomaly("false-recovered", session.channel, message, *events)
        return
    top = opened.off or 0
    if opened.items:
        message = f"{name} has not recovered and got {len(opened.items)} publications"
        yield anomaly("partial", session.channel, message, *events)
    if epoch and epoch == opened.epoch and 0 <= top - offset <= expectations.window and expectations.window:
        message = f"{name} could have recovered {top - offset} publications after offset {offset}"
        yield anomaly("needless-false", session.channel, message, *events)
    stream = index.streams[session.channel][opened.epoch]
    if (known := stream.top_before(invoked.t)) > top:
        message = f"{name} was told that {top} is the newest offset, and {known} was known before"
        yield anomaly("lost-tail", session.channel, message, stream.seen[known], *events)


def _is_shared(index: Index, session: Session) -> bool:
    """Whether everything known of the epoch that the client comes from, up to its position, is also in the new one.

    The part of an epoch in front of the dot names the stream. The part behind it names the history of Redis, and another
    history may go on where the client was.
    """
    epoch, offset = session.invoked.since
    if epoch.split(".")[0] != (session.opened.epoch or "").split(".")[0]:
        return False
    streams = index.streams[session.channel]
    old, new = streams.get(epoch), streams[session.opened.epoch]
    return all(new.values.get(at) == value for at, value in (old.values.items() if old else ()) if at <= offset)


def _check_recovered_all(index: Index, session: Session, position: int) -> Iterator[Anomaly]:
    """C5: a recovery reaches as far as anything that was known before it began."""
    opened = session.opened
    if opened.recovered is not True or opened.items is None:
        return
    stream = index.streams[session.channel][opened.epoch]
    known = stream.top_before(session.invoked.t)
    if known > position:
        message = f"{session.p} has recovered up to offset {position}, and {known} was known before"
        yield anomaly("false-recovered", session.channel, message, stream.seen[known], session.invoked, opened)


def _check_converged(index: Index, positions: dict[int, int]) -> Iterator[Anomaly]:
    """C11: at the end everybody is subscribed and has all there is."""
    if index.quiet is None:
        return
    latest = {(session.p, session.channel): session for session in index.sessions}
    for session in latest.values():
        channel = session.channel
        if session.end < index.quiet.t:
            yield anomaly("stuck", channel, f"{session.p} did not come back", session.opened, session.closed)
        elif session.is_positioned and (stream := index.final_stream(channel)):
            position = positions[id(session)]
            if stream.epoch != session.opened.epoch:
                message = f"{session.p} follows epoch {session.opened.epoch} instead of {stream.epoch}"
                yield anomaly("stuck", channel, message, session.opened, stream.first)
            elif position < stream.top:
                last = session.deliveries[-1] if session.deliveries else session.opened
                message = f"{session.p} has stopped at offset {position} of {stream.top}"
                yield anomaly("stuck", channel, message, last, stream.seen[stream.top])


def check_publishing(index: Index, expectations: Expectations) -> Iterator[Anomaly]:
    """C11: after the last fault publishing succeeds again."""
    if index.heal is None:
        return
    due = index.heal.t + int(expectations.convergence * 1e9)
    for publication in index.publications.values():
        last = publication.invokes[-1]
        # Without a key nobody tries again: such a publication may end with its connection.
        if publication.key and last.t > due and publication.acked == FOREVER:
            message = f"{publication.value} was refused {(last.t - index.heal.t) / 1e9:.0f} s after the last fault"
            yield anomaly("stuck", publication.channel, message, index.heal, *publication.witnesses)


def check_strays(index: Index) -> Iterator[Anomaly]:
    """C13: nothing comes outside of a subscription."""
    for event in index.strays:
        yield anomaly("after-unsub", event.ch, f"{event.p} got a push without a subscription", event)


# Live channels


def check_live(index: Index) -> Iterator[Anomaly]:
    """C9, and what of C4, C7 and C8 can be seen without positions."""
    by_channel: dict[str, list[Session]] = {}
    for session in index.sessions:
        if not session.is_positioned:
            by_channel.setdefault(session.channel, []).append(session)
    published: dict[str, list[Publication]] = {channel: [] for channel in by_channel}
    for publication in index.publications.values():
        if publication.channel in published:
            published[publication.channel].append(publication)
    for channel, sessions in by_channel.items():
        publications = sorted(published[channel], key=lambda publication: publication.began)
        starts = [publication.began for publication in publications]
        for session in sessions:
            values = {delivery.val: delivery for delivery in session.deliveries}
            yield from _check_repetition(index, session, values)
            yield from ordered(index, channel, [delivery.val for delivery in session.deliveries])
            first = bisect.bisect_right(starts, session.opened.t)
            yield from _check_live_loss(index, session, values, publications[first:])
        yield from _check_live_order(index, sessions)


def _check_repetition(index: Index, session: Session, last: dict[str, Event]) -> Iterator[Anomaly]:
    if len(last) == len(session.deliveries):
        return
    for delivery in session.deliveries:
        publication = index.publications.get(delivery.val)
        if last[delivery.val] is delivery or (publication and publication.may_repeat):
            continue
        is_retried = publication is not None and publication.key is not None and len(publication.invokes) > 1
        kind = "idem-dup" if is_retried else "dup-session"
        yield anomaly(kind, session.channel, f"{session.p} got {delivery.val} twice", delivery, last[delivery.val])


def _check_live_loss(
    index: Index, session: Session, values: dict[str, Event], publications: list[Publication]
) -> Iterator[Anomaly]:
    """Without a fault a subscriber gets what was acknowledged before anything that it got began."""
    if index.quiet and session.end > index.quiet.t:
        limit = index.quiet.t
    else:
        began = (index.publications[value].began for value in values if value in index.publications)
        limit = max(began, default=0)
    for publication in publications:
        if publication.began > limit:
            break
        if publication.acked < limit and publication.value not in values:
            if not index.is_disturbed(publication.began, publication.acked):
                message = f"{session.p} never got {publication.value}"
                witnesses = (session.opened, *publication.witnesses, session.closed)
                yield anomaly("live-loss-no-fault", session.channel, message, *witnesses)


def _check_live_order(index: Index, sessions: list[Session]) -> Iterator[Anomaly]:
    """All subscribers see one order: that of the one that got most is the measure."""
    if not sessions:
        return
    longest = max(sessions, key=lambda session: len(session.deliveries))
    order = {delivery.val: (at, delivery) for at, delivery in enumerate(longest.deliveries)}
    for session in sessions:
        before: tuple[int, Event] | None = None
        for delivery in session.deliveries:
            place = order.get(delivery.val)
            publication = index.publications.get(delivery.val)
            if place is None or publication is None or publication.may_repeat:
                continue
            if before and place[0] < before[0]:
                message = f"{session.p} got {before[1].val} and then {delivery.val}, {longest.p} the other way round"
                yield anomaly("live-order", session.channel, message, place[1], before[1], delivery)
            before = (place[0], delivery)
