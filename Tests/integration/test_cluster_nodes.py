"""Nodes that die, freeze, stop and come back: who is present, and what subscribers get meanwhile."""

import asyncio
import itertools
import time

import pytest

from support import tokens
from support.chaos import CONFIG, PINGING, during, freeze, plan, run
from support.cluster import LEASE_SECONDS, Cluster
from support.crowd import Crowd, Witness, pack
from support.load import Load
from support.node import merged
from support.redis import RedisServer
from support.waiting import eventually, in_parallel

# On 20 channels: 1,000 members.
CONNECTIONS, CHANNELS = 50, 20
MEMBERS = CONNECTIONS * CHANNELS
MANY = 10_000
FROZEN_SECONDS = 8
# A heartbeat after the end of a lease its members are removed; the machine has other things to do as well.
REAP_SECONDS = LEASE_SECONDS + 1
MARGIN_SECONDS = 5
SLOW_MICROSECONDS = 5000

_tests = itertools.count(1)


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    """It survives a crash with all that it has acknowledged."""
    with RedisServer(tmp_path_factory.mktemp("redis"), "--appendonly", "yes", "--appendfsync", "always") as redis:
        yield redis


def made(redis: RedisServer, folder, config: dict, prefix: str) -> Cluster:
    return Cluster(redis, 3, folder, merged(merged(CONFIG, config), {"redis": {"prefix": prefix}}))


@pytest.fixture(scope="module")
def crowded_nodes(redis, tmp_path_factory):
    # The crowd has no time to answer pings.
    patient = {"client": {"ping_interval": "10m"}}
    with made(redis, tmp_path_factory.mktemp("crowded"), patient, "crowded") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def loaded_nodes(redis, tmp_path_factory):
    with made(redis, tmp_path_factory.mktemp("loaded"), PINGING, "loaded") as cluster:
        yield cluster


def whole(cluster: Cluster) -> Cluster:
    for number in cluster.numbers:
        if not cluster.node(number).is_running():
            cluster.start(number)
        cluster.wait_ready(number)
    return cluster


@pytest.fixture
def cluster(crowded_nodes):
    yield whole(crowded_nodes)
    print(crowded_nodes.logs(40))


@pytest.fixture
def loaded(loaded_nodes):
    yield whole(loaded_nodes)
    print(loaded_nodes.logs(40))


class Scene:
    """A crowd on the third node, and a witness on the first who has heard everybody join."""

    def __init__(self, cluster: Cluster):
        number = next(_tests)
        self.cluster = cluster
        self.channels = [f"announced:{number}.{n}" for n in range(CHANNELS)]
        self.witness = Witness(cluster.node(1).ws_url, self.channels)
        self.crowd = Crowd(cluster.node(3).ws_url, self.channels, CONNECTIONS)
        self.witness.hear(MEMBERS, 0, MARGIN_SECONDS + 10)
        assert self.witness.joins == self.crowd.members

    def __enter__(self) -> "Scene":
        return self

    def __exit__(self, *_) -> None:
        self.witness.close()
        self.crowd.close()

    def catch_up(self) -> None:
        self.witness.catch_up(lambda channel: self.cluster.api(2, "publish", {"channel": channel, "data": 1}))

    def present(self, number: int, channel: str) -> set[str]:
        """The clients of the crowd that a node says are there, and whoever should not be."""
        answer = self.cluster.api(number, "presence", {"channel": channel})
        return set(answer["result"]["presence"]) - {self.witness.client}

    def assert_all_left_once(self) -> None:
        self.catch_up()
        assert self.witness.leaves == self.crowd.members
        assert all(self.present(2, channel) == set() for channel in self.channels)

    def assert_all_present(self) -> None:
        for number in (1, 2):
            assert all(self.present(number, channel) == self.crowd.clients for channel in self.channels)


# Presence


def test_members_of_a_node_that_dies_leave_once(cluster):
    with Scene(cluster) as scene:
        began = time.monotonic()
        cluster.kill(3)
        scene.witness.hear(MEMBERS, MEMBERS, REAP_SECONDS + MARGIN_SECONDS)
        print(f"all left {time.monotonic() - began:.2f} s after the crash")
        scene.assert_all_left_once()
        # Nothing is left of the dead lease that could be swept again.
        cluster.start(3)
        scene.assert_all_left_once()


def test_members_of_a_node_that_freezes_leave_once_and_are_back_when_it_is(cluster):
    with Scene(cluster) as scene:
        freeze(cluster, 3)
        try:
            scene.witness.hear(MEMBERS, MEMBERS, REAP_SECONDS + MARGIN_SECONDS)
            scene.assert_all_left_once()
        finally:
            cluster.resume(3)
        scene.witness.hear(2 * MEMBERS, MEMBERS, REAP_SECONDS + MARGIN_SECONDS)
        scene.catch_up()
        assert scene.witness.joins == scene.crowd.members + scene.crowd.members
        assert scene.witness.leaves == scene.crowd.members
        scene.assert_all_present()


def test_members_of_a_node_that_stops_leave_at_once_and_once(cluster):
    with Scene(cluster) as scene:
        cluster.stop(3)
        assert all(scene.present(2, channel) == set() for channel in scene.channels)
        scene.assert_all_left_once()
        scene.witness.hear_for(REAP_SECONDS)
        scene.assert_all_left_once()


@pytest.mark.parametrize("outage", ["frozen", "killed"])
def test_an_outage_of_redis_longer_than_a_lease_removes_nobody(cluster, redis, outage):
    with Scene(cluster) as scene:
        redis.pause() if outage == "frozen" else redis.kill()
        scene.witness.hear_for(LEASE_SECONDS + 2)
        redis.resume() if outage == "frozen" else redis.start()
        for number in cluster.numbers:
            cluster.wait_ready(number)
        # Longer than it would take to find out that a lease has not been renewed.
        scene.witness.hear_for(REAP_SECONDS)
        scene.catch_up()
        assert scene.witness.leaves.total() == 0
        assert scene.witness.joins == scene.crowd.members
        scene.assert_all_present()


def test_users_are_counted_once_and_sessions_each(cluster):
    channels = [f"announced:{next(_tests)}"]
    crowds = [
        Crowd(cluster.node(number).ws_url, channels, 10, tokens.connection(user))
        for number, user in ((1, "ana"), (2, "ana"), (3, "ben"))
    ]

    def stats() -> list[dict]:
        return [cluster.api(number, "presence_stats", {"channel": channels[0]})["result"] for number in cluster.numbers]

    assert stats() == [{"num_clients": 30, "num_users": 2}] * 3
    crowds[1].close()
    eventually(lambda: stats() == [{"num_clients": 20, "num_users": 2}] * 3, "ten sessions have gone")
    crowds[2].close()
    eventually(lambda: stats() == [{"num_clients": 10, "num_users": 1}] * 3, "a user has gone")
    crowds[0].close()
    eventually(lambda: stats() == [{"num_clients": 0, "num_users": 0}] * 3, "all have gone")


def test_ten_thousand_members_are_read_without_holding_up_redis(cluster, redis):
    channel = f"announced:{next(_tests)}"
    sockets = []
    try:
        redis.command("CONFIG", "SET", "appendfsync", "no")
        urls = [cluster.node(number).ws_url for number in (2, 3)]
        for packed in in_parallel(*(lambda url=url: pack(url, channel, MANY // 2) for url in urls), timeout=120):
            sockets += packed
        redis.command("CONFIG", "SET", "slowlog-log-slower-than", SLOW_MICROSECONDS)

        def is_swift() -> bool:
            redis.command("SLOWLOG", "RESET")
            members = cluster.api(1, "presence", {"channel": channel})["result"]["presence"]
            assert len(members) == MANY
            stats = cluster.api(1, "presence_stats", {"channel": channel})["result"]
            assert stats == {"num_clients": MANY, "num_users": 1}
            return redis.command("SLOWLOG", "LEN") == 0

        # Redis itself may lose the processor for some milliseconds, but not every time.
        eventually(is_swift, "a read without a slow command")
    finally:
        redis.command("CONFIG", "SET", "appendfsync", "always")
        for found in sockets:
            found.close()
    eventually(
        lambda: cluster.api(1, "presence_stats", {"channel": channel})["result"]["num_clients"] == 0,
        "all have gone",
        timeout=60,
    )


# Load


def test_a_node_that_is_killed_and_started_again_costs_nothing(loaded, tmp_path):
    async def crash(load: Load) -> None:
        await asyncio.to_thread(loaded.kill, 2)
        await load.run_for(2)
        await asyncio.to_thread(loaded.start, 2)

    run(loaded, tmp_path / "history", during("kill -9 n2", crash)).report.assert_clean()


def test_a_node_that_is_frozen_for_a_while_costs_nothing(loaded, tmp_path):
    async def stop(load: Load) -> None:
        await asyncio.to_thread(freeze, loaded, 1)
        await load.run_for(FROZEN_SECONDS)
        loaded.resume(1)
        await asyncio.to_thread(loaded.wait_ready, 1)

    run(loaded, tmp_path / "history", during("SIGSTOP n1", stop)).report.assert_clean()


def test_a_rolling_restart_costs_nothing(loaded, tmp_path):
    async def roll(load: Load) -> None:
        for number in loaded.numbers:
            await asyncio.to_thread(loaded.restart, number)
            await load.run_for(1)

    outcome = run(loaded, tmp_path / "history", during("rolling restart", roll))
    outcome.report.assert_clean()
    assert outcome.report.counts["epochs"] == len(plan().deep)
