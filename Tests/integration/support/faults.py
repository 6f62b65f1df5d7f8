"""What tests of hostile input measure: what comes true, counters that moved, memory, CPU time, descriptors."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from support import exposition
from support.node import Node

Value = TypeVar("Value")

PAUSE_SECONDS = 0.02
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
TCP_CLOSE_WAIT = "08"


def eventually(check: Callable[[], Value], seconds: float = 10, what: str = "") -> Value:
    """The first true value of `check`, or AssertionError with its last value when the time is over."""
    deadline = time.monotonic() + seconds
    while not (value := check()):
        assert time.monotonic() < deadline, f"{what or 'condition'} after {seconds} s: {value!r}"
        time.sleep(PAUSE_SECONDS)
    return value


class Counters:
    """The metrics of a node as they were when this was made, to be compared with what they become."""

    def __init__(self, node: Node):
        self._node = node
        self._before = node.metrics()

    def moved(self, name: str, **labels: str) -> float:
        """By how much one sample has moved so far."""
        after = self._node.metrics()
        return _sample(after, name, labels) - _sample(self._before, name, labels)

    def expect(self, amount: float, name: str, **labels: str) -> None:
        """Waits until the sample has moved by `amount`, no less and no more."""
        last = None

        def is_there() -> bool:
            nonlocal last
            last = self.moved(name, **labels)
            return last >= amount

        try:
            eventually(is_there)
        except AssertionError:
            pass
        assert last == amount, f"{name}{labels or ''} moved by {last}, not by {amount}"


def _sample(samples: dict[str, float], name: str, labels: dict[str, str]) -> float:
    return samples.get(exposition.key(name, labels), 0.0)


def resident_bytes(node: Node) -> int:
    """Memory of the process that is in RAM."""
    return int(Path(f"/proc/{node.pid}/statm").read_text().split()[1]) * PAGE_BYTES


def cpu_seconds(node: Node) -> float:
    """User and system time that the process has used."""
    fields = Path(f"/proc/{node.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def open_descriptors(node: Node) -> int:
    return len(os.listdir(f"/proc/{node.pid}/fd"))


def sockets_in_state(port: int, state: str) -> int:
    """IPv4 sockets of this machine with this local port and state (the hexadecimal code of /proc/net/tcp)."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(1 for row in rows if int(row[1].rpartition(":")[2], 16) == port and row[3] == state)
