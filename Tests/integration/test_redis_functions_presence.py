"""Presence in the functions that run inside Redis: members live by the lease of their node, and leave once."""

import pytest

from support.redis import RedisError
from support.redis_functions import Member, Message, Presence, message, redis  # noqa: F401
from support.waiting import in_parallel

BYTES = bytes(range(256))
ONE, TWO = "1.1", "2.1"


@pytest.fixture
def presence(redis) -> Presence:
    return Presence(redis).open(ONE, TWO)


@pytest.fixture
def heard(redis, presence):
    """Returns what was announced since the last call. A publication of its own marks the end."""
    subscriber = redis.client().subscribe(presence.channel)

    def announced() -> list[Message]:
        redis.command("PUBLISH", presence.channel, "\1\1end")
        messages = []
        while (last := message(subscriber.next_message()[1])).kind != "live":
            messages.append(last)
        return messages

    yield announced
    subscriber.close()


# Entering


def test_who_enters_is_present_with_all_that_is_known(presence):
    assert presence.enter(ONE, "a", "ann", BYTES, flag=1) == 1
    assert presence.enter(TWO, "b", "bob", b"") == 1
    assert presence.members() == {"a": Member(ONE, "1", "ann", BYTES), "b": Member(TWO, "0", "bob", b"")}
    assert presence.user_counts() == {"ann": 1, "bob": 1}
    assert presence.entries(ONE) == {"", "e:a"} and presence.entries(TWO) == {"", "e:b"}


@pytest.mark.parametrize("user", ["", "ünï", "x" * 100_000, "\0", "1", " "])
def test_users_are_told_apart_by_their_bytes_and_the_anonymous_one_is_a_user(presence, user):
    presence.enter(ONE, "a", user, b"info")
    presence.enter(ONE, "b", user, b"info")
    presence.enter(ONE, "c", user + "\0", b"info")
    assert presence.user_counts() == {user: 2, user + "\0": 1}
    assert presence.members()["a"].user == user and presence.members()["a"].info == b"info"
    assert presence.leave(ONE, "a", "b", "c") == 3
    assert presence.user_counts() == {}


def test_entering_again_replaces_the_entry(presence):
    presence.enter(ONE, "a", "ann", b"1", flag=1)
    assert presence.enter(ONE, "a", "ann", b"2", flag=0) == 1
    assert presence.members() == {"a": Member(ONE, "0", "ann", b"2")}
    assert presence.user_counts() == {"ann": 1}


def test_entering_again_as_another_user_moves_the_count(presence):
    for client in ("a", "b"):
        presence.enter(ONE, client, "ann")
    presence.enter(ONE, "a", "bob")
    assert presence.user_counts() == {"ann": 1, "bob": 1}
    presence.enter(ONE, "b", "bob")
    assert presence.user_counts() == {"bob": 2}


def test_entering_at_another_node_takes_the_entry_along(presence):
    presence.enter(ONE, "a", "ann", flag=1)
    presence.enter(TWO, "a", "ann")
    assert presence.members() == {"a": Member(TWO, "0", "ann", b"i")}
    assert presence.user_counts() == {"ann": 1}
    assert presence.leave(ONE, "a", announce=1) == 0
    assert presence.entries(ONE) == {""}
    assert presence.members().keys() == {"a"} and presence.user_counts() == {"ann": 1}
    assert presence.leave(TWO, "a") == 1
    assert presence.members() == {} == presence.user_counts()


def test_the_limit_counts_the_others(presence):
    assert [presence.enter(ONE, client, client, maximum=2) for client in "abc"] == [1, 1, 0]
    assert presence.entries(ONE) == {"", "e:a", "e:b"}
    assert presence.user_counts() == {"a": 1, "b": 1}
    # Members enter again, also at another node and as another user.
    assert presence.enter(TWO, "a", "x", maximum=2) == 1
    assert presence.enter(ONE, "b", "y", maximum=1) == 0
    assert presence.members()["b"].user == "b"
    assert presence.leave(ONE, "b") == 1
    assert presence.enter(ONE, "c", maximum=2) == 1
    assert presence.enter(ONE, "d", maximum=0) == 1
    assert presence.enter(ONE, "e", maximum=-1) == 1
    assert presence.enter(ONE, "c", maximum=3) == 0 and presence.enter(ONE, "c", maximum=4) == 1


def test_who_is_turned_away_is_not_announced(presence, heard):
    presence.enter(ONE, "a", info=b"A", maximum=1, announce=1)
    presence.enter(ONE, "b", info=b"B", maximum=1, announce=1)
    assert heard() == [Message("join", b"A")]


def test_one_place_is_taken_by_one_of_many_who_enter_at_once(redis, presence):
    clients = [redis.client() for _ in range(8)]

    def enter(number: int) -> int:
        contender = Presence(clients[number])
        contender.channel, contender.presence, contender.users = presence.channel, presence.presence, presence.users
        return contender.enter(ONE, f"c{number}", f"u{number}", maximum=1)

    assert sum(in_parallel(*(lambda number=number: enter(number) for number in range(8)))) == 1
    assert len(presence.members()) == len(presence.user_counts()) == 1


@pytest.mark.parametrize("lose", ["HDEL", "DEL"])
def test_a_lease_that_is_over_adds_no_members(redis, presence, heard, lose):
    presence.enter(ONE, "a", "ann")
    redis.command(lose, presence.index(ONE), *([""] if lose == "HDEL" else []))
    for client in ("a", "b"):
        with pytest.raises(RedisError, match="^STALE "):
            presence.enter(ONE, client, "bob", announce=1)
    assert presence.members() == {"a": Member(ONE, "0", "ann", b"i")}
    assert presence.user_counts() == {"ann": 1} and heard() == []
    assert presence.enter(TWO, "b", "bob") == 1


# Leaving


def test_leaving_takes_everything_along(redis, presence):
    presence.enter(ONE, "a", "ann")
    presence.enter(ONE, "b", "ann")
    assert presence.leave(ONE, "a") == 1
    assert presence.user_counts() == {"ann": 1} and presence.entries(ONE) == {"", "e:b"}
    assert presence.leave(ONE, "b") == 1
    assert redis.command("EXISTS", presence.presence, presence.users) == 0
    assert presence.entries(ONE) == {""}


def test_leaving_twice_or_without_having_entered_changes_nothing(presence, heard):
    presence.enter(ONE, "a", "ann")
    assert presence.leave(ONE, "x", announce=1) == 0
    assert [presence.leave(ONE, "a", announce=1) for _ in range(3)] == [1, 0, 0]
    assert presence.leave(ONE, "a", "a", announce="s") == 0
    assert presence.user_counts() == {} == presence.members()
    assert heard() == [Message("leave", b"i")]


def test_one_client_named_twice_leaves_once(presence, heard):
    presence.enter(ONE, "a", "ann")
    presence.enter(ONE, "b", "ann")
    assert presence.leave(ONE, "a", "a", announce=1) == 1
    assert presence.user_counts() == {"ann": 1} and len(heard()) == 1


def test_the_entry_goes_even_if_its_client_does_not(presence):
    presence.enter(ONE, "a", entry="one")
    presence.enter(TWO, "a", entry="two")
    presence.enter(ONE, "b", entry="e:a")
    assert presence.leave(ONE, "a") == 0
    assert presence.entries(ONE) == {"", "one"} and presence.members()["a"].owner == TWO


def test_many_leave_at_once(presence, heard):
    clients = [f"c{number}" for number in range(5000)]
    for client in clients[:300]:
        presence.enter(ONE, client, "u" + client[-1], info=client.encode(), flag=1)
    assert presence.leave(ONE, *clients, announce="s") == 300
    assert [each.body.decode() for each in heard()] == clients[:300]
    assert presence.user_counts() == {} and presence.entries(ONE) == {""}


@pytest.mark.parametrize("owner", ["1.1", "", "x" * 255, "1.1\0", BYTES[:255]])
def test_owners_are_told_apart_by_their_bytes(redis, presence, owner):
    redis.command("HSET", index := b"{any}index", "", 1)
    keys = (presence.presence, presence.users, index)
    assert redis.command("FCALL", "skein_test_enter", 3, *keys, owner, "a", "ann", "i", 0, 0, "e", "ch", 0) == 1
    for other in (b"1.10", b"x" * 254, b"x" * 256):
        assert redis.command("FCALL", "skein_test_leave", 3, *keys, other, "ch", 1, "a", "other") == 0
    assert redis.command("FCALL", "skein_test_leave", 3, *keys, owner, "ch", 1, "a", "e") == 1


# Announcing


@pytest.mark.parametrize("info", [b"", b"\0\1", BYTES])
def test_joins_and_leaves_are_announced_with_their_info(presence, heard, info):
    presence.enter(ONE, "a", info=info, announce=1)
    presence.leave(ONE, "a", announce=1)
    assert heard() == [Message("join", info), Message("leave", info)]


def test_a_replaced_entry_is_not_announced_again_and_leaves_as_it_is_now(presence, heard):
    presence.enter(ONE, "a", info=b"1", announce=1)
    presence.enter(ONE, "a", info=b"2", announce=1)
    presence.leave(ONE, "a", announce=1)
    assert heard() == [Message("join", b"1"), Message("leave", b"2")]


@pytest.mark.parametrize(("announce", "expected"), [("0", ""), ("1", "ab"), ("s", "b")])
def test_leaves_are_announced_never_or_always_or_as_the_entry_says(presence, heard, announce, expected):
    presence.enter(ONE, "a", info=b"a", flag=0)
    presence.enter(ONE, "b", info=b"b", flag=1)
    assert presence.leave(ONE, "a", "b", announce=announce) == 2
    assert "".join(each.body.decode() for each in heard()) == expected


def test_nothing_is_announced_unasked(presence, heard):
    presence.enter(ONE, "a", flag=1)
    presence.leave(ONE, "a")
    assert heard() == []


def test_each_member_leaves_once_when_two_sweep_one_owner(redis, presence, heard):
    for round in range(5):
        presence.open(ONE)
        clients = [f"c{round}-{number}" for number in range(200)]
        for client in clients:
            presence.enter(ONE, client, "u" + client[-1], info=client.encode(), flag=1)
        presence.enter(TWO, clients[0], "moved")
        redis.command("HDEL", presence.index(ONE), "")

        def sweep(order: list[str]) -> int:
            client = redis.client()
            pieces = [order[start : start + 7] for start in range(0, len(order), 7)]
            removed = sum(presence.leave(ONE, *piece, announce="s", client=client) for piece in pieces)
            client.close()
            return removed

        removed = in_parallel(lambda: sweep(clients), lambda: sweep(clients[::-1]))
        assert sum(removed) == 199
        assert sorted(each.body.decode() for each in heard()) == sorted(clients[1:])
        assert presence.members().keys() == {clients[0]} and presence.user_counts() == {"moved": 1}
        assert presence.entries(ONE) == set()
        presence.leave(TWO, clients[0])


# Arguments


ENTER = [ONE, "a", "ann", "info", "1", "0", "e:a", "channel", "0"]


@pytest.mark.parametrize(("place", "name"), [(4, "flag"), (5, "maximum"), (8, "announce")])
@pytest.mark.parametrize("bad", ["", "x", "1.5", "nan"])
def test_what_is_no_number_is_refused(redis, presence, place, name, bad):
    keys = (presence.presence, presence.users, presence.index(ONE))
    arguments = [*ENTER[:place], bad, *ENTER[place + 1 :]]
    with pytest.raises(RedisError, match=f"^ERR enter .*unusable {name}$"):
        redis.command("FCALL", "skein_test_enter", 3, *keys, *arguments)
    assert presence.members() == {}


def test_an_owner_that_is_too_long_is_refused(redis, presence):
    with pytest.raises(RedisError, match="^ERR .*unusable owner$"):
        presence.open("x" * 256).enter("x" * 256, "a")
    assert presence.members() == {}


@pytest.mark.parametrize("announce", ["", "2", "S", "ss", "0s"])
def test_unknown_announcements_are_refused(presence, announce):
    presence.enter(ONE, "a")
    with pytest.raises(RedisError, match="^ERR leave"):
        presence.leave(ONE, "a", announce=announce)
    assert presence.members().keys() == {"a"}


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6])
def test_a_client_without_an_entry_is_refused(redis, presence, count):
    arguments = [ONE, "ch", "0", "a", "e:a", "b"][:count]
    presence.enter(ONE, "a")
    keys = (presence.presence, presence.users, presence.index(ONE))
    with pytest.raises(RedisError, match="^ERR leave"):
        redis.command("FCALL", "skein_test_leave", 3, *keys, *arguments)
    assert presence.members().keys() == {"a"}
    with pytest.raises(RedisError, match="^ERR enter takes the keys"):
        redis.command("FCALL", "skein_test_enter", 2, *keys[:2], *ENTER)


def test_members_leave_also_when_redis_is_full(redis, presence, heard):
    presence.enter(ONE, "a", flag=1)
    redis.command("CONFIG", "SET", "maxmemory", 1)
    try:
        with pytest.raises(RedisError, match="^OOM"):
            presence.enter(ONE, "b")
        assert presence.leave(ONE, "a", announce="s") == 1
    finally:
        redis.command("CONFIG", "SET", "maxmemory", "256mb")
    assert heard() == [Message("leave", b"i")]
