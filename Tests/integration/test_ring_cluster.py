"""A cluster behind HAProxy, whose ring the nodes predict: restarts, newcomers and crashes under load lose nothing."""

import asyncio
import contextlib
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.balancer import Balancer, Sync
from support.chaos import CONFIG, during, plan, run
from support.cluster import Cluster
from support.history import HEAL, Event
from support.node import http, merged
from support.redis import RedisServer
from support.waiting import eventually

CLIENTS = 600
# A third of them in about five seconds.
DRAIN_RATE = 40
MOVE_RATE = 40
SETTLE_SECONDS = 2
SHUTDOWN, RECONNECT = 3001, 3011
# The first to come may be late itself.
EARLY_SECONDS = 1
NANOSECONDS = 1_000_000_000
RING = {
    "drain": {"delay": "1s", "rate": DRAIN_RATE},
    "shutdown": {"grace": "5s"},
    "ring": {"rebalance": "paced", "rebalance_rate": MOVE_RATE, "settle": f"{SETTLE_SECONDS}s"},
}

_runs = itertools.count(1)


@pytest.fixture
def redis(tmp_path):
    with RedisServer(tmp_path / "redis") as redis:
        yield redis


def nodes(redis: RedisServer, folder: Path, count: int = 3, **changes) -> Cluster:
    return Cluster(redis, count, folder, merged(merged(CONFIG, RING), changes))


def crowd(**changes):
    """Many clients on few channels, all of which can be recovered."""
    number = next(_runs)
    few = {
        "deep": [f"deep:ring{number}.{channel}" for channel in range(20)],
        "live": [],
        "present": [],
        "connection_publishers": 2,
        "call_publishers": 1,
        "rate": 8,
        "sizes": (20, 200),
        "subscribers": CLIENTS,
        "sdk_subscribers": 0,
        "breadth": 1,
        "habits": plan().habits[:1],
    }
    return plan(**few | changes)


def ring(cluster: Cluster, number: int) -> dict:
    return http(f"{cluster.node(number).admin_url}/ring").json()


def owner(cluster: Cluster, number: int, client: str) -> str:
    return http(f"{cluster.node(number).admin_url}/ring/owner?client={client}").json()["owner"]["name"]


def have_settled(cluster: Cluster, numbers) -> bool:
    """Whether all of these nodes have the same ring, with each of them in it."""
    rings = [json.dumps(ring(cluster, number)["nodes"], sort_keys=True) for number in numbers]
    names = {node["name"] for node in ring(cluster, numbers[0])["nodes"] if node["weight"]}
    return len(set(rings)) == 1 and names == {f"n{number}" for number in numbers}


@contextlib.contextmanager
def balanced(redis: RedisServer, folder: Path, cluster: Cluster) -> Iterator[Balancer]:
    """HAProxy in front of the first three nodes, once all know each other and it has seen them."""
    eventually(lambda: have_settled(cluster, [1, 2, 3]), "the nodes have one ring")
    with Balancer(redis, folder / "lb") as balancer:
        for name in ("n1", "n2", "n3"):
            balancer.wait_state(name, "UP")
        yield balancer


def assert_spread(events: list[Event], rate: float) -> None:
    """Told at a pace, they come back at that pace: nobody is early. A machine that stands still makes some of them late together."""
    times = sorted(event.t / NANOSECONDS for event in events)
    seconds = Counter(int(time - times[0]) for time in times)
    print("reconnects a second:", [seconds[second] for second in range(max(seconds) + 1)])
    for count, time in enumerate(times, 1):
        assert count <= rate * (time - times[0] + EARLY_SECONDS), f"{count} in the first {time - times[0]:.3f} s"


def losses(outcome) -> list[Event]:
    """The ends of subscribers' connections, but for those that the test itself ends."""
    (healed,) = [event.t for event in outcome.events("phase") if event.val == HEAL]
    return [event for event in outcome.events("disc") if event.p.startswith("sub-") and event.t < healed]


def ends(outcome, code: int) -> list[Event]:
    return [event for event in losses(outcome) if event.code == code]


# Clients are where the ring says


def test_the_balancer_and_every_node_agree_on_every_client(redis, tmp_path):
    with nodes(redis, tmp_path) as cluster, balanced(redis, tmp_path, cluster) as balancer:
        outcome = run(cluster, tmp_path / "history", lambda load: load.run_for(1), crowd(), endpoints=balancer.endpoints(cluster))
        outcome.report.assert_clean()
        arrivals = [event for event in outcome.events("conn") if event.p.startswith("sub-")]
        wrong = [event.p for event in arrivals if owner(cluster, 1, event.p) != event.node]
        print(f"{len(arrivals) - len(wrong)} of {len(arrivals)} clients are where the ring says")
        assert len(arrivals) >= CLIENTS and not wrong


# Rolling restart


def test_a_rolling_restart_loses_nothing_and_spreads_the_reconnects(redis, tmp_path):
    with nodes(redis, tmp_path) as cluster, balanced(redis, tmp_path, cluster) as balancer:

        async def restart_all(load):
            for number in cluster.numbers:
                await asyncio.to_thread(cluster.restart, number)
                await asyncio.to_thread(balancer.wait_state, f"n{number}", "UP")
                await load.run_for(1)

        outcome = run(
            cluster,
            tmp_path / "history",
            during("rolling restart", restart_all),
            crowd(),
            endpoints=balancer.endpoints(cluster),
        )
    outcome.report.assert_clean()
    # A publisher who is sent elsewhere does not know what became of what it sent, and may repeat it; nothing is refused.
    assert not outcome.events("pub", "fail")
    told = ends(outcome, SHUTDOWN)
    assert len(told) >= CLIENTS // 2
    # Each node has told its own, one node after the other.
    times = sorted(told, key=lambda event: event.t)
    windows, start = [], 0
    for at in range(1, len(times) + 1):
        if at == len(times) or times[at].t - times[at - 1].t > 2 * NANOSECONDS:
            windows.append(times[start:at])
            start = at
    assert len(windows) == 3
    for window in windows:
        assert_spread(window, DRAIN_RATE)


# Newcomers


def test_a_fourth_node_gets_its_share_and_nobody_else_is_touched(redis, tmp_path):
    with nodes(redis, tmp_path, 4) as cluster:
        cluster.stop(4)
        with balanced(redis, tmp_path, cluster) as balancer, Sync(balancer, tmp_path):
            before: dict[str, str] = {}

            async def add(load):
                before.update({subscriber.name: "" for subscriber in load.subscribers})
                await asyncio.to_thread(cluster.start, 4)
                await asyncio.to_thread(balancer.wait_state, "n4", "UP")
                await load.run_for(SETTLE_SECONDS + 1.5 * CLIENTS / 4 / (3 * MOVE_RATE) + 4)

            outcome = run(
                cluster,
                tmp_path / "history",
                during("a fourth node", add),
                crowd(),
                endpoints=balancer.endpoints(cluster),
            )
            outcome.report.assert_clean()
            moved = {event.p for event in ends(outcome, RECONNECT)}
            owned = {name for name in before if owner(cluster, 1, name) == "n4"}
            print(f"{len(moved)} of {len(before)} clients moved, {len(owned)} belong to the newcomer")
            assert moved == owned
            # Publishers hold connections too, and their ends are not in the history.
            publishers = {event.p for event in outcome.events("pub") if event.p.startswith("ws-")}
            told = owned | {name for name in publishers if owner(cluster, 1, name) == "n4"}
            assert sum(cluster.node(n).metric("skein_ring_moved_total") for n in (1, 2, 3)) == len(told)
            assert 0.15 * CLIENTS <= len(moved) <= 0.35 * CLIENTS
            last = {event.p: event.node for event in outcome.events("conn")}
            assert {name for name, node in last.items() if node == "n4"} & set(before) == owned


# Crashes


def test_the_clients_of_a_node_that_is_killed_are_back_within_seconds_elsewhere(redis, tmp_path):
    with nodes(redis, tmp_path) as cluster, balanced(redis, tmp_path, cluster) as balancer:

        async def kill(load):
            cluster.kill(2)
            await load.run_for(5)

        outcome = run(
            cluster, tmp_path / "history", during("kill n2", kill), crowd(), endpoints=balancer.endpoints(cluster)
        )
    outcome.report.assert_clean()
    lost = {event.p: event.t for event in losses(outcome)}
    back = {event.p: event for event in outcome.events("conn") if event.p in lost and event.t > lost[event.p]}
    assert len(lost) >= CLIENTS // 5
    assert set(back) == set(lost)
    assert {event.node for event in back.values()} <= {"n1", "n3"}
    assert max(event.t - lost[name] for name, event in back.items()) < 5 * NANOSECONDS


# The balancer itself


def test_a_reload_of_the_balancer_ends_no_connection(redis, tmp_path):
    with nodes(redis, tmp_path) as cluster, balanced(redis, tmp_path, cluster) as balancer:

        async def reload(load):
            for _ in range(3):
                await asyncio.to_thread(balancer.reload)
                await load.run_for(1)

        outcome = run(
            cluster, tmp_path / "history", during("reload", reload), crowd(), endpoints=balancer.endpoints(cluster)
        )
    outcome.report.assert_clean()
    assert not losses(outcome)


def test_a_restart_of_the_balancer_loses_connections_and_no_message(redis, tmp_path):
    with nodes(redis, tmp_path) as cluster, balanced(redis, tmp_path, cluster) as balancer:

        async def restart(load):
            await asyncio.to_thread(balancer.stop)
            await asyncio.to_thread(balancer.start)
            await load.run_for(3)

        outcome = run(
            cluster, tmp_path / "history", during("restart", restart), crowd(), endpoints=balancer.endpoints(cluster)
        )
    outcome.report.assert_clean()
    assert len({event.p for event in losses(outcome)}) == CLIENTS
