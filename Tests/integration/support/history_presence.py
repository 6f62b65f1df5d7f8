"""Checks of presence (C14): who is there at the end, and the order of joins and leaves at each subscriber."""

from collections.abc import Iterator

from support.history import Event
from support.history_anomaly import Anomaly, anomaly
from support.history_index import Index, Session


def check_presence(index: Index) -> Iterator[Anomaly]:
    """At the end the members are those with an open subscription; nobody is ever a member who did not ask to be."""
    sessions: dict[str, list[Session]] = {}
    for session in index.sessions:
        sessions.setdefault(session.channel, []).append(session)
    for read in index.presences:
        channel, done = read.done.ch, read.done
        members = set(done.members or ())
        for member in sorted(members):
            asked = index.sub_invokes.get((channel, member))
            if not asked or asked[0].t > done.t:
                yield anomaly("ghost", channel, f"{member} never subscribed", done)
        if not done.final:
            continue
        last = {session.client: session for session in sessions.get(channel, [])}
        for client, session in last.items():
            if client in members and session.end < read.invoked.t:
                yield anomaly("ghost", channel, f"{client} ({session.p}) is gone", session.closed, done)
            elif client not in members and session.opened.t < read.invoked.t and session.end > done.t:
                yield anomaly("missing", channel, f"{client} ({session.p}) is subscribed", session.opened, done)


class Neighbour:
    """What one subscriber knows of another client: None until the first push, if it may have been there before."""

    def __init__(self, is_present: bool | None):
        self.is_present = is_present
        self.join: Event | None = None
        self.leave: Event | None = None
        self.early_leave: Event | None = None


def check_joins(index: Index) -> Iterator[Anomaly]:
    """Each join comes once, each leave comes once, and the join of a client before its leave."""
    for session in index.sessions:
        known: dict[str, Neighbour] = {}
        for event in session.neighbours:
            if event.who not in known:
                asked = index.sub_invokes.get((session.channel, event.who), [])
                # Who asked before this subscription began may have been there, or not.
                known[event.who] = Neighbour(None if asked and asked[0].t < session.opened.t else False)
            take = _take_join if event.f == "join" else _take_leave
            yield from take(index, session, known[event.who], event)


def _take_join(index: Index, session: Session, neighbour: Neighbour, event: Event) -> Iterator[Anomaly]:
    asked = index.sub_invokes.get((session.channel, event.who), [])
    if neighbour.is_present and neighbour.join:
        # Only where a leave may be lost, and either the client has subscribed anew or its node was cut off and has put it back,
        # may there be a second join. Of the latter only clients of that same node can have lost the leave.
        is_again = len(asked) > 1 or index.is_same_node(session.client, event.who)
        if not is_again or not index.is_disturbed(neighbour.join.t, event.t):
            message = f"{session.p} saw {event.who} join twice"
            yield anomaly("dup-join", session.channel, message, neighbour.join, event)
    if neighbour.early_leave and len(asked) == 1:
        yield _early(session, neighbour.early_leave, event)
    neighbour.is_present, neighbour.join, neighbour.early_leave = True, event, None


def _take_leave(index: Index, session: Session, neighbour: Neighbour, event: Event) -> Iterator[Anomaly]:
    if neighbour.is_present is False:
        asked = index.sub_invokes.get((session.channel, event.who), [])
        if neighbour.leave:
            # Only where a join may be lost, and the client has subscribed anew, may there be a second leave.
            if len(asked) < 2 or not index.is_disturbed(neighbour.leave.t, event.t):
                message = f"{session.p} saw {event.who} leave twice"
                yield anomaly("dup-leave", session.channel, message, neighbour.leave, event)
        elif index.is_disturbed(session.opened.t, event.t):
            # The join may be lost; that it comes later is what must not be.
            neighbour.early_leave = event
        else:
            yield _early(session, event, None)
    neighbour.is_present, neighbour.leave = False, event


def _early(session: Session, leave: Event, join: Event | None) -> Anomaly:
    return anomaly("leave-before-join", session.channel, f"{session.p} saw {leave.who} leave first", leave, join)
