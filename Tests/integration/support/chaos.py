"""What the tests of clusters share: namespaces, a plan of load, and one run of it from the start to the verdict."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path

from support import history, tokens
from support.cluster import Cluster
from support.history_anomaly import Expectations
from support.history_checker import Report
from support.load import CONVERGENCE_SECONDS, Load, Plan
from support.load_connection import Endpoints
from support.load_subscribers import Habits
from support.waiting import eventually

SEED = 5
HISTORY = 20_000
WARM_SECONDS = 1

OPEN = {
    "subscribe": "anyone",
    "publish": "anyone",
    "read_history": "anyone",
    "read_presence": "anyone",
    "anonymous": True,
}
DEEP = OPEN | {"history_size": HISTORY, "history_ttl": "1h", "recovery": "always"}
PRESENT = OPEN | {"presence": True, "join_leave": True, "push_join_leave": True}
# Joins and leaves are for those who ask for them.
ANNOUNCED = OPEN | {"presence": True, "join_leave": True}
CONFIG = {
    "tokens": tokens.keys(),
    "client": {
        "history_limit": HISTORY,
        "errors": 100_000,
        "channels": 2000,
        "queue_size": "64MiB",
    },
    "namespaces": {"deep": DEEP, "live": OPEN, "present": PRESENT, "announced": ANNOUNCED},
}

# For clients that have to notice soon that a node is silent.
PINGING = {"client": {"ping_interval": "2s", "pong_timeout": "2s"}}

# Who comes and goes, and who stays: the first learn most about recovery, the others most about what is live.
STAYING = (Habits(),)
MOVING = (Habits(), Habits(drop=1), Habits(), Habits(drop=1.5, unsubscribe=1, forgets=True))


Disturbance = Callable[[Load], Awaitable[None]]

_runs = itertools.count(1)


def plan(**changes) -> Plan:
    """Channels that no other run has used: values, keys and positions of another one would not fit."""
    run = next(_runs)
    values = {
        "deep": [f"deep:{run}.{n}" for n in range(4)],
        "live": [f"live:{run}.{n}" for n in range(2)],
        "present": [f"present:{run}"],
        "connection_publishers": 3,
        "call_publishers": 3,
        "rate": 20,
        "subscribers": 12,
        "sdk_subscribers": 2,
        "habits": MOVING,
    }
    return Plan(**values | changes)


def freeze(cluster: Cluster, number: int) -> None:
    """Pauses a node; it does nothing any more on return, which the signal alone does not promise."""
    cluster.pause(number)
    status = Path(f"/proc/{cluster.node(number).pid}/stat")
    eventually(lambda: status.read_text().rpartition(")")[2].split()[0] == "T", f"n{number} has stopped")


def during(name: str, fault: Disturbance) -> Disturbance:
    """A little load, the fault, and a little load."""

    async def disturb(load: Load) -> None:
        await load.run_for(WARM_SECONDS)
        with load.fault(name):
            await fault(load)
        await load.run_for(WARM_SECONDS)

    return disturb


class Outcome:
    """A run that has ended: what the checker says, and what was written down."""

    def __init__(self, load: Load, report: Report):
        self.load = load
        self.report = report
        self.convergence_seconds = load.convergence_seconds

    def events(self, f: str, type: str = "ok") -> list[history.Event]:
        found = history.read(self.load.recorder.file)
        return [event for event in found if event.f == f and event.type == type]


def run(
    cluster: Cluster,
    file: Path,
    disturb: Disturbance,
    load_plan: Plan | None = None,
    patience: float = CONVERGENCE_SECONDS,
    endpoints: Endpoints | None = None,
    **expectations,
) -> Outcome:
    """The load on all nodes, or where `endpoints` say, while `disturb` lasts, and then until everything has arrived or patience ends."""

    async def run_load() -> Load:
        async with Load(endpoints or cluster.endpoints, load_plan or plan(), file, SEED) as load:
            await disturb(load)
            await load.settle(patience)
        return load

    try:
        load = asyncio.run(run_load())
    except BaseException:
        print(cluster.logs())
        raise
    report = load.check(Expectations(**{"window": HISTORY} | expectations))
    print(report, f"converged after {load.convergence_seconds:.2f} s", cluster.logs(), sep="\n")
    return Outcome(load, report)
