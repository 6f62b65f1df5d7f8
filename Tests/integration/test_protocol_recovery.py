"""Recovery: what a subscriber that comes back is told and given, for every relation of its position to the stream."""

import pytest

from support import protocol, protocol_protobuf
from support.channels import CONFIG, HISTORY_LIMIT
from support.protocol import Session
from support.waiting import eventually

REJECT_UNRECOVERED = 2
LARGEST_OFFSET = 2**64 - 1


@pytest.fixture(scope="module")
def node(module_node_factory):
    return module_node_factory(CONFIG)


@pytest.fixture
def session(node):
    with protocol.connected(node.ws_url) as session:
        yield session


def publish(node, channel: str, count: int) -> None:
    """Publications 1, 2, …: the offset is the payload."""
    for n in range(1, count + 1):
        assert node.api("publish", {"channel": channel, "data": n})["result"]["offset"] == n


def epoch_of(session: Session, channel: str) -> str:
    epoch = session.subscribe(channel)["epoch"]
    session.unsubscribe(channel)
    return epoch


# Namespace, how many are published, the offset that is asked for, the offsets that come; None: not recovered.
STREAM = {
    "an empty stream": ("always", 0, 0, []),
    "the newest position": ("always", 7, 7, []),
    "the beginning": ("always", 4, 0, [1, 2, 3, 4]),
    "a position in between": ("always", 10, 8, [9, 10]),
    "one less than the newest": ("always", 10, 9, [10]),
    "a position that is trimmed": ("few", 20, 8, None),
    "the last position before the oldest": ("few", 20, 15, [16, 17, 18, 19, 20]),
    "the one before that": ("few", 20, 14, None),
    "the beginning of a trimmed stream": ("few", 20, 0, None),
    "a position to come": ("always", 10, 108, None),
    "the next position": ("always", 10, 11, None),
    "the largest position": ("always", 10, LARGEST_OFFSET, None),
    "a position in an empty stream": ("always", 0, 5, None),
    "as much as a reply holds": ("always", HISTORY_LIMIT + 5, 5, list(range(6, HISTORY_LIMIT + 6))),
    "more than a reply holds": ("always", HISTORY_LIMIT + 6, 5, None),
}


@pytest.mark.parametrize("case", STREAM)
def test_recovery_is_all_or_nothing(node, session, channel, case):
    namespace, published, offset, expected = STREAM[case]
    name = f"{namespace}:{channel}"
    epoch = epoch_of(session, name)
    publish(node, name, published)
    result = session.subscribe(name, recover=True, epoch=epoch, offset=offset)
    recovered = [publication["offset"] for publication in result.get("publications") or []]
    assert result["was_recovering"] is True and result["recoverable"] is True and result["positioned"] is True
    assert result.get("recovered", False) is (expected is not None)
    assert recovered == (expected or [])
    assert [publication["data"] for publication in result.get("publications") or []] == recovered
    # The position that was asked for, for the client to advance as it applies; or where the stream is now.
    assert result.get("offset", 0) == (offset if expected is not None else published)
    assert result["epoch"] == epoch
    assert node.api("publish", {"channel": name, "data": "live"})["result"]["offset"] == published + 1
    publication = session.next_publication(name)
    assert (publication["offset"], publication["data"]) == (published + 1, "live")
    session.unsubscribe(name)
    if expected is None:
        fields = {"recover": True, "epoch": epoch, "offset": offset if offset != published + 1 else offset + 1}
        assert session.error_code("subscribe", channel=name, flag=REJECT_UNRECOVERED, **fields) == 112
        assert session.error_code("history", channel=name) == 103, "nothing is left of the attempt"


@pytest.mark.parametrize("offset", [0, 3, 5])
def test_another_epoch_is_another_stream(node, session, channel, offset):
    name = f"always:{channel}"
    publish(node, name, 5)
    foreign = epoch_of(session, f"always:{channel}-other")
    for epoch in ("other", foreign):
        result = session.subscribe(name, recover=True, epoch=epoch, offset=offset)
        assert result.get("recovered", False) is False and not result.get("publications")
        assert result["was_recovering"] is True and result["offset"] == 5 and result["epoch"] not in (epoch, "")
        session.unsubscribe(name)
        assert session.error_code(
            "subscribe", channel=name, recover=True, epoch=epoch, offset=offset, flag=REJECT_UNRECOVERED
        ) == 112


def test_an_empty_epoch_fits_any_stream(node, session, channel):
    name = f"always:{channel}"
    publish(node, name, 5)
    result = session.subscribe(name, recover=True, epoch="", offset=3)
    assert result["recovered"] is True and [item["offset"] for item in result["publications"]] == [4, 5]
    session.unsubscribe(name)
    result = session.subscribe(name, recover=True)
    assert result["recovered"] is True and len(result["publications"]) == 5


def test_a_first_subscription_is_not_a_recovery(node, session, channel):
    name = f"always:{channel}"
    publish(node, name, 3)
    result = session.subscribe(name)
    assert result["recoverable"] is True and result["offset"] == 3
    assert not result.get("recovered") and not result.get("was_recovering") and not result.get("publications")
    session.unsubscribe(name)
    assert session.subscribe(name, flag=REJECT_UNRECOVERED)["offset"] == 3, "the flag is about recoveries alone"


@pytest.mark.parametrize(("offset", "is_recovered"), [(3, True), (2, False), (0, False)])
def test_a_stream_whose_publications_have_expired(node, session, channel, offset, is_recovered):
    name = f"brief:{channel}"
    epoch = epoch_of(session, name)
    publish(node, name, 3)
    history = {"channel": name, "limit": -1}
    eventually(lambda: not node.api("history", history)["result"].get("publications"), "the publications expire")
    result = session.subscribe(name, recover=True, epoch=epoch, offset=offset)
    assert result.get("recovered", False) is is_recovered and not result.get("publications")
    assert (result["offset"], result["epoch"]) == (3, epoch)
    assert node.api("publish", {"channel": name, "data": 4})["result"] == {"offset": 4, "epoch": epoch}
    assert session.next_publication(name)["offset"] == 4


CACHE = {
    "an empty stream": (0, 0, None),
    "nothing seen": (5, 0, [5]),
    "a position in between": (5, 2, [5]),
    "a position to come": (5, 99, [5]),
    "the newest position": (5, 5, []),
}


@pytest.mark.parametrize("case", CACHE)
def test_cache_mode_gives_the_newest_publication(node, session, channel, case):
    published, offset, expected = CACHE[case]
    name = f"cache:{channel}"
    epoch = epoch_of(session, name)
    publish(node, name, published)
    result = session.subscribe(name, recover=True, epoch=epoch, offset=offset)
    if expected is not None:
        assert result.get("recovered", False) is True
        assert [publication["offset"] for publication in result.get("publications") or []] == expected
    else:
        assert not result.get("publications")
    session.unsubscribe(name)
    if published:
        result = session.subscribe(name, recover=True, epoch="other", offset=offset)
        assert result["recovered"] is True and [item["offset"] for item in result["publications"]] == [published]


def test_recovery_and_positions_are_granted_as_the_rules_say(session, channel):
    def granted(namespace: str, **fields) -> tuple[bool, bool]:
        name = f"{namespace}:{channel}"
        result = session.subscribe(name, **fields)
        session.unsubscribe(name)
        assert bool(result.get("epoch")) is bool(result.get("positioned"))
        return result.get("recoverable", False), result.get("positioned", False)

    assert granted("asked") == (False, False)
    assert granted("asked", positioned=True) == (False, True)
    assert granted("asked", recoverable=True) == (True, True)
    assert granted("always") == (True, True)
    assert granted("positioned") == granted("positioned", recoverable=True) == (False, True)
    assert granted("kept", recoverable=True, positioned=True) == (False, False)
    assert granted("live", recoverable=True, positioned=True, recover=True) == (False, False)


def test_a_reconnect_goes_on_where_the_session_ended(node, channel):
    """What a client does: it keeps the position of what it has processed, and asks for the rest."""
    name = f"always:{channel}"
    processed: list[int] = []
    epoch, offset = "", 0
    for turn in range(6):
        with protocol.connected(node.ws_url) as session:
            fields = {"recover": True, "epoch": epoch, "offset": offset} if epoch else {}
            result = session.subscribe(name, **fields)
            assert result.get("recovered", False) is bool(epoch)
            epoch = result["epoch"]
            publications = list(result.get("publications") or [])
            for _ in range(3):
                node.api("publish", {"channel": name, "data": turn})
            # The session ends in the middle of what was published.
            publications += [session.next_publication(name) for _ in range(2)]
            processed += [publication["offset"] for publication in publications]
            offset = processed[-1]
    assert processed == list(range(1, 6 * 3))


def test_protobuf_says_the_same(node, session, channel):
    name = f"few:{channel}"
    epoch = epoch_of(session, name)
    publish(node, name, 12)
    with protocol_protobuf.connected(node.ws_url) as other:
        for offset in (0, 6, 7, 11, 12, 13, LARGEST_OFFSET):
            mine = session.subscribe(name, recover=True, epoch=epoch, offset=offset)
            theirs = other.command("subscribe", channel=name, recover=True, epoch=epoch, offset=offset)
            assert theirs.recovered is mine.get("recovered", False) and theirs.was_recovering
            assert theirs.offset == mine.get("offset", 0) and theirs.epoch == mine["epoch"]
            assert [publication.offset for publication in theirs.publications] == [
                publication["offset"] for publication in mine.get("publications") or []
            ]
            session.unsubscribe(name)
            other.command("unsubscribe", channel=name)


@pytest.mark.parametrize("offset", [-1, 2**64, 1.5, "5", None])
def test_offsets_that_are_none_end_the_session_or_are_refused(node, session, channel, offset):
    name = f"always:{channel}"
    with protocol.connected(node.ws_url) as other:
        identifier = other.start("subscribe", channel=name, recover=True, epoch="x", offset=offset)
        try:
            reply = other.reply(identifier)
            assert "error" in reply or not reply["subscribe"].get("recovered")
        except protocol.Disconnected as disconnected:
            assert disconnected.code == 3501
    assert session.command("rpc", method="skein.whoami")
