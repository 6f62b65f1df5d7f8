"""What nodes say to each other: nodes that do not answer, messages that nobody can read, and two with one name."""

import contextlib
import itertools
import random
import time

import pytest

from support import protocol, tokens
from support.chaos import CONFIG, freeze
from support.cluster import LEASE_SECONDS, Cluster
from support.faults import Counters
from support.node import merged
from support.redis import RedisServer
from support.waiting import eventually

SEED = 3
GARBAGE = 200
MUTANTS = 300
COMMAND_TIMEOUT = 1
# How much later than promised something may come: the machine has other things to do.
MARGIN_SECONDS = 5
IGNORED = "skein_redis_ignored_messages_total"


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as redis:
        yield redis


@pytest.fixture(scope="module")
def three_nodes(redis, tmp_path_factory):
    # Calls are given up long before a node is taken for dead.
    impatient = merged(CONFIG, {"redis": {"command_timeout": f"{COMMAND_TIMEOUT}s"}})
    with Cluster(redis, 3, tmp_path_factory.mktemp("nodes"), impatient) as cluster:
        yield cluster


@pytest.fixture
def cluster(three_nodes):
    """Its logs are shown when a test fails."""
    yield three_nodes
    print(three_nodes.logs(20))


def subscribers(cluster: Cluster, channel: str) -> int:
    """How many there are on all nodes, as the first node hears from the others."""
    answer = cluster.api(1, "channels", {"pattern": channel})
    assert "error" not in answer, answer
    return answer["result"]["channels"].get(channel, {"num_clients": 0})["num_clients"]


def test_a_node_that_does_not_answer_costs_an_error_until_it_is_taken_for_dead(cluster, channel):
    name = f"live:{channel}"
    with protocol.connected(cluster.node(1).ws_url) as near, protocol.connected(cluster.node(3).ws_url) as far:
        for session in (near, far):
            session.subscribe(name)
        assert subscribers(cluster, name) == 2
        freeze(cluster, 3)
        try:
            began = time.monotonic()
            answer = cluster.api(1, "channels", {"pattern": name})
            assert answer.get("error", {}).get("code") == 100, answer
            assert time.monotonic() - began < COMMAND_TIMEOUT + MARGIN_SECONDS
            answers = eventually(
                lambda: (found := cluster.api(1, "channels", {"pattern": name})).get("result"),
                "the paused node is not waited for",
                LEASE_SECONDS + 1 + MARGIN_SECONDS,
            )
            assert answers["channels"][name]["num_clients"] == 1
            assert {node["name"] for node in cluster.api(1, "info")["result"]["nodes"]} == {"n1", "n2"}
        finally:
            cluster.resume(3)
        cluster.wait_ready(3)
        # The node joins again, with whoever did not give up on it.
        eventually(lambda: len(cluster.api(1, "info")["result"]["nodes"]) == 3, "the node is back")
        cluster.api(1, "publish", {"channel": name, "data": "back"})
        assert near.next_publication(name) == {"data": "back"}


def inboxes(redis: RedisServer) -> list[bytes]:
    found = redis.command("PUBSUB", "CHANNELS", "skein:x:node:*")
    assert len(found) == 3, found
    return found


def garbage(rng: random.Random) -> bytes:
    """No message: its first byte is no version that there is."""
    return bytes([rng.randrange(2, 256)]) + rng.randbytes(rng.randrange(300)) if rng.random() < 0.95 else b""


def test_what_nobody_can_read_is_counted_and_does_no_harm(cluster, redis, channel):
    rng = random.Random(SEED)
    live, deep = f"live:{channel}", f"deep:{channel}"
    sessions = [protocol.connected(cluster.node(number).ws_url) for number in cluster.numbers]
    for session in sessions:
        session.subscribe(live)
        session.subscribe(deep)
    counters = [Counters(cluster.node(number)) for number in cluster.numbers]
    shared = [b"skein:x:control", f"skein:c:default:{live}".encode(), f"skein:c:default:{deep}".encode()]
    own = inboxes(redis)
    for n in range(GARBAGE):
        for target in (*shared, own[n % 3]):
            redis.command("PUBLISH", target, garbage(rng))
    # The last of what was sent is behind all of it, on every channel.
    for number in cluster.numbers:
        cluster.api(number, "publish", {"channel": live, "data": number})
        cluster.api(number, "publish", {"channel": deep, "data": number})
    for session in sessions:
        assert [session.next_publication(live)["data"] for _ in cluster.numbers] == [1, 2, 3]
        publications = [session.next_publication(deep) for _ in cluster.numbers]
        assert [(item["offset"], item["data"]) for item in publications] == [(1, 1), (2, 2), (3, 3)]
        session.__exit__()
    moved = [counter.moved(IGNORED) for counter in counters]
    assert sum(moved) == GARBAGE * (3 * len(shared) + 1), moved
    assert all(count > GARBAGE * len(shared) for count in moved), moved


def test_broken_questions_and_events_end_no_node(cluster, redis, channel):
    """Real messages with a few bytes changed, cut off or put in: they come much further than garbage."""
    rng = random.Random(SEED)
    deep = f"deep:{channel}"
    targets = [b"skein:x:control", f"skein:c:default:{deep}".encode(), *inboxes(redis)]
    with protocol.connected(cluster.node(2).ws_url) as session, contextlib.closing(redis.client()) as listener:
        session.subscribe(deep)
        listener.subscribe(*targets[:2])
        cluster.api(1, "channels", {"pattern": deep})
        cluster.api(1, "message", {"user": channel, "data": 1})
        cluster.api(1, "publish", {"channel": deep, "data": 1, "tags": {"a": "b"}})
        originals = [listener.next_message()[1] for _ in range(3)]
        for original, target, _ in itertools.product(originals, targets, range(MUTANTS // len(originals))):
            redis.command("PUBLISH", target, mutant(original, rng))
    for number in cluster.numbers:
        assert cluster.node(number).is_running(), cluster.node(number).log()
        with protocol.connected(cluster.node(number).ws_url) as fresh:
            fresh.subscribe(f"live:{channel}")
            assert subscribers(cluster, f"live:{channel}") == 1
            cluster.api(1, "publish", {"channel": f"live:{channel}", "data": number})
            assert fresh.next_publication()["data"] == number
        eventually(lambda: subscribers(cluster, f"live:{channel}") == 0, "the session is gone")


def mutant(original: bytes, rng: random.Random) -> bytes:
    data = bytearray(original)
    for _ in range(rng.choice([1, 1, 2, 5])):
        at = rng.randrange(len(data)) if data else 0
        match rng.randrange(4):
            case 0 if data:
                data[at] = rng.randrange(256)
            case 1 if data:
                data[at] ^= 1 << rng.randrange(8)
            case 2:
                del data[at:]
            case _:
                data[at:at] = rng.randbytes(rng.randrange(1, 9))
    return bytes(data)


def test_of_two_nodes_with_one_name_the_older_ends(redis, node_factory):
    def config(port: int = 0) -> dict:
        return {
            "node": {"name": "twin"},
            "tokens": tokens.keys(),
            "engine": "redis",
            "redis": {"url": redis.url, "prefix": "twins"},
        }

    older = node_factory(config())
    eventually(lambda: len(older.api("info")["result"]["nodes"]) == 1 and "joined" in older.log(), "it has joined")
    newer = node_factory(config())
    assert older.wait_exit() == 1
    assert "node.name" in older.log() and "twin" in older.log()
    eventually(lambda: newer.metric("skein_redis_connected", connection="commands") == 1, "the newer is connected")
    assert newer.is_running()
    (node,) = newer.api("info")["result"]["nodes"]
    assert node["name"] == "twin"
