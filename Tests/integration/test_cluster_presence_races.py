"""Members who are taken for dead while they come back: whoever hears joins and leaves knows in the end who is there."""

import re
from collections import Counter

import pytest

from support.chaos import CONFIG, freeze
from support.cluster import Cluster
from support.crowd import Crowd, Witness
from support.node import Node, merged
from support.redis import RedisServer
from support.waiting import eventually

# So many that putting them back, or removing them, takes a while.
CONNECTIONS, CHANNELS = 100, 50
MEMBERS = CONNECTIONS * CHANNELS
LISTENING_SECONDS = 3
# A time of Redis that does not come.
CLAIMED_UNTIL = 1e15
QUICK = {"cluster": {"heartbeat": "100ms", "lease": "3s"}, "client": {"ping_interval": "10m"}}


@pytest.fixture
def redis(tmp_path):
    with RedisServer(tmp_path / "redis", "--appendonly", "yes", "--appendfsync", "no") as redis:
        yield redis


@pytest.fixture
def cluster(redis, tmp_path):
    """Nodes that look for the dead so often that they never come too late."""
    with Cluster(redis, 3, tmp_path / "nodes", merged(CONFIG, QUICK)) as cluster:
        yield cluster
        print(cluster.logs(15))


@pytest.fixture
def crowd(cluster):
    """On the third node."""
    channels = [f"announced:{n}" for n in range(CHANNELS)]
    crowd = Crowd(cluster.node(3).ws_url, channels, CONNECTIONS)
    yield crowd
    crowd.close()


@pytest.fixture
def witness(cluster, crowd):
    """On the first node; it came when everybody was there."""
    witness = Witness(cluster.node(1).ws_url, crowd.channels)
    yield witness
    witness.close()


def known_wrong(witness: Witness, crowd: Crowd) -> dict[str, int]:
    """How many were heard to join while they were there, or to leave and not to come back; "" for all others."""
    balance = Counter(witness.joins)
    balance.subtract(witness.leaves)
    return Counter({0: "", -1: "left and present"}.get(balance[member], "joined twice") for member in crowd.members)


def assert_all_present(cluster: Cluster, crowd: Crowd) -> None:
    for channel in crowd.channels:
        present = cluster.api(2, "presence", {"channel": channel})["result"]["presence"]
        assert crowd.clients <= present.keys()


def owner(redis: RedisServer, name: str) -> str:
    """The name of a node's present lease."""
    number = redis.command("HGET", "skein:r:ids", name)
    generation = redis.command("HGET", "skein:r:ring", f"gen:{name}")
    return f"{number.decode()}.{generation.decode()}"


def wait_for_members(redis: RedisServer, name: str, members: int = MEMBERS) -> None:
    """Until a node has told Redis of all members; its lease has a field besides."""
    eventually(lambda: redis.command("HLEN", f"skein:l:{owner(redis, name)}") == members + 1, "all members are back")


def cut_subscriber(redis: RedisServer, node: Node) -> None:
    """Ends the connection on which Redis tells a node what is published."""
    name = re.search(r"skein\.connection=(\S+-subscriber)", node.log())[1]
    lines = redis.command("CLIENT", "LIST", "TYPE", "PUBSUB").decode().splitlines()
    (number,) = [re.match(r"id=(\d+)", line)[1] for line in lines if f" name={name} " in line]
    assert redis.command("CLIENT", "KILL", "ID", number) == 1


class SlowSweeper:
    """Takes a node for dead and claims its members, as functions of other nodes do, and is slow to remove them."""

    def __init__(self, redis: RedisServer, name: str):
        self._redis = redis
        self._owner = owner(redis, name)
        redis.command("MULTI")
        redis.command("ZREM", "skein:r:leases", name)
        redis.command("HDEL", "skein:r:nodes", name)
        redis.command("HDEL", "skein:r:stats", name)
        redis.command("ZADD", "skein:r:sweep", CLAIMED_UNTIL, self._owner)
        redis.command("HDEL", f"skein:l:{self._owner}", "")
        redis.command("EXEC")

    def remove(self, channel: str, clients: set[str]) -> None:
        part = f"default:{channel}"
        keys = [f"skein:p:{part}", f"skein:u:{part}", f"skein:l:{self._owner}"]
        entries = [word for client in sorted(clients) for word in (client, f"{len(part)}:{part}{client}")]
        (library,) = self._redis.command("FUNCTION", "LIST")
        function = library[1].decode() + "_leave"
        removed = self._redis.command("FCALL", function, 3, *keys, self._owner, f"skein:c:{part}", "s", *entries)
        assert removed == len(clients)

    def give_up(self) -> None:
        """The claim ends: others finish what was begun."""
        self._redis.command("ZADD", "skein:r:sweep", 0, self._owner)

    @property
    def is_swept(self) -> bool:
        return self._redis.command("ZSCORE", "skein:r:sweep", self._owner) is None


def test_a_node_that_comes_back_while_its_members_are_removed(cluster, redis, crowd, witness):
    """Half of them were seen to leave, and join again; the others have always been there."""
    freeze(cluster, 3)
    sweeper = SlowSweeper(redis, "n3")
    removed = crowd.channels[: CHANNELS // 2]
    for channel in removed:
        sweeper.remove(channel, crowd.clients)
    cluster.resume(3)
    eventually(lambda: "took this node for dead" in cluster.node(3).log(), "n3 knows")
    wait_for_members(redis, "n3")
    sweeper.give_up()
    eventually(lambda: sweeper.is_swept, "the others have finished")
    witness.hear_for(LISTENING_SECONDS)
    assert_all_present(cluster, crowd)
    assert witness.leaves == Counter((channel, client) for channel in removed for client in crowd.clients)
    assert known_wrong(witness, crowd) == {"": MEMBERS}


def test_only_clients_of_a_node_that_was_cut_off_do_not_hear_that_its_members_left(cluster, redis, crowd, witness):
    """The leaves come while the node has no connection for them."""
    insider = Witness(cluster.node(3).ws_url, crowd.channels)
    try:
        freeze(cluster, 3)
        sweeper = SlowSweeper(redis, "n3")
        cut_subscriber(redis, cluster.node(3))
        for channel in crowd.channels:
            sweeper.remove(channel, crowd.clients | {insider.client})
        sweeper.give_up()
        cluster.resume(3)
        eventually(lambda: "took this node for dead" in cluster.node(3).log(), "n3 knows")
        wait_for_members(redis, "n3", MEMBERS + CHANNELS)
        cluster.wait_ready(3)
        for listener in (witness, insider):
            listener.catch_up(lambda channel: cluster.api(2, "publish", {"channel": channel, "data": 1}))
        assert_all_present(cluster, crowd)
        assert known_wrong(witness, crowd) == {"": MEMBERS}
        assert witness.leaves.keys() >= crowd.members.keys()
        # It is listening again before or after the joins.
        assert insider.joins <= crowd.members
        assert insider.leaves.total() == 0
    finally:
        insider.close()


def test_a_node_that_finds_another_history_of_redis_puts_its_members_back(cluster, redis, crowd, witness):
    """Its lease was of the Redis before; until it has told all members again, nobody may take them away."""
    redis.kill()
    freeze(cluster, 3)
    redis.start()
    for number in (1, 2):
        cluster.wait_ready(number)
    cluster.resume(3)
    cluster.wait_ready(3)
    witness.hear_for(LISTENING_SECONDS)
    assert_all_present(cluster, crowd)
    assert known_wrong(witness, crowd) == {"": MEMBERS}
    assert witness.leaves.total() == 0
