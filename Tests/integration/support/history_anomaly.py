"""What the checks of a history find, and what they may take for granted."""

from collections.abc import Iterable
from dataclasses import dataclass

from support.history import Event

# Each kind of anomaly with its class; the classes have the numbers of the promises that they break, which are in
# docs/explanation/delivery-guarantees.md. C0 is about the history itself: a test that breaks its rules proves nothing.
CLASSES = {
    "skipped-ahead": "C0",
    "phantom": "C1",
    "corrupt": "C1",
    "from-failed": "C1",
    "wrong-channel": "C1",
    "divergence": "C2",
    "dup-append": "C2",
    "gap": "C3",
    "rewind": "C3",
    "dup-session": "C4",
    "dup-seam": "C4",
    "dup-across": "C4",
    "false-recovered": "C5",
    "partial": "C5",
    "needless-false": "C5",
    "lost-acked": "C6",
    "lost-tail": "C6",
    "fifo": "C7",
    "realtime-order": "C7",
    "idem-dup": "C8",
    "idem-mismatch": "C8",
    "live-loss-no-fault": "C9",
    "live-order": "C9",
    "stuck": "C11",
    "after-unsub": "C13",
    "ghost": "C14",
    "missing": "C14",
    "leave-before-join": "C14",
    "dup-join": "C14",
    "dup-leave": "C14",
}


@dataclass(frozen=True)
class Expectations:
    """What a history alone does not say about the servers that it comes from.

    `window`: so many of the newest publications are always kept and recovered; 0 for unknown. `failover`: Redis may
    have been replaced by a replica that lacked the newest writes. `fault_tail`: seconds after the end of a fault in
    which it may still cost a publication on a live channel. `convergence`: seconds from the last fault to the time
    from which everything has to succeed.
    """

    window: int = 0
    failover: bool = False
    fault_tail: float = 10
    convergence: float = 30


@dataclass(frozen=True)
class Anomaly:
    """One broken promise with the events that prove it, in the order of time."""

    kind: str
    channel: str
    message: str
    witnesses: tuple[Event, ...]

    @property
    def promise(self) -> str:
        return CLASSES[self.kind]

    def shown(self, start: int = 0) -> str:
        lines = [f"{self.promise} {self.kind} on {self.channel}: {self.message}"]
        return "\n".join(lines + ["    " + event.shown(start) for event in self.witnesses])


def anomaly(kind: str, channel: str, message: str, *witnesses: Event | None) -> Anomaly:
    """Leaves out witnesses that are None or repeated."""
    distinct = {id(event): event for event in witnesses if event is not None}
    return Anomaly(kind, channel, message, tuple(sorted(distinct.values(), key=lambda event: event.t)))


def cut(values: Iterable, limit: int = 5) -> str:
    """A few values for a message."""
    shown = [str(value) for value in values]
    return ", ".join(shown[:limit]) + (f" and {len(shown) - limit} more" if len(shown) > limit else "")
