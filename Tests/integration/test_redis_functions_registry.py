"""The registry of nodes in the functions that run inside Redis: leases, ids, generations, epochs, and who sweeps.

Where a test wants a lease to have run out, or nobody to have been heard, it writes that down instead of waiting.
"""

import pytest

from support.redis import RedisError
from support.redis_functions import REGISTRY_KEYS, RING_CHANNEL, call, redis  # noqa: F401
from support.redis_registry import LEASES, NODES, RING, STATS, SWEEP, TTL, Registry
from support.waiting import eventually, in_parallel

@pytest.fixture
def registry(redis):
    registry = Registry(redis)
    yield registry
    registry.close()


# Joining


def test_the_first_node_makes_the_registry(registry):
    assert registry.nodes() == [] and registry.epoch() == 0
    assert registry.join("a", uuid="first") == ["first", 1, 1, 1, 0]
    assert registry.join("b", uuid="second") == ["first", 2, 1, 2, 0]
    assert registry.announced() == [1, 2]


def test_what_nodes_say_of_themselves_is_listed_by_id(registry):
    names = [f"n{number}" for number in range(12)][::-1]
    for name in names:
        registry.join(name, description=f"of {name}\0", stats="x" * 1000)
    listed = registry.nodes()
    assert [node.name for node in listed] == names and [node.id for node in listed] == list(range(1, 13))
    assert {(node.generation, node.stats) for node in listed} == {(1, "x" * 1000)}
    assert [node.description for node in listed] == [f"of {name}\0" for name in names]
    assert all(0 < node.end - registry.now() <= TTL for node in listed)


def test_the_id_of_a_name_stays_and_the_generation_rises(registry):
    for generation in (1, 2, 3):
        assert registry.join("a")[2:4] == [generation, 1]
    assert registry.join("b")[3] == 2
    registry.resign("a", 3)
    registry.resign("b", 1)
    assert registry.join("c")[3] == 3
    assert registry.join("b")[2:4] == [2, 2] and registry.join("a")[2:4] == [4, 1]


def test_a_name_gets_the_id_that_it_asks_for_and_keeps_it(registry):
    assert registry.join("a", id=7)[3] == 7
    assert registry.join("a")[3] == 7
    assert registry.join("b")[3] == 2
    # One that is free is given for another; what others ask for is never handed out again.
    assert registry.join("b", id=3)[3] == 3
    assert [registry.join(name)[3] for name in ("c", "d", "e")] == [4, 5, 6]
    assert registry.join("f")[3] == 8


def test_an_id_that_is_taken_is_refused_and_nothing_changes(registry):
    registry.join("a", id=7)
    with pytest.raises(RedisError, match="^TAKEN the id 7 belongs to a$"):
        registry.join("b", id=7)
    assert registry.names() == ["a"]
    assert registry.join("b")[3] != 7


def test_ids_are_not_given_twice_when_the_ring_is_lost(registry):
    for name in ("a", "b"):
        registry.join(name)
    registry.redis.command("DEL", RING)
    assert registry.join("c", uuid="V")[3] == 3
    assert registry.join("a", uuid="W")[0] == "V"


def test_a_new_generation_leaves_the_members_of_the_old_one_to_be_swept(registry):
    assert registry.join("a")[4] == 0
    assert registry.join("a")[2:] == [2, 1, 1]
    # Those members may be put back at this moment: for the length of a lease nobody else sweeps them.
    assert [registry.now() < until <= registry.now() + TTL for until in registry.sweep().values()] == [True]
    # Also when the old lease had run out and nobody had reaped it.
    registry.end_lease("a")
    assert registry.join("a")[2:] == [3, 1, 1]
    assert list(registry.sweep()) == ["1.1", "1.2"]
    registry.resign("a", 3)
    assert registry.join("a")[2:] == [4, 1, 0]
    assert list(registry.sweep()) == ["1.1", "1.2"]


def test_a_newcomer_reaps_and_announces_once(registry):
    registry.join("a")
    registry.join("b")
    registry.announced()
    registry.end_lease("a")
    assert registry.join("c")[1] == 3
    assert registry.announced() == [3]
    assert registry.names() == ["b", "c"] and registry.sweep() == {"1.1": 0}


# Beating


def test_a_beat_renews_the_lease(registry):
    registry.join("a", ttl=1000)
    uuid, epoch, waiting, time = registry.beat("a", ttl=TTL)
    assert (uuid, epoch, waiting) == ("U", 1, 0)
    assert abs(registry.now() - time) < 60_000
    assert 1000 < registry.lease_left("a") <= TTL


def test_another_description_changes_the_ring_and_other_figures_do_not(registry):
    registry.join("a")
    registry.announced()
    assert registry.beat("a", stats="t")[1] == 1 and registry.announced() == []
    assert registry.beat("a", description="e", stats="t")[1] == 2 and registry.announced() == [2]
    assert registry.beat("a", description="e", stats="u")[1] == 2 and registry.announced() == []
    (node,) = registry.nodes()
    assert (node.description, node.stats) == ("e", "u")


def test_an_unknown_name_or_generation_is_gone(registry):
    registry.join("a")
    for name, generation in [("b", 1), ("", 1), ("a", 2), ("a", 2**53)]:
        with pytest.raises(RedisError, match="^GONE "):
            registry.beat(name, generation)
    assert registry.names() == ["a"]


def test_an_old_generation_is_fenced(registry):
    registry.join("a")
    registry.join("a")
    before = registry.lease_left("a")
    for generation in (1, 0, -1):
        with pytest.raises(RedisError, match="^FENCED "):
            registry.beat("a", generation, description="old")
    assert registry.nodes()[0].description == "d" and registry.lease_left("a") <= before
    assert registry.beat("a", 2)[0] == "U"
    # Fenced even when the new generation is gone: there was one.
    registry.resign("a", 2)
    with pytest.raises(RedisError, match="^FENCED "):
        registry.beat("a", 1)


def test_a_beat_reaps_the_leases_that_ran_out(registry):
    for name in ("a", "b", "c", "d"):
        registry.join(name)
    registry.announced()
    registry.end_lease("b", "d")
    assert registry.names() == ["a", "c"]
    uuid, epoch, waiting, _ = registry.beat("a")
    assert (epoch, waiting) == (5, 2)
    assert registry.announced() == [5]
    assert registry.sweep() == {"2.1": 0, "4.1": 0}
    assert registry.names() == ["a", "c"]
    for key in (NODES, STATS):
        assert sorted(registry.redis.command("HKEYS", key)) == [b"a", b"c"]
    assert registry.beat("c")[1] == 5 and registry.announced() == []


def test_a_reaped_node_is_gone_until_it_joins_again(registry):
    registry.join("a")
    registry.join("b")
    registry.end_lease("b")
    registry.beat("a")
    for _ in range(2):
        with pytest.raises(RedisError, match="^GONE "):
            registry.beat("b")
    assert registry.join("b")[2:] == [2, 2, 0]
    assert registry.beat("b", 2)[1] == registry.epoch()
    assert list(registry.sweep()) == ["2.1"]


def test_a_late_node_is_gone_while_others_were_heard_even_if_nobody_reaped_it(registry):
    registry.join("a")
    registry.join("b")
    registry.announced()
    registry.end_lease("b")
    for _ in range(2):
        with pytest.raises(RedisError, match="^GONE "):
            registry.beat("b", description="e")
    assert registry.announced() == [] and registry.names() == ["a"]
    # It was not heard, so that its tries are no reason to reap others, or to spare them.
    registry.be_silent(TTL // 2 - 5000)
    with pytest.raises(RedisError, match="^GONE "):
        registry.beat("b")
    assert registry.now() - int(registry.redis.command("HGET", RING, "lastbeat")) >= TTL // 2 - 5000
    assert registry.join("b")[2:] == [2, 2, 1]
    assert list(registry.sweep()) == ["2.1"]


def test_a_silent_node_is_reaped_in_time_by_one_that_beats(registry):
    registry.join("a", ttl=400)
    registry.join("b", ttl=400)
    eventually(lambda: registry.beat("a", ttl=400)[2] == 1, "the end of the other lease")
    assert registry.names() == ["a"] and registry.sweep() == {"2.1": 0}
    with pytest.raises(RedisError, match="^GONE "):
        registry.beat("b", ttl=400)


# Amnesty


def test_when_the_registry_was_away_nobody_is_reaped(registry):
    for name in ("a", "b", "c"):
        registry.join(name)
    registry.announced()
    registry.end_lease("a", "b")
    registry.be_silent(TTL // 2 + 1000)
    assert registry.names() == ["c"]
    assert registry.beat("a")[1:3] == [4, 0]
    # The list is another than a moment ago.
    assert registry.announced() == [4]
    assert registry.names() == ["a", "b", "c"] and registry.sweep() == {}
    assert all(TTL - 30_000 < registry.lease_left(name) <= TTL for name in ("a", "b", "c"))
    assert registry.beat("b")[1] == 4
    # It is over: who is not heard now is dead.
    registry.end_lease("c")
    assert registry.beat("a")[1:3] == [5, 1]


def test_an_amnesty_shortens_no_lease_and_does_not_change_the_ring_by_itself(registry):
    registry.join("a")
    registry.join("b", ttl=10 * TTL)
    registry.announced()
    registry.be_silent(TTL + 1000)
    assert registry.beat("a")[1] == 2 and registry.announced() == []
    assert registry.lease_left("b") > 9 * TTL


def test_a_silence_shorter_than_half_a_lease_is_no_amnesty(registry):
    registry.join("a")
    registry.join("b")
    registry.end_lease("b")
    registry.be_silent(TTL // 2 - 5000)
    assert registry.beat("a")[2] == 1 and registry.names() == ["a"]


def test_a_registry_that_nobody_was_heard_by_grants_an_amnesty(registry):
    registry.join("a")
    registry.join("b")
    registry.end_lease("b")
    registry.redis.command("HDEL", RING, "lastbeat")
    registry.beat("a")
    assert registry.names() == ["a", "b"]


def test_a_newcomer_after_an_outage_grants_the_amnesty_to_all(registry):
    registry.join("a")
    registry.join("b")
    registry.end_lease("a", "b")
    registry.be_silent(TTL + 1000)
    registry.join("c")
    assert registry.beat("a")[2] == 0 and registry.beat("b")[2] == 0
    assert registry.names() == ["a", "b", "c"]


def test_all_live_on_after_nobody_reached_redis_for_longer_than_a_lease(registry):
    ttl, names = 300, ("a", "b", "c")

    def together(function: str, *arguments) -> list:
        """One call for each node in a batch, so that a slow machine makes none of them late."""
        client = registry.redis.client()
        replies = client.pipeline(
            ("FCALL", f"skein_test_{function}", 6, *REGISTRY_KEYS, RING_CHANNEL, name, *arguments) for name in names
        )
        client.close()
        return replies

    together("join", ttl, "d", "s", "U", "")
    eventually(lambda: registry.names() == [], "the end of all leases")
    eventually(lambda: registry.now() - int(registry.redis.command("HGET", RING, "lastbeat")) > ttl, "a long silence")
    assert [reply[:3] for reply in together("beat", 1, ttl, "d", "s")] == [[b"U", 4, 0]] * 3
    assert registry.sweep() == {} and registry.redis.command("ZCARD", LEASES) == 3


# Resigning


def test_who_resigns_is_gone_at_once(registry):
    registry.join("a")
    registry.join("b")
    registry.announced()
    assert registry.resign("a") == 1
    assert registry.announced() == [3] and registry.names() == ["b"] and registry.sweep() == {}
    assert registry.resign("a") == 0 and registry.announced() == []
    with pytest.raises(RedisError, match="^GONE "):
        registry.beat("a")


def test_who_resigns_may_leave_its_members_to_be_swept(registry):
    registry.join("a")
    assert registry.resign("a", is_swept=1) == 1
    assert registry.sweep() == {"1.1": 0}


def test_another_generation_cannot_resign(registry):
    registry.join("a")
    registry.join("a")
    registry.swept("1.1")
    assert [registry.resign("a", generation, 1) for generation in (0, 1, 3)] == [0, 0, 0]
    assert registry.resign("unknown") == 0
    assert registry.names() == ["a"] and registry.sweep() == {}


# Sweeping


def test_an_owner_is_claimed_by_one_until_its_claim_runs_out(registry):
    assert registry.claim() is None
    registry.join("a")
    registry.resign("a", is_swept=1)
    assert registry.claim(span=300) == "1.1"
    assert registry.claim() is None
    assert 0 < registry.sweep()["1.1"] - registry.now() <= 300
    assert eventually(lambda: registry.claim(), "the end of the claim") == "1.1"
    assert registry.swept("1.1") == 1 and registry.swept("1.1") == 0
    assert registry.claim() is None


def test_beats_tell_of_owners_that_nobody_sweeps(registry):
    registry.join("a")
    for name in ("b", "c"):
        registry.join(name)
        registry.resign(name, is_swept=1)
    assert registry.beat("a")[2] == 2
    registry.claim()
    assert registry.beat("a")[2] == 1
    registry.claim()
    assert registry.beat("a")[2] == 0
    registry.redis.command("ZADD", SWEEP, registry.now() - 1, "2.1")
    assert registry.beat("a")[2] == 1


def test_two_nodes_that_claim_at_once_get_different_owners(registry):
    names = [f"n{number}" for number in range(40)]
    for name in names:
        registry.join(name)
        registry.resign(name, is_swept=1)

    def claims() -> list[str]:
        client = registry.redis.client()
        result = []
        while owner := registry.claim(client=client):
            result.append(owner)
        client.close()
        return result

    first, second = in_parallel(claims, claims)
    assert sorted(first + second) == sorted(f"{id}.1" for id in range(1, 41))


# Epochs


def test_epochs_rise_strictly_and_every_change_is_announced(registry):
    expected = 0
    for round in range(1, 6):
        for name in ("a", "b", "c"):
            registry.join(name)
        registry.beat("a", round, description=f"d{round}")
        registry.end_lease("b")
        registry.beat("a", round, description=f"e{round}")
        registry.resign("c", round)
        expected += 6
    assert registry.announced() == list(range(1, expected + 1))
    assert registry.epoch() == expected


def test_more_ended_leases_than_one_beat_reaps_are_reaped_by_the_next(registry):
    names = [f"n{number}" for number in range(150)]
    for name in ["a", *names]:
        registry.join(name)
    registry.end_lease(*names)
    waiting = [registry.beat("a")[2] for _ in range(4)]
    assert waiting == [64, 128, 150, 150]
    assert registry.names() == ["a"]


def test_a_wiped_registry_is_another(registry):
    registry.join("a", uuid="U")
    registry.redis.command("DEL", *REGISTRY_KEYS)
    with pytest.raises(RedisError, match="^GONE "):
        registry.beat("a")
    assert registry.join("a", uuid="V")[0] == "V"


# Arguments


CALLS = {
    "join": ["a", "1000", "d", "s", "U", ""],
    "beat": ["a", "1", "1000", "d", "s"],
    "resign": ["a", "1", "0"],
    "claim": ["1000"],
    "swept": ["1.1"],
    "nodes": [],
}


@pytest.mark.parametrize("function", CALLS)
def test_calls_that_do_not_fit_are_refused(registry, function):
    arguments = CALLS[function]
    with pytest.raises(RedisError, match=f"^ERR {function} takes the keys ring"):
        registry.call(function, *arguments, "more")
    if arguments:
        with pytest.raises(RedisError, match=f"^ERR {function} takes the keys ring"):
            registry.call(function, *arguments[:-1])
    with pytest.raises(RedisError, match=f"^ERR {function} takes the keys ring"):
        call(registry.redis, function, REGISTRY_KEYS[:5], RING_CHANNEL, *arguments)
    assert registry.redis.command("EXISTS", *REGISTRY_KEYS) == 0


@pytest.mark.parametrize(
    ("function", "place", "name"),
    [
        ("join", 1, "ttl"),
        ("beat", 1, "generation"),
        ("beat", 2, "ttl"),
        ("resign", 1, "generation"),
        ("resign", 2, "is_swept"),
        ("claim", 0, "claim"),
    ],
)
@pytest.mark.parametrize("bad", ["", "x", "1.5", "inf"])
def test_what_is_no_number_is_refused(registry, function, place, name, bad):
    arguments = [*CALLS[function][:place], bad, *CALLS[function][place + 1 :]]
    with pytest.raises(RedisError, match=f"^ERR {function} .*unusable {name}$"):
        registry.call(function, *arguments)
    assert registry.redis.command("EXISTS", *REGISTRY_KEYS) == 0


def test_the_list_is_read_without_writing(registry):
    registry.join("a")
    reply = registry.redis.command("FCALL_RO", "skein_test_nodes", 6, *REGISTRY_KEYS, RING_CHANNEL)
    assert reply[:2] == [b"U", 1] and reply[3] == b"a"
    with pytest.raises(RedisError, match="write"):
        registry.redis.command("FCALL_RO", "skein_test_claim", 6, *REGISTRY_KEYS, RING_CHANNEL, 1)


def test_leases_go_on_when_redis_is_full(registry):
    registry.join("a")
    registry.join("b")
    registry.end_lease("b")
    registry.redis.command("CONFIG", "SET", "maxmemory", 1)
    try:
        assert registry.beat("a")[2] == 1
        assert registry.claim() == "2.1" and registry.swept("2.1") == 1
        assert registry.resign("a") == 1
    finally:
        registry.redis.command("CONFIG", "SET", "maxmemory", "256mb")
