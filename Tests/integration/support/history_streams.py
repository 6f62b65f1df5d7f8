"""Checks of channels as a whole: what is at each position (C1, C2, C8), in which order (C7), and what is gone (C6)."""

from collections.abc import Iterator

from support.history import CORRUPT, identity
from support.history_anomaly import Anomaly, Expectations, anomaly, cut
from support.history_index import FOREVER, Index, Publication, Read, Stream


def check_values(index: Index) -> Iterator[Anomaly]:
    """C1: whatever was seen on a channel was published there, by an attempt that was not refused."""
    for (channel, value), event in index.observed.items():
        publication = index.publications.get(value)
        if publication is None:
            original = index.identities.get(identity(value))
            if value.startswith(CORRUPT) or original:
                published = index.publications[original].invokes[0] if original else None
                yield anomaly("corrupt", channel, f"{value!r} is not what was published", published, event)
            else:
                yield anomaly("phantom", channel, f"{value} was never published", event)
        elif publication.channel != channel:
            message = f"{value} was published on {publication.channel}"
            yield anomaly("wrong-channel", channel, message, publication.invokes[0], event)
        elif publication.has_failed:
            yield anomaly("from-failed", channel, f"{value} was refused", *publication.witnesses, event)


def check_agreement(index: Index) -> Iterator[Anomaly]:
    """C2 and C8: one value at each position, and one position for each publication."""
    for stream, offset, event, value in index.divergences:
        message = f"{stream.values[offset]} and {value} at offset {offset} of epoch {stream.epoch}"
        yield anomaly("divergence", stream.channel, message, stream.seen[offset], event)
    for value, places in index.positions.items():
        publication = index.publications.get(value)
        if len(places) < 2 or publication is None or publication.may_repeat:
            continue
        by_stream: dict[int, tuple[Stream, int]] = {}
        for stream, offset in places:
            if stream.channel != publication.channel:
                continue
            first, other = by_stream.setdefault(id(stream), (stream, offset))
            if other != offset:
                kind = "idem-dup" if publication.key and len(publication.invokes) > 1 else "dup-append"
                message = f"{value} has the offsets {other} and {offset} of epoch {stream.epoch}"
                yield anomaly(kind, stream.channel, message, first.seen[other], stream.seen[offset])


def check_idempotency(index: Index) -> Iterator[Anomaly]:
    """C8: all answers to one key tell the same position."""
    for publication in index.publications.values():
        if publication.key is None or len(publication.ends) < 2:
            continue
        answers = [end for end in publication.ends if end.type == "ok"]
        for first, other in zip(answers, answers[1:]):
            # Keys are lost together with the stream that they belong to.
            if bool(first.epoch) != bool(other.epoch) or (first.epoch == other.epoch and first.off != other.off):
                message = f"the key {publication.key} was answered with two positions"
                yield anomaly("idem-mismatch", publication.channel, message, publication.invokes[0], first, other)


# Order


def ordered(index: Index, channel: str, values: list[str], epoch: str | None = None) -> Iterator[Anomaly]:
    """C7 for publications in the order in which they are in an epoch, or reached a subscriber of a live channel."""
    where = f"in epoch {epoch}" if epoch else "at a subscriber"
    publications = [found for value in values if (found := index.publications.get(value))]
    newest: dict[str, Publication] = {}
    for publication in publications:
        conn = publication.conn
        if conn is None:
            continue
        before = newest.get(conn)
        if before and before.invokes[0].op > publication.invokes[0].op:
            message = f"{publication.value} was sent before {before.value}, and comes behind it {where}"
            yield anomaly("fifo", channel, message, publication.invokes[0], before.invokes[0])
        else:
            newest[conn] = publication
    # From the end: who comes later must not have been acknowledged before this one began.
    earliest: Publication | None = None
    for publication in reversed(publications):
        if publication.may_repeat:
            continue
        if earliest and earliest.acked_in(epoch) < publication.began:
            message = f"{earliest.value} was acknowledged before {publication.value} began, and comes behind it {where}"
            acked = next(end for end in earliest.ends if end.type == "ok")
            yield anomaly("realtime-order", channel, message, acked, publication.invokes[0])
        if earliest is None or publication.acked_in(epoch) < earliest.acked_in(epoch):
            earliest = publication


def check_order(index: Index) -> Iterator[Anomaly]:
    """C7: each publisher's order, and that of calls which did not overlap."""
    for channel, epochs in index.streams.items():
        for stream in epochs.values():
            values = [stream.values[offset] for offset in sorted(stream.values)]
            yield from ordered(index, channel, values, stream.epoch)


# Loss


def check_loss(index: Index, expectations: Expectations) -> Iterator[Anomaly]:
    """C6: what was acknowledged is there as long as its epoch lasts."""
    for read in index.histories:
        yield from _check_read(index.stream(read.done.ch, read.done.epoch, read.done), read, expectations)
    final = {read.done.ch: read for read in index.histories if read.done.final}
    by_channel: dict[str, list[Publication]] = {}
    for publication in index.publications.values():
        if publication.acked < FOREVER:
            by_channel.setdefault(publication.channel, []).append(publication)
    for channel, epochs in index.streams.items():
        acknowledged = by_channel.get(channel, [])
        if channel in final:
            yield from _check_without_position(index, final[channel], acknowledged, expectations)
        else:
            yield from _check_without_read(index, channel, acknowledged)
        streams = list(epochs.values())
        for before, after in zip(streams, streams[1:]):
            yield from _check_successor(index, before, after)


def _check_read(stream: Stream, read: Read, expectations: Expectations) -> Iterator[Anomaly]:
    """A read has everything up to the newest position that anybody knew of before it began, without a hole."""
    channel, top, items = stream.channel, read.done.off or 0, read.done.items or []
    known = stream.top_before(read.invoked.t)
    if known > top:
        message = f"the history ends at offset {top}, and {known} was known before"
        yield anomaly("lost-tail", channel, message, stream.seen[known], read.invoked, read.done)
    offsets = {offset for offset, _ in items}
    oldest = min(offsets, default=top + 1)
    if expectations.window:
        oldest = min(oldest, max(1, top - expectations.window + 1))
    missing = [offset for offset in range(oldest, top + 1) if offset not in offsets]
    if missing:
        witness = next((stream.seen[offset] for offset in missing if offset in stream.seen), None)
        message = f"the history up to offset {top} is without {cut(missing)}"
        yield anomaly("lost-acked", channel, message, witness, read.done)


def _check_without_position(
    index: Index, read: Read, acknowledged: list[Publication], expectations: Expectations
) -> Iterator[Anomaly]:
    """A publication that nobody saw is lost when all positions that it could have are those of others."""
    channel = read.done.ch
    stream = index.stream(channel, read.done.epoch, read.done)
    if len(stream.values) < stream.top:
        return
    is_only = len(index.streams[channel]) == 1
    for publication in acknowledged:
        if publication.value in index.positions or publication.acked > read.invoked.t:
            continue
        if is_only or (stream.first.t < publication.began and not expectations.failover):
            message = f"{publication.value} was acknowledged, and has no place in epoch {stream.epoch}"
            yield anomaly("lost-acked", channel, message, *publication.witnesses, read.done)


def _check_without_read(index: Index, channel: str, acknowledged: list[Publication]) -> Iterator[Anomaly]:
    """Subscribers that were there all the time stand in for a history that nobody read."""
    stream = index.final_stream(channel)
    if stream is None or index.quiet is None:
        return
    sessions = [
        session for session in index.sessions if session.channel == channel and session.opened.epoch == stream.epoch
    ]
    arrived = {delivery.off for session in sessions for delivery in session.deliveries}
    arrived.update(offset for session in sessions for offset, _ in session.opened.items or ())
    lasting = [session.opened.t for session in sessions if session.end > index.quiet.t]
    for publication in acknowledged:
        places = index.positions.get(publication.value, [])
        if len(places) != 1 or places[0][0] is not stream or places[0][1] in arrived:
            continue
        offset = places[0][1]
        if min(lasting, default=FOREVER) < publication.began:
            kind = "lost-acked" if offset < max(arrived, default=0) else "lost-tail"
            message = f"no subscriber ever got {publication.value} at offset {offset}"
            yield anomaly(kind, channel, message, stream.seen[offset])


def _check_successor(index: Index, before: Stream, after: Stream) -> Iterator[Anomaly]:
    """When an epoch takes over the publications of another one, it may lack its newest, but none in between."""
    # What was sent once and is in both was taken over; what was sent again may have got the same offset by chance.
    shared = [
        offset
        for offset, value in after.values.items()
        if before.values.get(offset) == value
        and (publication := index.publications.get(value))
        and len(publication.invokes) == 1
    ]
    if not shared:
        return
    newest = max(shared)
    for offset, value in before.values.items():
        other = after.values.get(offset)
        publication = index.publications.get(value)
        if offset < newest and other not in (None, value) and publication and publication.acked < FOREVER:
            message = f"{value} is not at offset {offset} of epoch {after.epoch}, which has what came after it"
            witnesses = before.seen[offset], after.seen[offset], after.seen[newest]
            yield anomaly("lost-acked", before.channel, message, *witnesses)
