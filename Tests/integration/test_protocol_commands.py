"""What clients may ask for in a session, in JSON: publishing, reading, subscribing, new tokens."""

import time

import pytest

from support import protocol, raw, tokens
from support.channels import CONFIG, HISTORY_LIMIT, MAXIMUM_CHANNELS
from support.node import merged
from support.protocol import CommandError, Disconnected, Session
from support.waiting import eventually


@pytest.fixture(scope="module")
def node(module_node_factory):
    return module_node_factory(CONFIG)


@pytest.fixture(scope="module")
def hurried(module_node_factory):
    """A node that ends what has expired at once, and pings often enough for a test to see that it still goes on."""
    return module_node_factory(merged(CONFIG, {"client": {"ping_interval": "200ms", "token_grace": "0s"}}))


@pytest.fixture
def session(node):
    with protocol.connected(node.ws_url) as session:
        yield session


# Publishing and reading


def test_a_publication_carries_its_publisher_and_position(node, session, channel):
    name = f"kept:{channel}"
    client = session.command("rpc", method="skein.whoami")["data"]["client"]
    session.subscribe(name)
    assert session.publish(name, {"t": 1}) == {}
    publication = session.next_publication(name)
    assert publication["data"] == {"t": 1} and publication["offset"] == 1
    assert publication["info"]["client"] == client


def test_history_pages(session, channel):
    name = f"kept:{channel}"
    session.subscribe(name)
    for n in range(1, 31):
        session.publish(name, n)

    def page(**fields) -> list[int]:
        result = session.history(name, **fields)
        assert result["offset"] == 30 and result["epoch"] == epoch
        publications = result.get("publications") or []
        assert all(publication["offset"] == publication["data"] for publication in publications)
        return [publication["data"] for publication in publications]

    epoch = session.history(name)["epoch"]
    assert page() == page(limit=0) == []
    assert page(limit=3) == [1, 2, 3]
    assert page(limit=-1) == page(limit=1000) == list(range(1, HISTORY_LIMIT + 1))
    assert page(limit=3, reverse=True) == [30, 29, 28]
    assert page(limit=3, since={"offset": 10, "epoch": epoch}) == [11, 12, 13]
    assert page(limit=3, since={"offset": 10, "epoch": epoch}, reverse=True) == [9, 8, 7]
    assert page(limit=5, since={"offset": 28, "epoch": epoch}) == [29, 30]
    assert page(limit=5, since={"offset": 30, "epoch": epoch}) == []
    assert page(limit=5, since={"offset": 3, "epoch": epoch}, reverse=True) == [2, 1]
    assert page(limit=2, since={"offset": 99, "epoch": epoch}) == []
    assert page(limit=0, since={"offset": 5, "epoch": epoch}) == []
    whole, position = [], 0
    while part := page(limit=7, since={"offset": position, "epoch": epoch}):
        whole += part
        position = part[-1]
    assert whole == list(range(1, 31))
    assert session.error_code("history", channel=name, limit=5, since={"offset": 5, "epoch": "other"}) == 112


def test_what_is_not_kept_is_not_available(session, channel):
    session.subscribe(f"live:{channel}")
    for method in ("history", "presence", "presence_stats"):
        assert session.error_code(method, channel=f"live:{channel}") == 108


def test_rights_are_asked_for_every_command(node, session, channel):
    for method in ("history", "presence", "presence_stats"):
        assert session.error_code(method, channel=f"kept:{channel}") == 103, "not a subscriber"
    assert session.error_code("publish", channel=f"live:{channel}", data=1) == 103
    session.publish(f"wide:{channel}", 1)
    assert session.error_code("subscribe", channel=f"closed:{channel}") == 103
    assert session.error_code("subscribe", channel=f"held:{channel}") == 103
    assert session.error_code("subscribe", channel=f"users:{channel}") == 103, "the session is anonymous"
    session.subscribe(f"silent:{channel}")
    for method, fields in (("publish", {"data": 1}), ("history", {}), ("presence", {})):
        assert session.error_code(method, channel=f"silent:{channel}", **fields) == 103
    with protocol.connected(node.ws_url, tokens.connection("ada")) as ada:
        ada.subscribe(f"users:{channel}")
        name = f"held:{channel}"
        ada.subscribe(name, token=tokens.subscription("ada", name))
        ada.publish(name, 1)
        assert ada.next_publication(name)["data"] == 1


def test_names_that_cannot_be(session):
    for name in ("", "a b", "a\n", "a\x00", "x" * 256):
        for method, fields in (("subscribe", {}), ("publish", {"data": 1}), ("history", {}), ("presence", {})):
            assert session.error_code(method, channel=name, **fields) == 107, (method, name)
    assert session.error_code("subscribe", channel="nowhere:a") == 102
    assert session.error_code("subscribe", channel=":a") == 102
    session.subscribe("x" * 255)


def test_rpc_answers_or_does_not_know(session):
    data = session.command("rpc", method="skein.whoami", data={"ignored": True})["data"]
    assert data["client"] and data["user"] == ""
    assert session.error_code("rpc", method="unknown", data={}) == 104
    assert session.error_code("rpc") == 104


def test_a_message_gets_no_reply(session):
    session.send_lines({"send": {"data": {"typing": True}}}, {"id": 40, "rpc": {"method": "skein.whoami"}})
    assert session.receive()["id"] == 40


# Subscribing


def test_subscribing_twice_and_too_often(session, channel):
    for n in range(MAXIMUM_CHANNELS):
        session.subscribe(f"live:{channel}{n}")
    assert session.error_code("subscribe", channel=f"live:{channel}0") == 105
    assert session.error_code("subscribe", channel=f"live:{channel}x") == 106
    session.unsubscribe(f"live:{channel}0")
    session.subscribe(f"live:{channel}x")


def test_unsubscribing_ends_deliveries_and_is_a_success_in_any_case(node, session, channel):
    name = f"wide:{channel}"
    session.subscribe(name)
    with protocol.connected(node.ws_url) as other:
        other.publish(name, 1)
        assert session.next_publication()["data"] == 1
        assert session.unsubscribe(name) == {}
        other.publish(name, 2)
    assert session.unsubscribe(name) == {} and session.unsubscribe("live:never") == {}
    session.subscribe(name)
    session.publish(name, 3)
    assert session.next_publication()["data"] == 3


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_other_types_of_subscriptions_are_not_available(session, channel, kind):
    assert session.error_code("subscribe", channel=f"live:{channel}", type=kind) == 108


def test_user_limited_channels_admit_those_on_the_list(node, channel):
    name = f"users:{channel}#ada,bob"
    with protocol.connected(node.ws_url, tokens.connection("bob")) as bob:
        bob.subscribe(name)
        assert bob.error_code("subscribe", channel=f"users:{channel}#ad,bobby") == 103
    with protocol.connected(node.ws_url, tokens.connection("eve")) as eve:
        assert eve.error_code("subscribe", channel=name) == 103
        assert eve.error_code("subscribe", channel=name, token=tokens.subscription("eve", name)) == 103
    with protocol.connected(node.ws_url) as nobody:
        for name in ("live:a#", "live:a#,", "#"):
            assert nobody.error_code("subscribe", channel=name) == 103


def test_private_channels_need_a_token(node, channel):
    name = f"$wide:{channel}"
    with protocol.connected(node.ws_url, tokens.connection("ada")) as ada:
        assert ada.error_code("subscribe", channel=name) == 103
        assert ada.error_code("subscribe", channel=name, token="nonsense") == 103
        assert ada.error_code("subscribe", channel=name, token=tokens.subscription("ada", name, ttl=-5)) == 109
        result = ada.subscribe(name, token=tokens.subscription("ada", name, ttl=60))
        assert result["expires"] is True and 50 < result["ttl"] <= 60
        ada.start("subscribe", channel=name + "2", token=tokens.subscription("ada", name, ttl=60))
        assert ada.until_disconnected().code == 3500


def test_no_more_members_than_allowed(node, channel):
    name = f"full:{channel}"
    with protocol.connected(node.ws_url) as one, protocol.connected(node.ws_url) as two:
        with protocol.connected(node.ws_url) as three:
            one.subscribe(name)
            two.subscribe(name)
            assert three.error_code("subscribe", channel=name) == 106
            assert three.error_code("publish", channel=name, data=1) == 103, "nothing is left of the attempt"
            one.unsubscribe(name)
            three.subscribe(name)
            assert len(three.presence(name)) == 2


def test_the_sender_is_left_out_where_the_rules_say_so(node, channel):
    name = f"echoless:{channel}"
    with protocol.connected(node.ws_url) as one, protocol.connected(node.ws_url) as other:
        for session in (one, other):
            session.subscribe(name)
        one.publish(name, "from one")
        other.publish(name, "from other")
        assert one.next_publication()["data"] == "from other"
        assert other.next_publication()["data"] == "from one"
        assert not one.pushes and not other.pushes


# Tokens in a session


def test_refresh_extends_the_session(node):
    with Session(node.ws_url) as session:
        client = session.connect(tokens.connection("ada", ttl=60))["client"]
        result = session.command("refresh", token=tokens.connection("ada", ttl=600))
        assert result["client"] == client and result["expires"] is True and 590 < result["ttl"] <= 600
        assert session.error_code("refresh", token=tokens.connection("ada", ttl=-5)) == 109
        assert session.error_code("refresh", token="") == 107
        session.start("refresh", token=tokens.connection("eve"))
        assert session.until_disconnected().code == 3500


def test_sub_refresh_extends_the_subscription(node, channel):
    name = f"held:{channel}"
    with protocol.connected(node.ws_url, tokens.connection("ada")) as session:
        session.subscribe(name, token=tokens.subscription("ada", name, ttl=60))
        result = session.command("sub_refresh", channel=name, token=tokens.subscription("ada", name, ttl=600))
        assert result["expires"] is True and 590 < result["ttl"] <= 600
        assert session.error_code("sub_refresh", channel=name, token=tokens.subscription("ada", name, ttl=-5)) == 109
        assert session.error_code("sub_refresh", channel="held:other", token="x") == 107
        session.start("sub_refresh", channel=name, token=tokens.subscription("ada", "held:other"))
        assert session.until_disconnected().code == 3500


def test_what_is_not_refreshed_ends(hurried, channel):
    name = f"held:{channel}"
    with protocol.connected(hurried.ws_url, tokens.connection("ada")) as session:
        session.subscribe(name, token=tokens.subscription("ada", name, ttl=1.5))
        assert session.next_push("unsubscribe")["unsubscribe"]["code"] == 2501
        assert session.error_code("publish", channel=name, data=1) == 103
    with protocol.connected(hurried.ws_url, tokens.connection("ada", ttl=1.5)) as session:
        assert session.until_disconnected().code == 3005


def test_a_refresh_in_time_keeps_the_session(hurried):
    with protocol.connected(hurried.ws_url, tokens.connection("ada", ttl=1.5)) as session:
        began = time.monotonic()
        session.command("refresh", token=tokens.connection("ada", ttl=3600))
        while time.monotonic() - began < 2:
            session.receive()
            session.send_lines({})


def test_expired_tokens_are_told_so_at_connect(node):
    with Session(node.ws_url) as session, pytest.raises(CommandError) as error:
        session.connect(tokens.connection("ada", ttl=-5))
    assert error.value.code == 109


def test_a_gone_session_leaves_nothing_behind(node, channel):
    name = f"present:{channel}"
    with protocol.connected(node.ws_url) as watcher:
        watcher.subscribe(name)
        with protocol.connected(node.ws_url) as visitor:
            visitor.subscribe(name)
            assert len(watcher.presence(name)) == 2
        eventually(lambda: len(watcher.presence(name)) == 1, "the visitor is gone from presence", timeout=1)
        with pytest.raises(Disconnected):
            closer = protocol.connected(node.ws_url)
            closer.connection.send(raw.close_frame(1000))
            closer.receive()
