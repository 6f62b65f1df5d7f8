"""Judges a history: which promises of docs/explanation/delivery-guarantees.md it breaks, each with its proof.

One pass over the events and one over each stream and subscription: O(n log n) in all. That it finds what it claims to
find is shown by test_history_checker.py, which breaks clean histories in every way.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from support.history import Event, without_collector
from support.history_anomaly import CLASSES, Anomaly, Expectations
from support.history_index import Index
from support.history_presence import check_joins, check_presence
from support.history_sessions import check_live, check_positioned, check_publishing, check_strays
from support.history_streams import check_agreement, check_idempotency, check_loss, check_order, check_values

SHOWN_OF_A_KIND = 3


@dataclass(frozen=True)
class Report:
    """All anomalies, and how much there was to judge: an empty history breaks no promise."""

    anomalies: list[Anomaly]
    counts: dict[str, int]
    start: int

    @property
    def kinds(self) -> Counter[str]:
        return Counter(anomaly.kind for anomaly in self.anomalies)

    def __str__(self) -> str:
        lines = ["history: " + ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))]
        kinds = self.kinds
        for kind, promise in CLASSES.items():
            found = [anomaly for anomaly in self.anomalies if anomaly.kind == kind]
            if found:
                lines.append(f"--- {promise} {kind}: {kinds[kind]}")
                lines += [anomaly.shown(self.start) for anomaly in found[:SHOWN_OF_A_KIND]]
        return "\n".join(lines if kinds else [*lines, "no anomaly"])

    def assert_clean(self) -> None:
        assert not self.anomalies, str(self)


def check(events: Iterable[Event], expectations: Expectations = Expectations()) -> Report:
    """Everything that is wrong with a history."""
    with without_collector():
        return _check(events, expectations)


def _check(events: Iterable[Event], expectations: Expectations) -> Report:
    index = Index(events, expectations.fault_tail)
    anomalies = [
        *check_values(index),
        *check_agreement(index),
        *check_idempotency(index),
        *check_order(index),
        *check_loss(index, expectations),
        *check_positioned(index, expectations),
        *check_publishing(index, expectations),
        *check_strays(index),
        *check_live(index),
        *check_presence(index),
        *check_joins(index),
    ]
    return Report(anomalies, index.counts, index.start)
