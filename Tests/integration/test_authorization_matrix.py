"""Every combination of session, command and channel rule, against a model of a few lines.

A matrix and not a list of cases: what nobody thought of is in it too. Sessions that shall be subscribed where they may
not subscribe themselves get their subscription from their connection token, as a backend would do it.
"""

import itertools
import time

import jwt
import pytest

from support import protocol
from support.faults import Counters

SECRET = "integration-secret-of-more-than-32-bytes"
ACCESS = ("anyone", "subscribers", "token_holders", "nobody")
SUBSCRIBE = ("anyone", "token_holders", "nobody")
COMMANDS = ("publish", "history", "presence", "presence_stats")
USERS = ("alice", "")
CELLS = list(itertools.product(SUBSCRIBE, ACCESS, (False, True)))


def namespace(subscribe: str, access: str, anonymous: bool) -> str:
    return f"{subscribe}-{access}-{'open' if anonymous else 'users'}".replace("_", "-")


@pytest.fixture(scope="module")
def node(module_node_factory):
    """One namespace for each combination of rules."""
    namespaces = {
        namespace(subscribe, access, anonymous): {
            "subscribe": subscribe,
            "publish": access,
            "read_history": access,
            "read_presence": access,
            "anonymous": anonymous,
            "presence": True,
            "history_size": 10,
            "history_ttl": "5m",
        }
        for subscribe, access, anonymous in CELLS
    }
    config = {
        "namespaces": namespaces,
        "client": {"errors": 1_000_000, "anonymous": True},
        "tokens": {"keys": {"main": {"algorithm": "HS256", "secret": SECRET}}},
        "api": {"keys": ["integration-api-key"]},
    }
    return module_node_factory(config, dev=False)


def token(user: str, **claims) -> str:
    return jwt.encode({"sub": user, "exp": int(time.time()) + 300} | claims, SECRET, "HS256", {"kid": "main"})


def stored(node, channel: str) -> int:
    """Publications of the channel, as the server API sees them."""
    answer = node.api("history", {"channel": channel, "limit": 100}, key="integration-api-key")
    return len(answer["result"].get("publications") or [])


def subscribers(node, channel: str) -> int:
    answer = node.api("channels", {"pattern": channel}, key="integration-api-key")
    return answer["result"]["channels"].get(channel, {}).get("num_clients", 0)


def outcome(session: protocol.Session, command: str, channel: str, **fields) -> str:
    """`ok`, the code of an error reply, or that of the close frame."""
    if command == "publish":
        fields["data"] = {}
    try:
        session.command(command, channel=channel, **fields)
    except protocol.CommandError as error:
        return str(error.code)
    except protocol.Disconnected as disconnected:
        return str(disconnected.code)
    return "ok"


def allowed(access: str, anonymous: bool, user: str, subscription: str) -> bool:
    """Whether a session of this user may, with no subscription, one from the server, or one from a token."""
    if not user and not anonymous:
        return False
    return {
        "anyone": True,
        "subscribers": subscription != "none",
        "token_holders": subscription == "token",
        "nobody": False,
    }[access]


def subscription_kinds(subscribe: str, anonymous: bool, user: str) -> list[str]:
    """A token opens a subscription only where clients may subscribe at all."""
    may_use_token = subscribe != "nobody" and (anonymous or user)
    return ["none", "server", "token"] if may_use_token else ["none", "server"]


def session_with(node, channel: str, user: str, subscription: str) -> protocol.Session:
    channels = {"channels": [channel]} if subscription == "server" else {}
    session = protocol.connected(node.ws_url, token(user, **channels))
    if subscription == "token":
        session.subscribe(channel, token=token(user, channel=channel))
    return session


@pytest.mark.parametrize(("subscribe", "access", "anonymous"), CELLS)
def test_commands_on_channels(node, subscribe, access, anonymous):
    """Fault row 44: publish and the three readers, for each user and subscription; forbidden is 103, without effect."""
    rules = namespace(subscribe, access, anonymous)
    counters = Counters(node)
    denied = published = 0
    for user in USERS:
        for subscription in subscription_kinds(subscribe, anonymous, user):
            channel = f"{rules}:{user or 'nobody'}-{subscription}"
            with session_with(node, channel, user, subscription) as session:
                for command in COMMANDS:
                    expected = "ok" if allowed(access, anonymous, user, subscription) else "103"
                    assert outcome(session, command, channel) == expected, (command, user, subscription)
                    denied += expected != "ok"
                    published += expected == "ok" and command == "publish"
                assert stored(node, channel) == (1 if allowed(access, anonymous, user, subscription) else 0)
    counters.expect(denied, "skein_command_errors_total", code="103")
    counters.expect(published, "skein_publications_total")


SUBSCRIBE_TOKENS = ("none", "good", "forged", "expired")
NAMES = ("plain", "$private", "plain#alice", "plain#mallory,alice", "plain#mallory")


def expected_subscribe(subscribe: str, anonymous: bool, user: str, name: str, kind: str) -> str:
    listed = name.partition("#")[2].split(",") if "#" in name else None
    if subscribe == "nobody" or (listed is not None and user not in listed) or (not user and not anonymous):
        return "103"
    if kind != "none":
        return {"good": "ok", "forged": "103", "expired": "109"}[kind]
    if name.startswith("$"):
        return "103"
    return "ok" if listed is not None or subscribe == "anyone" else "103"


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("anonymous", [False, True])
@pytest.mark.parametrize("subscribe", SUBSCRIBE)
def test_subscriptions(node, subscribe, anonymous, user):
    """Fault row 44: subscribe with and without a token, to plain, private and user-limited channels."""
    rules = namespace(subscribe, "subscribers", anonymous)
    for name, kind in itertools.product(NAMES, SUBSCRIBE_TOKENS):
        prefix, rest = ("$", name[1:]) if name.startswith("$") else ("", name)
        channel = f"{prefix}{rules}:{kind}-{rest}"
        good = token(user, channel=channel)
        sent = {
            "none": "",
            "good": good,
            "forged": good[:-5] + good[-5:].swapcase(),
            "expired": token(user, channel=channel, exp=1),
        }[kind]
        expected = expected_subscribe(subscribe, anonymous, user, name, kind)
        with protocol.connected(node.ws_url, token(user)) as session:
            assert outcome(session, "subscribe", channel, token=sent) == expected, (channel, kind)
            assert subscribers(node, channel) == (expected == "ok")
            if expected != "ok":
                assert outcome(session, "presence", channel) == "103"


FRESH = ["subscribe", "unsubscribe", *COMMANDS, "ping", "rpc", "send", "refresh", "sub_refresh", "no_such_command"]


@pytest.mark.parametrize("command", FRESH)
def test_nothing_goes_before_connect(node, command):
    """Fault row 44: every command but connect ends a session that has not connected, with 3501 and without effect."""
    channel = f"{namespace('anyone', 'anyone', True)}:before-{command.replace('_', '-')}"
    counters = Counters(node)
    with protocol.Session(node.ws_url) as session:
        session.start(command, channel=channel, data={}, token=token("alice", channel=channel))
        assert session.until_disconnected().code == 3501
    counters.expect(1, "skein_disconnects_total", code="3501")
    assert counters.moved("skein_publications_total") == 0
    assert stored(node, channel) == 0 and subscribers(node, channel) == 0


def test_nothing_goes_in_the_frame_of_a_failed_connect(node):
    """Fault row 44: commands that wait for a token that turns out forged are never carried out."""
    channel = f"{namespace('anyone', 'anyone', True)}:pipelined"
    forged = token("alice")[:-5] + "AAAAA"
    with protocol.Session(node.ws_url) as session:
        session.send_lines(
            {"id": 1, "connect": {"token": forged}},
            {"id": 2, "subscribe": {"channel": channel}},
            {"id": 3, "publish": {"channel": channel, "data": 1}},
        )
        assert session.until_disconnected().code == 3500
        assert not session.pushes
    assert stored(node, channel) == 0


def test_without_a_token_only_where_it_is_allowed(module_node_factory):
    """Fault row 44: with client.anonymous off, connect without a token is 3500."""
    node = module_node_factory({"client": {"anonymous": False}})
    counters = Counters(node)
    with protocol.Session(node.ws_url) as session:
        with pytest.raises(protocol.Disconnected) as disconnected:
            session.connect()
        assert disconnected.value.code == 3500
    counters.expect(1, "skein_disconnects_total", code="3500")


def test_server_subscriptions_are_the_servers(node):
    """Fault row 44: a client cannot end or repeat a subscription that the server made: 103 and 105."""
    channel = f"{namespace('anyone', 'anyone', True)}:server-side"
    with protocol.connected(node.ws_url, token("alice", channels=[channel])) as session:
        assert outcome(session, "unsubscribe", channel) == "103"
        assert outcome(session, "subscribe", channel) == "105"
        assert subscribers(node, channel) == 1
