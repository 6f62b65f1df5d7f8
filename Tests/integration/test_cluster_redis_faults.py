"""Three nodes under load while Redis misbehaves: nothing that was acknowledged is lost, repeated or reordered."""

import asyncio
import re
from collections import Counter

import pytest

from support import protocol
from support.chaos import CONFIG, STAYING, Outcome, during, freeze, plan, run
from support.cluster import Cluster
from support.faults import Counters
from support.load import Load
from support.redis import RedisServer

INSUFFICIENT_STATE = 2500
KILLS, KILL_SECONDS = 3, 2
FROZEN_SECONDS = 8


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as redis:
        yield redis


@pytest.fixture(scope="module")
def three_nodes(redis, tmp_path_factory):
    with Cluster(redis, 3, tmp_path_factory.mktemp("nodes"), CONFIG) as cluster:
        yield cluster


@pytest.fixture
def cluster(three_nodes):
    """Whole at the beginning, whatever the test before did to it."""
    for number in three_nodes.numbers:
        three_nodes.wait_ready(number)
    yield three_nodes
    print(three_nodes.logs(40))


def told(outcome: Outcome, code: int = INSUFFICIENT_STATE) -> Counter:
    """How often each raw subscriber was told so about each channel."""
    return Counter((event.p, event.ch) for event in outcome.events("unsub") if event.code == code)


# Connections


@pytest.mark.parametrize("kind", ["pubsub", "normal"])
def test_connections_that_are_killed_again_and_again_lose_nothing(cluster, redis, tmp_path, kind):
    counters = [Counters(cluster.node(number)) for number in cluster.numbers]

    async def kill(load: Load) -> None:
        for _ in range(KILLS):
            assert redis.command("CLIENT", "KILL", "TYPE", kind) >= len(counters)
            await load.run_for(KILL_SECONDS)

    run(cluster, tmp_path / "history", during(f"kill {kind}", kill)).report.assert_clean()
    connection = {"pubsub": "subscriber", "normal": "commands"}[kind]
    for counter in counters:
        assert counter.moved("skein_redis_connections_lost_total", connection=connection) == KILLS


def test_a_pause_of_all_clients_disconnects_nobody(cluster, redis, tmp_path):
    staying = plan(habits=STAYING)

    async def pause(load: Load) -> None:
        redis.command("CLIENT", "PAUSE", 3000, "ALL")
        await load.run_for(3)

    outcome = run(cluster, tmp_path / "history", during("client pause", pause), staying)
    outcome.report.assert_clean()
    assert outcome.report.counts["connections"] == staying.subscribers + staying.sdk_subscribers
    assert not told(outcome)


def test_a_redis_that_is_frozen_disconnects_nobody_and_loses_nothing(cluster, redis, tmp_path):
    staying = plan(habits=STAYING)

    async def freeze_redis(load: Load) -> None:
        redis.pause()
        try:
            await load.run_for(FROZEN_SECONDS)
        finally:
            redis.resume()
        await asyncio.to_thread(lambda: [cluster.wait_ready(number) for number in cluster.numbers])

    outcome = run(cluster, tmp_path / "history", during("SIGSTOP of Redis", freeze_redis), staying)
    outcome.report.assert_clean()
    assert outcome.report.counts["connections"] == staying.subscribers + staying.sdk_subscribers
    assert not told(outcome)


# Crashes


def test_a_crash_of_a_redis_that_keeps_everything_loses_nothing(tmp_path):
    """It writes before it answers; with `everysec` a crash of the process may cost what waited for the disk."""
    options = ("--appendonly", "yes", "--appendfsync", "always")
    with (
        RedisServer(tmp_path / "redis", *options) as redis,
        Cluster(redis, 3, tmp_path / "nodes", CONFIG) as cluster,
    ):

        async def crash(load: Load) -> None:
            await asyncio.to_thread(redis.kill)
            await load.run_for(1)
            await asyncio.to_thread(redis.start)
            await asyncio.to_thread(lambda: [cluster.wait_ready(number) for number in cluster.numbers])

        run(cluster, tmp_path / "history", during("kill -9 of Redis", crash)).report.assert_clean()


def test_a_redis_that_comes_back_empty_begins_new_epochs_and_everybody_is_told_once(cluster, redis, tmp_path):
    staying = plan(habits=STAYING, live=[])

    async def crash(load: Load) -> None:
        await asyncio.to_thread(redis.kill)
        await load.run_for(1)
        await asyncio.to_thread(redis.start)
        await asyncio.to_thread(lambda: [cluster.wait_ready(number) for number in cluster.numbers])

    outcome = run(cluster, tmp_path / "history", during("kill -9 of Redis", crash), staying)
    outcome.report.assert_clean()
    assert outcome.report.counts["epochs"] == 2 * len(staying.deep)
    subscribers = [found for found in outcome.load.subscribers if found.name.startswith("sub-")]
    expected = {(found.name, channel) for found in subscribers for channel in found.channels if channel in staying.deep}
    assert told(outcome) == Counter(expected)


# Memory


def test_a_node_that_redis_gives_up_on_repairs_what_it_missed(cluster, redis, tmp_path):
    """A stopped node does not read; Redis drops what it cannot keep for it, and with it the connection."""
    large = plan(habits=STAYING, sizes=(60_000, 61_000), subscribers=6, sdk_subscribers=0, breadth=3)
    overcome = "scheduled to be closed ASAP for overcoming of output buffer limits"
    before = redis.log().count(overcome)

    async def overrun(load: Load) -> None:
        redis.command("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 1mb 0")
        await asyncio.to_thread(freeze, cluster, 3)
        try:
            for _ in range(30):
                await load.run_for(0.5)
                if redis.log().count(overcome) > before:
                    break
        finally:
            cluster.resume(3)
        assert redis.log().count(overcome) > before, "Redis has not given up on the node"
        redis.command("CONFIG", "SET", "client-output-buffer-limit", "pubsub 32mb 8mb 60")
        await asyncio.to_thread(cluster.wait_ready, 3)

    run(cluster, tmp_path / "history", during("output limit", overrun), large).report.assert_clean()


def test_out_of_memory_is_a_temporary_error(cluster, redis, channel):
    name = f"deep:{channel}"
    assert "result" in cluster.api(1, "publish", {"channel": name, "data": 1})
    redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    redis.command("CONFIG", "SET", "maxmemory", "1mb")
    try:
        with protocol.connected(cluster.node(2).ws_url) as session:
            for number in cluster.numbers:
                assert cluster.api(number, "publish", {"channel": name, "data": 2})["error"]["code"] == 100
            assert session.error_code("publish", channel=name, data=2) == 100
            assert cluster.is_ready(2)
    finally:
        redis.command("CONFIG", "SET", "maxmemory", "0")
    assert cluster.api(3, "publish", {"channel": name, "data": 3})["result"]["offset"] == 2


def test_out_of_memory_under_load_loses_nothing(cluster, redis, tmp_path):
    async def fill(load: Load) -> None:
        redis.command("CONFIG", "SET", "maxmemory", "1mb")
        try:
            await load.run_for(3)
        finally:
            redis.command("CONFIG", "SET", "maxmemory", "0")

    outcome = run(cluster, tmp_path / "history", during("maxmemory", fill))
    outcome.report.assert_clean()
    assert any(event.code == 100 for kind in ("info", "fail") for event in outcome.events("pub", kind))


# What others may delete or change


@pytest.mark.parametrize("kind", ["m", "s"])
def test_a_deleted_key_of_a_stream_is_a_loss_that_everybody_learns_of(cluster, redis, tmp_path, kind):
    """Without its meta a stream begins anew; without its publications it goes on, and old positions are of no use."""

    async def delete(load: Load) -> None:
        for channel in deleted.deep:
            assert redis.command("DEL", f"skein:{kind}:default:{channel}") == 1
            await load.run_for(0.5)

    deleted = plan()
    outcome = run(cluster, tmp_path / "history", during(f"del {kind}", delete), deleted, window=0)
    outcome.report.assert_clean()
    assert outcome.report.counts["epochs"] == len(deleted.deep) * (2 if kind == "m" else 1)


def test_functions_that_are_flushed_come_back(cluster, redis, tmp_path):
    async def flush(load: Load) -> None:
        for command in ("FUNCTION", "SCRIPT", "FUNCTION"):
            redis.command(command, "FLUSH")
            await load.run_for(1)

    run(cluster, tmp_path / "history", during("flush", flush)).report.assert_clean()


def test_a_password_that_is_set_and_taken_back_loses_nothing(cluster, redis, tmp_path):
    password = "a-password-that-nobody-has"

    async def lock(load: Load) -> None:
        client = await asyncio.to_thread(redis.client)
        client.command("CONFIG", "SET", "requirepass", password)
        client.command("CLIENT", "KILL", "TYPE", "normal")
        client.command("CLIENT", "KILL", "TYPE", "pubsub")
        await load.run_for(3)
        assert not any(cluster.is_ready(number) for number in cluster.numbers)
        client.command("CONFIG", "SET", "requirepass", "")
        client.close()
        await asyncio.to_thread(lambda: [cluster.wait_ready(number) for number in cluster.numbers])

    run(cluster, tmp_path / "history", during("requirepass", lock)).report.assert_clean()
    for number in cluster.numbers:
        log = cluster.node(number).log()
        assert re.search(r"NOAUTH.*redis\.url", log), log
        assert password not in log
