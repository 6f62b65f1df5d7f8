"""What a test did and what it saw: one line of JSON for each event, merged by the monotonic clock of the machine.

Every client, publisher and test writes down what it began ("invoke"), how that ended ("ok"; "fail": it certainly had no
effect; "info": nobody knows), and what reached it. An invocation is recorded before its bytes are sent, an end after
its answer has come, so that "A had ended before B began" is never claimed wrongly. `history_checker` judges what was
written.

The events, by `f`:

| f | type | means | fields |
|---|---|---|---|
| conn | invoke, ok, fail | a connection and its `connect` | node, proto, who: the client id |
| disc | ok | the end of a connection, with all subscriptions on it | code: of the server's close frame |
| sub | invoke, ok, fail, info | a subscribe command | ch, since; of ok: epoch, off, recovered, items |
| unsub | invoke, ok | an unsubscribe command; with a code the server's push | ch, code |
| deliver | ok | a publication that came as a push | ch, val, epoch, off |
| join, leave | ok | a push about the client `who` | ch, who |
| pub | invoke, ok, fail, info | one attempt to publish | ch, val, op, key, conn; of ok: epoch, off |
| hist | invoke, ok, fail | a read of the whole history | ch, op; of ok: epoch, off, items |
| presence | invoke, ok, fail | a read of who is there | ch, op; of ok: members |
| fault | invoke, ok | a fault and its end | val: which, op |
| phase | ok | a mark of the test: "heal" once all faults are gone, "quiet" once everything should have arrived | val |

`p` is the process: it has one connection at a time. `op` pairs an invocation of a process with its end. A subscription
without an epoch is one on a live channel. `items` are pairs of offset and value, in the order in which they came; None
when the client cannot tell them from the pushes that follow. `final` marks reads after "quiet".
"""

import contextlib
import gc
import heapq
import itertools
import json
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import TextIO

CORRUPT = "corrupt "
HEAL, QUIET = "heal", "quiet"
_SHOWN_VALUE = 80
_LINES_AT_A_TIME = 10_000


@dataclass(slots=True)
class Event:
    """One line of a history; `t` is CLOCK_MONOTONIC in nanoseconds."""

    t: int
    p: str
    f: str
    type: str
    ch: str | None = None
    val: str | None = None
    epoch: str | None = None
    off: int | None = None
    node: str | None = None
    proto: str | None = None
    code: int | None = None
    recovered: bool | None = None
    since: list | None = None
    op: int | None = None
    key: str | None = None
    conn: str | None = None
    items: list | None = None
    members: list | None = None
    who: str | None = None
    final: bool | None = None

    def shown(self, start: int = 0) -> str:
        """One line for people; the time is in seconds since `start`."""
        rest = []
        for name in _REST:
            value = getattr(self, name)
            if value is not None:
                rest.append(f"{name}={value if not isinstance(value, list) else _shortened(value)}")
        return f"{(self.t - start) / 1e9:12.6f}  {self.p:<14} {self.f} {self.type}  {' '.join(rest)}"


_NAMES = tuple(field.name for field in fields(Event))
_REST = _NAMES[4:]


def _shortened(values: list) -> str:
    shown = [str(value) for value in values]
    return "[" + ", ".join(shown if len(shown) <= 6 else [*shown[:3], f"… {len(shown) - 6} more …", *shown[-3:]]) + "]"


# Values


def make_value(publisher: str, number: int, size: int = 0) -> str:
    """`<publisher>:<number>:<crc32>`, repeated until it has `size` characters: unique, and broken by any change."""
    prefix = f"{publisher}:{number}"
    # Eight digits of the checksum, a colon, and the space that ends a repetition.
    size = max(size, len(prefix) + 9)
    head = f"{prefix}:{zlib.crc32(f'{prefix}:{size}'.encode()):08x} "
    return (head * (size // len(head) + 1))[:size]


def identity(value: str) -> str:
    """The part of a value that names it, without the checksum."""
    return value.rpartition(":")[0]


def compact(received: object) -> str:
    """What the history keeps of a received payload: the first repetition, or what is wrong, when anything is."""
    if isinstance(received, str):
        head = received.partition(" ")[0]
        publisher, _, rest = head.partition(":")
        number = rest.partition(":")[0]
        if number.isdecimal() and make_value(publisher, int(number), len(received)) == received:
            return head
    return CORRUPT + repr(received)[:_SHOWN_VALUE]


# Files


class Recorder:
    """Writes a history to a file; any thread may record. Use it in a `with` statement."""

    def __init__(self, file: Path):
        self.file = file
        self._lock = threading.Lock()
        self._out: TextIO = file.open("w")
        self._last_op = 0

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def next_op(self) -> int:
        with self._lock:
            self._last_op += 1
            return self._last_op

    def record(self, p: str, f: str, type: str, **values) -> None:
        """Writes one event with the time of now; fields that are None are left out. Nothing after `close`."""
        known = {name: value for name, value in values.items() if value is not None}
        with self._lock:
            if not self._out.closed:
                event = {"t": time.monotonic_ns(), "p": p, "f": f, "type": type} | known
                self._out.write(json.dumps(event, separators=(",", ":")) + "\n")

    def close(self) -> None:
        with self._lock:
            self._out.close()


def write(events: Iterable[Event], file: Path) -> None:
    """Writes events as a recorder would have."""
    with file.open("w") as out:
        for event in events:
            known = {name: value for name in _NAMES if (value := getattr(event, name)) is not None}
            out.write(json.dumps(known, separators=(",", ":")) + "\n")


def _read(file: Path) -> Iterator[Event]:
    with file.open() as lines:
        # Many lines at a time: the decoder is much faster than its calls.
        while chunk := list(itertools.islice(lines, _LINES_AT_A_TIME)):
            for values in json.loads(f"[{','.join(chunk)}]"):
                yield Event(**values)


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Millions of objects are made, and none of them is garbage: looking for some would take most of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read(*files: Path) -> list[Event]:
    """The events of all files in the order of their times; those of one file keep their order."""
    with without_collector():
        return list(heapq.merge(*map(_read, files), key=attrgetter("t")))
