"""The load and the checker against one node: what it promises holds while subscribers come and go, and over a crash.

And against servers that cannot keep the promises, so that a clean report means something.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from support.cluster import Cluster
from support.history_anomaly import Expectations
from support.history_checker import Report
from support.load import CONVERGENCE_SECONDS, Load, Plan
from support.load_subscribers import Habits
from support.node import merged

SECONDS = 6
SEED = 11
HISTORY = 20_000

OPEN = {"subscribe": "anyone", "publish": "anyone", "read_history": "anyone", "anonymous": True}
CONFIG = {
    "client": {"history_limit": HISTORY, "errors": 1000, "ping_interval": "2s", "pong_timeout": "2s"},
    "log": {"level": "warning"},
    "namespaces": {
        "deep": OPEN | {"history_size": HISTORY, "history_ttl": "1h", "recovery": "always"},
        "live": OPEN,
        "present": OPEN | {"presence": True, "join_leave": True, "push_join_leave": True},
    },
}
PLAN = Plan(
    deep=[f"deep:{n}" for n in range(4)],
    live=[f"live:{n}" for n in range(2)],
    present=["present:0"],
    subscribers=12,
    sdk_subscribers=2,
    habits=(
        Habits(),
        Habits(drop=0.5),
        Habits(unsubscribe=0.2),
        Habits(drop=0.7, unsubscribe=0.5, forgets=True),
    ),
)


@pytest.fixture
def cluster(tmp_path):
    with Cluster(None, 1, tmp_path / "nodes", CONFIG) as cluster:
        yield cluster


def run(
    cluster: Cluster,
    file: Path,
    disturb: Callable[[Load], Awaitable[None]],
    patience: float = CONVERGENCE_SECONDS,
) -> Report:
    """The load on all nodes while `disturb` lasts, and then until everything has arrived or patience ends."""

    async def run_load() -> Load:
        async with Load(cluster.endpoints, PLAN, file, SEED) as load:
            await disturb(load)
            await load.settle(patience)
        return load

    load = asyncio.run(run_load())
    report = load.check(Expectations(window=HISTORY))
    print(report, f"converged after {load.convergence_seconds:.2f} s", sep="\n")
    return report


def test_subscribers_that_come_and_go_lose_nothing(cluster, tmp_path):
    report = run(cluster, tmp_path / "history", lambda load: load.run_for(SECONDS))
    report.assert_clean()
    counts = report.counts
    assert counts["acknowledged"] > 80 * SECONDS
    assert counts["deliveries"] > 300 * SECONDS
    assert counts["recoveries"] > 10 * SECONDS
    assert counts["recovered publications"] > 50 * SECONDS
    assert counts["joins and leaves"] > 10 * SECONDS
    assert counts["epochs"] == len(PLAN.deep)


def test_a_crash_begins_new_epochs_and_everybody_learns_it(cluster, tmp_path):
    async def crash(load: Load) -> None:
        await load.run_for(2)
        with load.fault("kill n1"):
            await asyncio.to_thread(cluster.kill, 1)
            await load.run_for(0.5)
            await asyncio.to_thread(cluster.restart, 1)
        await load.run_for(2)

    report = run(cluster, tmp_path / "history", crash)
    report.assert_clean()
    assert report.counts["faults"] == 1
    assert report.counts["epochs"] == 2 * len(PLAN.deep)


def test_a_history_that_is_shorter_than_promised_is_found(tmp_path):
    """What the load writes down is enough to convict a server."""
    short = {"namespaces": {"deep": {"history_size": 10}}}
    with Cluster(None, 1, tmp_path / "nodes", merged(CONFIG, short)) as cluster:
        report = run(cluster, tmp_path / "history", lambda load: load.run_for(2))
    assert set(report.kinds) == {"needless-false", "lost-acked"}


def test_nodes_that_share_nothing_are_found_out(tmp_path):
    with Cluster(None, 2, tmp_path / "nodes", CONFIG) as cluster:
        report = run(cluster, tmp_path / "history", lambda load: load.run_for(1), patience=2)
    assert {"stuck", "live-loss-no-fault", "missing"} <= set(report.kinds)
