"""Publications and streams in the functions that run inside Redis: what the broker contract says, and what Redis adds.

The semantics are those of the embedded engine; on top of them come histories of Redis that fork, and keys that get lost.
"""

import pytest

from support.redis import RedisError, RedisServer
from support.redis_functions import (
    LIBRARY,
    NEXT_TAG,
    TAG,
    THIRD_TAG,
    Message,
    Stream,
    call,
    load,
    message,
    redis,  # noqa: F401
)
from support.waiting import eventually

GREATEST = 2**64 - 1
BEYOND = [6, 2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, GREATEST - 1, GREATEST]
BYTES = bytes(range(256)) * 3


@pytest.fixture
def stream(redis) -> Stream:
    return Stream(redis)


def snapshot(redis: RedisServer, stream: Stream) -> list[bytes]:
    """What a backup, or a replica that lags from now on, has of the stream."""
    return [redis.command("DUMP", key) for key in (stream.meta, stream.stream)]


def restore(redis: RedisServer, stream: Stream, dumps: list[bytes]) -> None:
    for key, dump in zip((stream.meta, stream.stream), dumps):
        redis.command("RESTORE", key, 0, dump, "REPLACE")


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


# History


def test_the_history_of_an_unknown_topic_is_empty_and_makes_an_epoch_that_stays(stream):
    first = stream.history()
    assert first.top == 0 and first.entries == []
    assert stream.history().epoch == first.epoch
    assert stream.recover(0, "").epoch == first.epoch
    assert stream.publish() == (1, first.epoch)


def pages(stream: Stream, epoch: str, reverse: bool) -> list[list[int]]:
    since, result = None, []
    while page := stream.history(since, limit=3, reverse=reverse).offsets:
        result.append(page)
        since = (page[-1], epoch)
    return result


def test_history_is_read_page_by_page(stream):
    stream.size = 7
    epoch = stream.publish_numbers(10)
    assert pages(stream, epoch, reverse=False) == [[4, 5, 6], [7, 8, 9], [10]]
    assert pages(stream, epoch, reverse=True) == [[10, 9, 8], [7, 6, 5], [4]]
    assert pages(stream, "", reverse=True) == [[10, 9, 8], [7, 6, 5], [4]]


@pytest.mark.parametrize("limit", [0, -1, -(2**64)])
def test_a_limit_of_0_tells_the_position_alone(stream, limit):
    epoch = stream.publish_numbers(3)
    for reverse in (False, True):
        read = stream.history(limit=limit, reverse=reverse)
        assert (read.top, read.epoch, read.entries) == (3, epoch, [])


def test_since_another_stream_nothing_is_read_and_the_position_is_told(stream):
    epoch = stream.publish_numbers(3)
    stream_epoch = epoch.partition(".")[0]
    for other in ("E0", f"E0.{TAG}", f"{stream_epoch}.{NEXT_TAG}", stream_epoch, epoch + "0", epoch.lower(), "."):
        for reverse in (False, True):
            for offset in (0, 2, 3):
                read = stream.history((offset, other), reverse=reverse)
                assert (read.top, read.epoch, read.entries) == (3, epoch, [])


def test_an_epoch_without_an_offset_does_not_count(stream):
    stream.publish_numbers(3)
    assert stream.history(("", "E0.other")).offsets == [1, 2, 3]


def test_history_since_beyond_either_end(stream):
    stream.size = 3
    epoch = stream.publish_numbers(5)
    for since_epoch in (epoch, ""):
        for offset in BEYOND:
            assert stream.history((offset, since_epoch)).offsets == []
            assert stream.history((offset, since_epoch), reverse=True).offsets == [5, 4, 3]
        assert stream.history((5, since_epoch)).offsets == []
        assert stream.history((5, since_epoch), reverse=True).offsets == [4, 3]
        for offset in (0, 1, 2, -1, -5, -(2**64)):
            assert stream.history((offset, since_epoch), limit=2).offsets == [3, 4]
        for offset in (0, 1, 2, 3, -1, -(2**64)):
            assert stream.history((offset, since_epoch), reverse=True).offsets == []


# Recovery


def test_recovery_is_all_or_nothing(stream):
    stream.size = 4
    epoch = stream.publish_numbers(10)
    for since_epoch in (epoch, ""):
        assert stream.recovered(10, since_epoch) == [] == stream.recovered(10, since_epoch, limit=0)
        assert stream.recovered(8, since_epoch) == [9, 10]
        assert stream.recovered(6, since_epoch) == [7, 8, 9, 10]
        assert stream.recovered(5, since_epoch) is None
        assert stream.recovered(0, since_epoch) is None
        assert stream.recovered(-1, since_epoch) is None
        assert stream.recovered(7, since_epoch, limit=3) == [8, 9, 10]
        assert stream.recovered(6, since_epoch, limit=3) is None
        assert stream.recovered(9, since_epoch, limit=0) is None
        assert stream.recovered(9, since_epoch, limit=-1) is None


def test_an_empty_stream_is_recovered_with_nothing(stream):
    epoch = stream.history().epoch
    assert stream.recovered(0, "") == [] == stream.recovered(0, epoch)
    assert stream.recovered(1, epoch) is None


@pytest.mark.parametrize("offset", BEYOND)
def test_positions_of_the_future_are_not_recovered(stream, offset):
    epoch = stream.publish_numbers(5)
    for since_epoch in (epoch, ""):
        assert stream.recovered(offset, since_epoch) is None
    assert stream.recovered(offset, epoch, mode="cache") == [5]


def test_positions_of_other_epochs_are_not_recovered(stream):
    epoch = stream.publish_numbers(5)
    for other in ("E0", f"E0.{TAG}", epoch.partition(".")[0], epoch + ".", "." + TAG, epoch[:-1]):
        for offset in (0, 3, 5):
            assert stream.recovered(offset, other) is None
        assert stream.recovered(5, other, mode="cache") == [5]


def test_in_cache_mode_the_newest_makes_up_for_everything(stream):
    stream.size = 2
    epoch = stream.publish_numbers(5)
    for position in [(0, ""), (5, ""), (0, epoch), (4, epoch), (5, "E0.x"), (GREATEST, epoch), (-1, epoch)]:
        assert stream.recovered(*position, mode="cache") == [5]
        assert stream.recovered(*position, mode="cache", limit=1) == [5]
        assert stream.recovered(*position, mode="cache", limit=0) is None
    assert stream.recovered(5, epoch, mode="cache") == [] == stream.recovered(5, epoch, mode="cache", limit=0)


def test_in_cache_mode_without_a_publication_only_the_newest_position_is_recovered(stream):
    epoch = stream.history().epoch
    assert stream.recovered(0, epoch, mode="cache") == []
    assert stream.recovered(0, "", mode="cache") is None
    stream.publish_numbers(3)
    stream.forget()
    assert stream.recovered(3, epoch, mode="cache") == []
    assert stream.recovered(2, epoch, mode="cache") is None
    assert stream.recovered(3, "", mode="cache") is None


def test_forgetting_removes_the_publications_and_keeps_the_position(redis, stream):
    epoch = stream.publish_numbers(5)
    life = lives(redis, stream)[0]
    stream.forget()
    assert 0 < lives(redis, stream)[0] <= life
    read = stream.history()
    assert (read.top, read.epoch, read.entries) == (5, epoch, [])
    assert stream.recovered(5, epoch) == [] and stream.recovered(4, epoch) is None
    assert stream.publish() == (6, epoch)
    assert stream.history().offsets == [6]
    unknown = Stream(redis)
    unknown.forget()
    assert redis.command("EXISTS", unknown.meta, unknown.stream) == 0


# Lost keys


@pytest.mark.parametrize("act", [Stream.publish, Stream.history, lambda stream: stream.recover(0, "")])
def test_a_lost_meta_begins_a_new_stream_and_removes_the_old_publications(redis, stream, act):
    epoch = stream.publish_numbers(3)
    redis.command("DEL", stream.meta)
    act(stream)
    read = stream.history()
    assert read.epoch != epoch and read.top == len(read.entries) <= 1
    assert stream.recovered(1, epoch) is None and stream.recovered(0, epoch) is None


@pytest.mark.parametrize("field", ["e", "r", "s"])
def test_a_meta_that_lacks_a_field_is_lost(redis, stream, field):
    epoch = stream.publish_numbers(3)
    redis.command("HDEL", stream.meta, field)
    offset, new_epoch = stream.publish("a")
    assert offset == 1 and new_epoch != epoch
    assert stream.history().entries == [(1, b"a")]


def test_a_lost_stream_is_recovered_from_the_newest_position_alone(redis, stream):
    epoch = stream.publish_numbers(5)
    redis.command("DEL", stream.stream)
    assert stream.recovered(5, epoch) == [] and stream.recovered(4, epoch) is None
    assert stream.publish() == (6, epoch)
    assert stream.recovered(4, epoch) is None and stream.recovered(5, epoch) == [6]


def test_publications_beyond_the_newest_offset_are_of_another_stream(redis, stream):
    """One key of two was restored: what is in them is no history of anything."""
    epoch = stream.publish_numbers(5)
    redis.command("HSET", stream.meta, "s", 2)
    assert stream.history().offsets == [1, 2]
    offset, new_epoch = stream.publish("a")
    assert offset == 1 and new_epoch != epoch
    assert stream.history().entries == [(1, b"a")]
    assert stream.publish("b") == (2, new_epoch)
    assert redis.command("PTTL", stream.stream) > 0 and redis.command("PTTL", stream.meta) > 0


def test_offsets_are_exact_as_far_as_numbers_are(redis, stream):
    epoch = stream.publish_numbers(1)
    for top in (10**14 - 1, 10**15, 2**53 - 4):
        redis.command("HSET", stream.meta, "s", top)
        assert stream.publish("a") == (top + 1, epoch)
        assert stream.history((top, epoch)).offsets == [top + 1]
        assert stream.history(limit=1, reverse=True).offsets == [top + 1]
        assert stream.recovered(top, epoch) == [top + 1] and stream.recovered(top + 2, epoch) is None
    assert stream.publish("b") == (2**53 - 2, epoch)
    assert stream.publish("c") == (2**53 - 1, epoch)
    # Here the numbers end. A new stream is better than an offset that stands for two publications.
    assert stream.recovered(2**53, epoch) is None
    offset, new_epoch = stream.publish("d")
    assert offset == 1 and new_epoch != epoch


# Forks


def test_after_a_fork_the_epoch_is_another_and_the_offsets_go_on(stream):
    epoch = stream.publish_numbers(3)
    stream.tag = NEXT_TAG
    assert stream.history().epoch == epoch.replace(TAG, NEXT_TAG)
    assert stream.publish() == (4, epoch.replace(TAG, NEXT_TAG))


def test_positions_up_to_the_fork_are_still_positions(stream):
    epoch = stream.publish_numbers(5)
    stream.tag = NEXT_TAG
    for number in (6, 7):
        _, new_epoch = stream.publish(str(number))
    assert stream.recovered(3, epoch) == [4, 5, 6, 7]
    assert stream.recovered(5, epoch) == [6, 7]
    assert stream.recovered(6, epoch) is None and stream.recovered(7, epoch) is None
    assert stream.recovered(6, new_epoch) == [7] and stream.recovered(5, new_epoch) == [6, 7]
    assert stream.history((5, epoch)).offsets == [6, 7]
    assert stream.history((5, epoch), reverse=True).offsets == [4, 3, 2, 1]
    for reverse in (False, True):
        assert stream.history((6, epoch), reverse=reverse).offsets == []


@pytest.mark.parametrize("act", ["publish", "history", "recover"])
def test_whoever_comes_first_notes_the_fork(redis, stream, act):
    epoch = stream.publish_numbers(2)
    stream.tag = NEXT_TAG
    {"publish": stream.publish, "history": stream.history, "recover": lambda: stream.recover(2, epoch)}[act]()
    assert redis.command("HMGET", stream.meta, "r", "f") == [NEXT_TAG.encode(), f"{TAG}=2;".encode()]


def test_in_cache_mode_the_newest_position_from_before_a_fork_needs_nothing(stream):
    epoch = stream.publish_numbers(3)
    stream.tag = NEXT_TAG
    assert stream.recovered(3, epoch, mode="cache") == []
    stream.publish()
    assert stream.recovered(3, epoch, mode="cache") == [4]
    assert stream.recovered(4, epoch, mode="cache") == [4]


def test_positions_above_a_fork_after_the_top_went_back_are_lost(redis, stream):
    epoch = stream.publish_numbers(4)
    backup = snapshot(redis, stream)
    for number in (5, 6, 7):
        stream.publish(f"lost {number}")
    restore(redis, stream, backup)
    stream.tag = NEXT_TAG
    assert stream.recovered(4, epoch) == []
    assert stream.recovered(5, epoch) is None
    for number in (5, 6, 7, 8):
        _, new_epoch = stream.publish(f"new {number}")
    for lost in (5, 6, 7):
        assert stream.recovered(lost, epoch) is None
        assert stream.recovered(lost, epoch, mode="cache") == [8]
        assert stream.history((lost, epoch)).offsets == []
    assert stream.recovered(4, epoch) == [5, 6, 7, 8]
    assert stream.recovered(6, new_epoch) == [7, 8]


def test_two_forks_count_each_for_its_epoch(redis, stream):
    epoch = stream.publish_numbers(4)
    stream.tag = NEXT_TAG
    stream.publish()
    _, second = stream.publish()
    stream.tag = THIRD_TAG
    _, third = stream.publish()
    assert redis.command("HGET", stream.meta, "f") == f"{TAG}=4;{NEXT_TAG}=6;".encode()
    assert stream.recovered(4, epoch) == [5, 6, 7] and stream.recovered(5, epoch) is None
    assert stream.recovered(6, second) == [7] and stream.recovered(7, second) is None
    assert stream.recovered(7, third) == []


def test_a_later_fork_before_an_earlier_one_bounds_it(redis, stream):
    epoch = stream.publish_numbers(3)
    backup = snapshot(redis, stream)
    stream.publish("4")
    stream.publish("5")
    noted_later = stream.history().epoch
    stream.tag = NEXT_TAG
    stream.publish("6 of the second history")
    # The third history descends from the backup, but has the notes of the second: a replica that lost the end.
    meta = redis.command("HMGET", stream.meta, "e", "f")
    restore(redis, stream, backup)
    redis.command("HSET", stream.meta, "r", NEXT_TAG, "f", meta[1])
    stream.tag = THIRD_TAG
    assert stream.history().top == 3
    assert redis.command("HGET", stream.meta, "f") == f"{TAG}=5;{NEXT_TAG}=3;".encode()
    for _ in range(5):
        stream.publish()
    assert noted_later == epoch
    assert stream.recovered(3, epoch) == [4, 5, 6, 7, 8]
    assert stream.recovered(4, epoch) is None and stream.recovered(5, epoch) is None
    assert stream.recovered(4, epoch.replace(TAG, NEXT_TAG)) is None
    assert stream.recovered(3, epoch.replace(TAG, NEXT_TAG)) == [4, 5, 6, 7, 8]


def test_a_fork_beyond_the_top_is_bounded_by_the_top(redis, stream):
    epoch = stream.publish_numbers(3)
    redis.command("HSET", stream.meta, "r", NEXT_TAG, "f", f"{TAG}=9;")
    stream.tag = NEXT_TAG
    assert stream.recovered(3, epoch) == []
    assert stream.recovered(4, epoch) is None
    assert stream.recovered(3, epoch, mode="cache") == []
    assert stream.history((4, epoch), reverse=True).offsets == []


def test_only_the_newest_sixteen_forks_are_kept(redis, stream):
    epochs = []
    stream.size = 10
    for number in range(20):
        stream.tag = f"{number:08x}"
        epochs.append(stream.publish()[1])
    forks = redis.command("HGET", stream.meta, "f").decode().rstrip(";").split(";")
    assert forks == [f"{number:08x}={number + 1}" for number in range(3, 19)]
    assert stream.recovered(19, epochs[18]) == [20]
    stream.size = 100
    assert stream.recovered(15, epochs[15], limit=100) == [16, 17, 18, 19, 20]
    assert stream.recovered(19, epochs[3], limit=100) is None
    assert stream.history((1, epochs[2])).offsets == []
    assert stream.history((1, epochs[3])).offsets == list(range(11, 21))


def test_a_tag_that_comes_back_is_counted_from_its_last_fork(stream):
    epoch = stream.publish_numbers(2)
    for tag in (NEXT_TAG, TAG, NEXT_TAG):
        stream.tag = tag
        stream.publish()
    assert stream.recovered(4, epoch) == [5]
    assert stream.recovered(5, epoch) is None
    assert stream.recovered(5, epoch.replace(TAG, NEXT_TAG)) == []


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
    before = stream.client.command("DBSIZE")
    with pytest.raises(RedisError, match=rf"^ERR .*{reason}"):
        call(stream.client, function, keys, *arguments)
    assert stream.client.command("DBSIZE") == before


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
