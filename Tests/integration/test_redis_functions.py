"""Publishing in the functions that run inside Redis, and the functions as such: arguments, versions, what they rely on.

The semantics are those of the embedded engine, see the broker contract.
"""

import pytest

from support.redis import RedisError, RedisServer
from support.redis_functions import (
    LIBRARY,
    NEXT_TAG,
    TAG,
    Message,
    Stream,
    call,
    load,
    message,
    redis,  # noqa: F401
)
from support.waiting import eventually

BYTES = bytes(range(256)) * 3


@pytest.fixture
def stream(redis) -> Stream:
    return Stream(redis)


# Publishing


def test_offsets_begin_at_1_and_have_no_gaps(stream):
    positions = [stream.publish(str(number)) for number in range(5)]
    assert [offset for offset, _ in positions] == [1, 2, 3, 4, 5]
    (epoch,) = {epoch for _, epoch in positions}
    assert epoch.startswith("E") and epoch.endswith(f".{TAG}")


@pytest.mark.parametrize("body", [b"", b"\0", b"\r\n", BYTES, "ünï".encode(), b"x" * 100_000])
def test_bodies_are_kept_byte_for_byte(redis, stream, body):
    subscriber = redis.client().subscribe(stream.channel)
    position = stream.publish(body)
    read = stream.history()
    assert read.entries == [(1, body)]
    heard = message(subscriber.next_message()[1])
    time = int.from_bytes(redis.command("XRANGE", stream.stream, "-", "+")[0][1][1][:8], "big")
    assert heard == Message("positioned", body, *position, time)
    seconds, _ = redis.command("TIME")
    assert 0 <= int(seconds) * 1000 + 999 - time < 60_000
    subscriber.close()


@pytest.mark.parametrize("size", [0, -1])
def test_without_history_a_publication_has_no_position_and_leaves_nothing(redis, stream, size):
    subscriber = redis.client().subscribe(stream.channel)
    assert stream.publish(BYTES, size=size) == (0, "")
    assert message(subscriber.next_message()[1]) == Message("live", BYTES)
    assert redis.command("EXISTS", stream.meta, stream.stream) == 0
    subscriber.close()


def test_streams_are_apart(redis, stream):
    other = Stream(redis)
    assert stream.publish("a")[0] == other.publish("b")[0] == 1
    assert stream.publish("a")[1] != other.publish("b")[1]
    assert [body for _, body in stream.history().entries] == [b"a", b"a"]


# Trimming


@pytest.mark.parametrize("size", [1, 2, 7, 100, 130])
def test_a_stream_keeps_exactly_its_newest(stream, size):
    stream.size = size
    for number in range(1, 301):
        _, epoch = stream.publish(str(number))
    kept = list(range(301 - size, 301))
    assert stream.history(limit=1000).offsets == kept
    assert stream.history(limit=1000, reverse=True).offsets == kept[::-1]
    assert stream.history((0, ""), limit=1000).offsets == kept
    assert stream.recovered(300 - size, epoch, limit=1000) == kept
    assert stream.recovered(299 - size, epoch, limit=1000) is None


def test_the_size_of_the_newest_publication_counts(stream):
    def publish(size):
        stream.publish(size=size)
        return stream.history().offsets

    for _ in range(12):
        stream.publish(size=20)
    assert publish(3) == [11, 12, 13]
    # What was trimmed never comes back.
    assert publish(10) == [11, 12, 13, 14]
    assert publish(1) == [15]
    assert publish(2) == [15, 16]
    assert publish(100) == [15, 16, 17]
    assert publish(2) == [17, 18]


def test_trimming_bounds_memory(redis, stream):
    stream.size = 5
    for number in range(2000):
        stream.publish("x" * 100)
    assert redis.command("XLEN", stream.stream) <= 100
    assert redis.command("MEMORY", "USAGE", stream.stream) < 16_384


# Lives


def lives(redis, stream) -> tuple[int, int]:
    return redis.command("PTTL", stream.meta), redis.command("PTTL", stream.stream)


def test_each_publication_gives_both_keys_new_lives(redis, stream):
    for ttl, meta_ttl in [(1000_000, 2000_000), (5000_000, 9000_000), (3000_000, 4000_000)]:
        stream.publish(ttl=ttl, meta_ttl=meta_ttl)
        meta, publications = lives(redis, stream)
        assert meta_ttl - 60_000 < meta <= meta_ttl and ttl - 60_000 < publications <= ttl


def test_the_position_lives_no_shorter_than_the_publications(redis, stream):
    stream.publish(ttl=5000_000, meta_ttl=1000)
    assert lives(redis, stream)[0] > 4000_000
    stream.publish(ttl=5000_000, meta_ttl=-1)
    assert lives(redis, stream)[0] > 4000_000
    assert stream.history().offsets == [1, 2]


def test_reading_lengthens_no_life_but_gives_one_to_a_new_stream(redis, stream):
    stream.meta_ttl = 1000_000
    _, epoch = stream.publish()
    stream.meta_ttl = 5000_000
    for tag in (TAG, NEXT_TAG):
        stream.tag = tag
        stream.history()
        stream.recover(0, epoch)
        meta, publications = lives(redis, stream)
        assert 0 < meta <= 1000_000 and 0 < publications <= 60_000
    fresh = Stream(redis)
    fresh.history()
    assert 60_000 < lives(redis, fresh)[0] <= 120_000
    another = Stream(redis)
    another.recover(0, "")
    assert 60_000 < lives(redis, another)[0] <= 120_000


def test_publications_expire_together_and_the_position_stays(stream):
    stream.publish("old", ttl=600_000)
    _, epoch = stream.publish("new", ttl=300)
    eventually(lambda: not stream.history().entries, "expired publications")
    read = stream.history()
    assert (read.top, read.epoch) == (2, epoch)
    assert stream.recovered(2, epoch) == [] and stream.recovered(1, epoch) is None
    assert stream.publish("next") == (3, epoch)
    assert stream.history().offsets == [3]
    assert stream.recovered(1, epoch) is None and stream.recovered(2, epoch) == [3]


@pytest.mark.parametrize("ttl", [0, -1, -(2**70)])
def test_without_a_time_to_live_publications_are_gone_at_once(stream, ttl):
    position = stream.publish("a")
    assert stream.publish("b", ttl=ttl) == (2, position[1])
    read = stream.history()
    assert (read.top, read.epoch, read.entries) == (2, position[1], [])
    assert stream.publish("c") == (3, position[1])
    assert stream.history().offsets == [3]


def test_a_forgotten_stream_begins_again_with_another_epoch(redis, stream):
    _, epoch = stream.publish(ttl=100, meta_ttl=300)
    eventually(lambda: redis.command("EXISTS", stream.meta) == 0, "the end of the meta")
    read = stream.history()
    assert read.top == 0 and read.epoch != epoch
    assert stream.publish("a") == (1, read.epoch)
    gone = Stream(redis)
    first = gone.publish(ttl=0, meta_ttl=0)
    second = gone.publish()
    assert first[0] == second[0] == 1 and first[1] != second[1]


def test_lives_without_end_do_not_overflow(redis, stream):
    assert stream.publish(ttl=2**63 - 1, meta_ttl=2**64 - 1)[0] == 1
    assert stream.history(limit=2**63 - 1).offsets == [1]
    assert all(life > 10**15 for life in lives(redis, stream))


# Idempotency


@pytest.mark.parametrize("size", [0, 10])
def test_a_repeated_key_publishes_once_and_answers_with_the_first_position(redis, stream, size):
    subscriber = redis.client().subscribe(stream.channel)
    first = stream.publish("first", size=size, key="k", window=60_000)
    assert first[0] == (1 if size else 0)
    assert stream.publish("second", size=size, key="other", window=60_000)[0] == (2 if size else 0)
    stream.tag = NEXT_TAG
    for _ in range(3):
        assert stream.publish("again", size=size, key="k", window=60_000) == first
    stream.publish("end", size=size)
    heard = [message(subscriber.next_message()[1]).body for _ in range(3)]
    assert heard == [b"first", b"second", b"end"]
    if size:
        assert [body for _, body in stream.history().entries] == [b"first", b"second", b"end"]
    subscriber.close()


def test_a_repetition_touches_nothing(redis, stream):
    stream.publish("a", key="k", window=50_000)
    before = redis.command("HGETALL", stream.meta), redis.command("XINFO", "STREAM", stream.stream)
    redis.command("PEXPIRE", stream.meta, 5000)
    stream.publish("b", key="k", window=500_000, size=3, ttl=1, meta_ttl=1)
    assert (redis.command("HGETALL", stream.meta), redis.command("XINFO", "STREAM", stream.stream)) == before
    assert redis.command("PTTL", stream.stream) > 5000
    assert 0 < redis.command("PTTL", stream.idempotency("k")) <= 50_000


def test_a_key_is_forgotten_after_its_window(stream):
    first = stream.publish("a", key="k", window=300)
    # The repetitions on the way do not lengthen the window.
    position = eventually(lambda: (again := stream.publish("b", key="k", window=300)) != first and again, "another")
    assert position == (2, first[1])


@pytest.mark.parametrize("window", [0, -1])
def test_without_a_window_keys_do_not_count(redis, stream, window):
    assert stream.publish("a", key="k", window=window)[0] == 1
    assert stream.publish("b", key="k", window=window)[0] == 2
    assert redis.command("EXISTS", stream.idempotency("k")) == 0


def test_keys_outlive_the_history_and_the_stream(redis, stream):
    first = stream.publish("a", key="k", window=60_000)
    stream.forget()
    assert stream.publish("b", key="k", window=60_000) == first
    redis.command("DEL", stream.meta)
    assert stream.publish("c", key="k", window=60_000) == first
    assert redis.command("EXISTS", stream.meta) == 0


# Arguments


def refused(stream: Stream, function: str, arguments: list, reason: str) -> None:
    keys = (stream.meta, stream.stream, stream.idempotency(""))[: 3 if function == "publish" else 2]
    with pytest.raises(RedisError, match=rf"^ERR .*{reason}"):
        call(stream.client, function, keys, *arguments)
    assert stream.client.command("EXISTS", *keys) == 0


PUBLISH = ["channel", "body", "10", "1000", "1000", TAG, "E1", "0"]
HISTORY = [TAG, "E1", "1000", "", "", "10", "0"]
RECOVER = [TAG, "E1", "1000", "0", "", "stream", "10"]
BAD_NUMBERS = ["", "x", "1.5", "nan", "inf", "-inf", "1 2", "0x", "\0", "1,5"]
BAD_NAMES = ["", "a.b", "a=b", "a;", "a" * 65, "a\0", "ä"]


@pytest.mark.parametrize(
    ("function", "arguments", "place", "name"),
    [
        *(("publish", PUBLISH, place, name) for place, name in [(2, "size"), (3, "ttl"), (4, "meta_ttl")]),
        ("publish", PUBLISH, 7, "window"),
        *(("history", HISTORY, place, name) for place, name in [(2, "meta_ttl"), (5, "limit"), (6, "reverse")]),
        *(("recover", RECOVER, place, name) for place, name in [(2, "meta_ttl"), (3, "since"), (6, "limit")]),
    ],
)
def test_what_is_no_number_is_refused_before_anything_is_done(stream, function, arguments, place, name):
    for bad in BAD_NUMBERS:
        refused(stream, function, [*arguments[:place], bad, *arguments[place + 1 :]], rf"{function} .*unusable {name}$")


@pytest.mark.parametrize("bad", BAD_NUMBERS[1:])
def test_a_since_that_is_no_number_is_refused(stream, bad):
    refused(stream, "history", [*HISTORY[:3], bad, *HISTORY[4:]], "unusable since$")


@pytest.mark.parametrize(
    ("function", "arguments", "places"),
    [("publish", PUBLISH, (5, 6)), ("history", HISTORY, (0, 1)), ("recover", RECOVER, (0, 1))],
)
def test_tags_and_epochs_that_would_break_the_format_are_refused(stream, function, arguments, places):
    for place in places:
        for bad in BAD_NAMES:
            refused(stream, function, [*arguments[:place], bad, *arguments[place + 1 :]], "tag or epoch")


def test_unknown_modes_are_refused(stream):
    for bad in ("", "Stream", "streams", "cache\0"):
        refused(stream, "recover", [*RECOVER[:5], bad, RECOVER[6]], "unusable mode")


@pytest.mark.parametrize(
    ("function", "arguments"), [("publish", PUBLISH), ("history", HISTORY), ("recover", RECOVER), ("forget", [])]
)
def test_too_few_or_too_many_arguments_or_keys_are_refused(stream, function, arguments):
    usage = f"{function} takes the keys meta stream"
    refused(stream, function, [*arguments, "more"], usage)
    if arguments:
        refused(stream, function, arguments[:-1], usage)
    with pytest.raises(RedisError, match=usage):
        call(stream.client, function, (stream.meta,), *arguments)


# The library


def test_two_versions_work_side_by_side(redis, stream):
    load(redis, "skein_other")
    stream.publish("a")
    redis.command("FUNCTION", "DELETE", "skein_other")
    assert stream.publish("b")[0] == 2


def test_each_name_in_the_library_is_the_placeholder():
    text = LIBRARY.read_text()
    assert text.startswith("#!lua name=@SKEIN@\n")
    assert all(len(line) <= 120 for line in text.splitlines())


def test_a_full_redis_refuses_publications_and_does_not_tear_them(redis, stream):
    """Redis checks its memory before a function, never within."""
    epoch = stream.publish_numbers(2)
    used = int(redis.info("memory")["used_memory"])
    redis.command("CONFIG", "SET", "maxmemory", used // 2)
    try:
        with pytest.raises(RedisError, match="^OOM"):
            stream.publish()
        stream.forget()
    finally:
        redis.command("CONFIG", "SET", "maxmemory", "256mb")
    assert stream.publish() == (3, epoch)
    assert stream.history().offsets == [3]


def test_every_publication_of_a_pipeline_is_answered_in_order(redis, stream):
    stream.size = 1000
    subscriber = redis.client().subscribe(stream.channel)
    client = redis.client()
    keys = (3, stream.meta, stream.stream, "")
    replies = client.pipeline(
        ("FCALL", "skein_test_publish", *keys, stream.channel, number, 1000, 60_000, 60_000, TAG, f"N{number}", 0)
        for number in range(500)
    )
    assert [offset for offset, _ in replies] == list(range(1, 501))
    assert {epoch for _, epoch in replies} == {f"N0.{TAG}".encode()}
    heard = [message(subscriber.next_message()[1]) for _ in range(500)]
    assert [(each.offset, each.body) for each in heard] == [(n + 1, str(n).encode()) for n in range(500)]
    client.close()
    subscriber.close()


# What the functions rely on


def tag_of(server: RedisServer) -> str:
    return server.info("replication")["master_replid"][:8]


def test_a_restart_from_disk_makes_another_tag_and_streams_go_on_under_it(tmp_path):
    with RedisServer(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as server:
        load(server)
        stream = Stream(server, tag=tag_of(server))
        epoch = stream.publish_numbers(3)
        server.kill()
        server.start()
        assert (new_tag := tag_of(server)) != stream.tag
        stream.tag = new_tag
        assert stream.recovered(2, epoch) == [3]
        _, new_epoch = stream.publish("4")
        assert new_epoch != epoch and new_epoch.split(".") == [epoch.split(".")[0], new_tag]
        assert stream.recovered(3, epoch) == [4] and stream.recovered(4, epoch) is None


def test_a_restart_without_a_disk_forgets_everything_also_the_functions(tmp_path):
    with RedisServer(tmp_path) as server:
        load(server)
        stream = Stream(server)
        _, epoch = stream.publish()
        server.restart()
        with pytest.raises(RedisError, match="Function not found"):
            stream.publish()
        load(server)
        assert stream.publish()[1] != epoch


def test_a_master_takes_another_tag_also_while_clients_stay_connected(tmp_path):
    """So a tag that was read when a connection began is not right for ever."""
    with RedisServer(tmp_path) as server:
        first = tag_of(server)
        server.command("REPLICAOF", "127.0.0.1", 1)
        with pytest.raises(RedisError, match="^READONLY"):
            server.command("SET", "key", 1)
        server.command("REPLICAOF", "NO", "ONE")
        assert server.command("SET", "key", 1) == "OK"
        assert tag_of(server) != first


def test_a_paused_server_keeps_connections_and_answers_later(tmp_path):
    with RedisServer(tmp_path) as server:
        client = server.client(timeout=0.2)
        server.pause()
        with pytest.raises(TimeoutError):
            client.command("PING")
        server.resume()
        assert server.command("PING") == "PONG"
        client.close()
