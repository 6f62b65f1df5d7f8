"""Reading streams in the functions that run inside Redis: history, recovery, and what forks and lost keys do to both.

The semantics are those of the embedded engine; on top come histories of Redis that fork, and keys that get lost.
"""

import pytest

from support.redis import RedisError, RedisServer
from support.redis_functions import NEXT_TAG, TAG, THIRD_TAG, Stream, redis  # noqa: F401

GREATEST = 2**64 - 1
BEYOND = [6, 2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, GREATEST - 1, GREATEST]


@pytest.fixture
def stream(redis) -> Stream:
    return Stream(redis)


def snapshot(redis: RedisServer, stream: Stream) -> list[bytes]:
    """What a backup, or a replica that lags from now on, has of the stream."""
    return [redis.command("DUMP", key) for key in (stream.meta, stream.stream)]


def restore(redis: RedisServer, stream: Stream, dumps: list[bytes]) -> None:
    for key, dump in zip((stream.meta, stream.stream), dumps):
        redis.command("RESTORE", key, 0, dump, "REPLACE")


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
    life = redis.command("PTTL", stream.meta)
    stream.forget()
    assert 0 < redis.command("PTTL", stream.meta) <= life
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
    assert redis.command("EXISTS", stream.stream) == len(read.entries)
    assert stream.publish() == (read.top + 1, read.epoch)


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
        for _ in range(2):
            assert stream.publish("a", key=str(top), window=60_000) == (top + 1, epoch)
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


@pytest.mark.parametrize("act", [lambda s: s.publish(), lambda s: s.history(), lambda s: s.recover(0, "")])
def test_a_tag_whose_history_has_ended_is_refused_and_nothing_is_done(stream, act):
    stream.publish_numbers(2)
    stream.tag = NEXT_TAG
    epoch = stream.publish()[1]
    stream.tag = TAG
    with pytest.raises(RedisError, match="^FORKED"):
        act(stream)
    stream.tag = NEXT_TAG
    assert stream.recovered(3, epoch) == []
