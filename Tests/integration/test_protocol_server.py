"""What the server does to sessions: subscriptions from tokens and the API, joins and leaves, refresh, disconnect."""

import time

import pytest

from support import protocol, tokens
from support.channels import CONFIG, MAXIMUM_CHANNELS
from support.node import merged
from support.protocol import Session
from support.waiting import eventually


@pytest.fixture(scope="module")
def node(module_node_factory):
    personal = {"personal_channel": True, "personal_namespace": "always"}
    return module_node_factory(merged(CONFIG, {"client": personal}))


@pytest.fixture
def user(channel) -> str:
    """A user that no other test has."""
    return f"user-{channel}"


@pytest.fixture
def session(node, user):
    with protocol.connected(node.ws_url, tokens.connection(user)) as session:
        yield session


def client_of(session: Session) -> str:
    return session.command("rpc", method="skein.whoami")["data"]["client"]


def api(node, method: str, /, **fields) -> dict:
    answer = node.api(method, fields)
    assert "error" not in answer, answer
    return answer["result"]


# At connect


def test_subscriptions_come_from_the_token_and_the_rules(node, channel, user):
    subs = {f"always:{channel}": {"data": {"a": 1}, "info": {"role": "host"}}, f"present:{channel}": {}}
    token = tokens.connection(user, channels=[f"live:{channel}"], subs=subs)
    with Session(node.ws_url) as session:
        result = session.connect(token)["subs"]
        assert result.keys() == {f"always:{channel}", f"present:{channel}", f"live:{channel}", f"always:#{user}"}
        always = result[f"always:{channel}"]
        assert always["recoverable"] is True and always["positioned"] is True and always["epoch"]
        assert always["data"] == {"a": 1}
        assert "recoverable" not in result[f"live:{channel}"]
        session.publish(f"always:{channel}", 1)
        publication = session.next_publication(f"always:{channel}")
        assert publication["offset"] == 1 and publication["info"]["chan_info"] == {"role": "host"}
        [member] = session.presence(f"present:{channel}").values()
        assert member["user"] == user
        api(node, "publish", channel=f"always:#{user}", data="for you")
        assert session.next_publication(f"always:#{user}")["data"] == "for you"
        assert session.error_code("subscribe", channel=f"live:{channel}") == 105


def test_options_of_a_token_override_the_rules(node, channel, user):
    override = {"presence": {"value": True}, "force_recovery": {"value": True}, "force_positioning": {"value": True}}
    token = tokens.connection(user, subs={f"kept:{channel}": {"override": override}})
    with Session(node.ws_url) as session:
        result = session.connect(token)["subs"][f"kept:{channel}"]
        assert result["recoverable"] is True and result["positioned"] is True and result["epoch"]


def test_a_reconnect_recovers_what_was_missed(node, channel, user):
    name = f"always:{channel}"
    token = tokens.connection(user, channels=[name])
    with Session(node.ws_url) as session:
        seen = session.connect(token)["subs"][name]
        session.publish(name, 1)
        assert session.next_publication(name)["offset"] == 1
    for n in (2, 3):
        api(node, "publish", channel=name, data=n)
    known = {"recover": True, "epoch": seen["epoch"], "offset": 1}
    with Session(node.ws_url) as session:
        result = session.connect(token, subs={name: known})["subs"][name]
        assert result["recovered"] is True and result["was_recovering"] is True
        assert [publication["data"] for publication in result["publications"]] == [2, 3]
        assert result["offset"] == 1, "the position that was asked for"
        api(node, "publish", channel=name, data=4)
        assert session.next_publication(name)["offset"] == 4
    with Session(node.ws_url) as session:
        result = session.connect(token, subs={name: known | {"epoch": "other"}})["subs"][name]
        assert result.get("recovered", False) is False and not result.get("publications") and result["offset"] == 4
    with Session(node.ws_url) as session:
        assert "always:elsewhere" not in session.connect(token, subs={"always:elsewhere": known})["subs"]


@pytest.mark.parametrize("name", ["nowhere:room", "", "a b"])
def test_a_token_with_channels_that_cannot_be_opens_nothing(node, name):
    with Session(node.ws_url) as session:
        session.start("connect", token=tokens.connection("ada", channels=[name]))
        assert session.until_disconnected().code in (3000, 3501)


def test_a_token_with_too_many_channels_opens_nothing(node, channel):
    names = [f"live:{channel}{n}" for n in range(MAXIMUM_CHANNELS + 1)]
    with Session(node.ws_url) as session:
        session.start("connect", token=tokens.connection("ada", channels=names))
        assert session.until_disconnected().code == 3505


# Through the API


def test_subscribe_and_unsubscribe_are_pushed(node, session, channel, user):
    name = f"always:{channel}"
    assert api(node, "subscribe", user=user, channel=name, data={"a": 1}, info={"role": "guest"}) == {}
    push = session.next_push("subscribe", name)["subscribe"]
    assert push["recoverable"] is True and push["positioned"] is True and push["epoch"]
    assert push["data"] == {"a": 1} and push.get("offset", 0) == 0
    session.publish(name, 1)
    assert session.next_publication(name)["info"]["chan_info"] == {"role": "guest"}
    assert api(node, "subscribe", user=user, channel=name) == {}, "again is a success, and no second push"
    assert api(node, "unsubscribe", user=user, channel=name) == {}
    unsubscribed = session.next_push("unsubscribe", name)["unsubscribe"]
    assert unsubscribed["code"] == 2000
    api(node, "publish", channel=name, data=2)
    assert session.error_code("publish", channel=name, data=3) == 103
    assert not session.pushes


def test_subscribe_can_recover(node, session, channel, user):
    name = f"always:{channel}"
    positions = [api(node, "publish", channel=name, data=n) for n in (1, 2, 3)]
    since = {"offset": 1, "epoch": positions[0]["epoch"]}
    api(node, "subscribe", user=user, channel=name, recover_since=since)
    push = session.next_push("subscribe", name)["subscribe"]
    assert push["epoch"] == since["epoch"]
    # The push has no list: what was missed follows it as publications.
    assert [session.next_publication(name)["offset"] for _ in range(2)] == [2, 3]


def test_one_session_of_a_user_can_be_meant(node, session, channel, user):
    name = f"live:{channel}"
    with protocol.connected(node.ws_url, tokens.connection(user)) as other:
        api(node, "subscribe", user=user, client=client_of(other), channel=name)
        other.next_push("subscribe", name)
        api(node, "publish", channel=name, data=1)
        assert other.next_publication(name)["data"] == 1
        api(node, "unsubscribe", user=user, client=client_of(session), channel=name)
        api(node, "publish", channel=name, data=2)
        assert other.next_publication(name)["data"] == 2
        client_of(session)
        assert not session.pushes


def test_client_side_subscriptions_can_be_ended_too(node, session, channel, user):
    name = f"live:{channel}"
    session.subscribe(name)
    api(node, "unsubscribe", user=user, channel=name)
    assert session.next_push("unsubscribe", name)["unsubscribe"]["code"] == 2000
    session.subscribe(name)
    api(node, "publish", channel=name, data=1)
    assert session.next_publication(name)["data"] == 1


def test_a_subscription_that_has_expired_is_not_made(node, session, channel, user):
    answer = node.api("subscribe", {"user": user, "channel": f"live:{channel}", "expire_at": int(time.time()) - 1})
    assert answer["error"]["code"] == 110
    client_of(session)
    assert not session.pushes


def test_disconnect_with_the_standard_code_and_with_ones_own(node, channel, user):
    token = tokens.connection(user)
    with protocol.connected(node.ws_url, token) as one, protocol.connected(node.ws_url, token) as spared:
        api(node, "disconnect", user=user, whitelist=[client_of(spared)])
        assert one.until_disconnected().code == 3503
        assert client_of(spared)
        api(node, "disconnect", user=user, disconnect={"code": 4321, "reason": "go home"})
        disconnected = spared.until_disconnected()
        assert (disconnected.code, disconnected.reason) == (4321, "go home")


def test_refresh_is_pushed(node, user):
    with Session(node.ws_url) as session:
        session.connect(tokens.connection(user, ttl=60))
        api(node, "refresh", user=user, expire_at=int(time.time()) + 600)
        refresh = session.next_push("refresh")["refresh"]
        assert refresh["expires"] is True and 590 <= refresh["ttl"] <= 600
        api(node, "refresh", user=user, expired=True)
        assert session.until_disconnected().code == 3005


# Joins and leaves


def test_joins_and_leaves_are_pushed_to_the_others(node, channel):
    name = f"present:{channel}"
    with protocol.connected(node.ws_url, tokens.connection("ada", info={"nick": "Ada"})) as ada:
        ada.subscribe(name)
        own = ada.next_push("join", name)["join"]["info"]
        assert own["client"] == client_of(ada) and own["conn_info"] == {"nick": "Ada"}
        with protocol.connected(node.ws_url, tokens.connection("bob")) as bob:
            bob.subscribe(name)
            bob_client = client_of(bob)
            joined = ada.next_push("join", name)["join"]["info"]
            assert (joined["user"], joined["client"]) == ("bob", bob_client)
            bob.unsubscribe(name)
            left = ada.next_push("leave", name)["leave"]["info"]
            assert (left["user"], left["client"]) == ("bob", bob_client)
            bob.subscribe(name)
            ada.next_push("join", name)
        assert ada.next_push("leave", name)["leave"]["info"]["client"] == bob_client
        assert not [push for push in ada.pushes if push.get("channel") == name]


def test_joins_come_to_those_who_asked(node, channel):
    name = f"asking:{channel}"
    with protocol.connected(node.ws_url) as asks, protocol.connected(node.ws_url) as does_not:
        asks.subscribe(name, join_leave=True)
        does_not.subscribe(name)
        client = client_of(does_not)
        while asks.next_push("join", name)["join"]["info"]["client"] != client:
            pass
        does_not.unsubscribe(name)
        assert asks.next_push("leave", name)["leave"]["info"]["client"] == client
        assert not does_not.pushes


def test_presence_counts_clients_and_users(node, channel):
    name = f"present:{channel}"
    tokens_of = [tokens.connection(user) for user in ("ada", "ada", "bob")]
    sessions = [protocol.connected(node.ws_url, token) for token in tokens_of]
    for session in sessions:
        session.subscribe(name)
    assert sessions[0].command("presence_stats", channel=name) == {"num_clients": 3, "num_users": 2}
    members = sessions[0].presence(name)
    assert {client: info["user"] for client, info in members.items()} == {
        client_of(session): user for session, user in zip(sessions, ("ada", "ada", "bob"), strict=True)
    }
    assert api(node, "presence", channel=name)["presence"].keys() == members.keys()
    assert api(node, "presence_stats", channel=name) == {"num_clients": 3, "num_users": 2}
    for session in sessions[1:]:
        session.__exit__()
    eventually(lambda: len(sessions[0].presence(name)) == 1, "the others are gone", timeout=1)
    sessions[0].__exit__()
    eventually(lambda: not api(node, "presence", channel=name)["presence"], "all are gone", timeout=1)


# Publishing through the API


def test_an_idempotent_publication_is_made_once(node, session, channel):
    name = f"always:{channel}"
    session.subscribe(name)
    results = [api(node, "publish", channel=name, data=n, idempotency_key="once") for n in range(3)]
    assert results[0]["offset"] == 1 and results == [results[0]] * 3
    other = f"always:{channel}2"
    assert api(node, "publish", channel=other, data=0, idempotency_key="once")["offset"] == 1, "keys are per channel"
    assert api(node, "publish", channel=name, data="last", idempotency_key="twice")["offset"] == 2
    assert [session.next_publication(name)["data"] for _ in range(2)] == [0, "last"]


def test_broadcast_batch_and_tags(node, session, channel):
    names = [f"always:{channel}{n}" for n in range(3)]
    for name in names:
        session.subscribe(name)
    responses = api(node, "broadcast", channels=[*names, "nowhere:x"], data={"a": 1}, tags={"lang": "en"})["responses"]
    assert [response["result"]["offset"] for response in responses[:3]] == [1, 1, 1]
    assert responses[3]["error"]["code"] == 102
    for name in names:
        publication = session.next_publication(name)
        assert (publication["data"], publication["tags"]) == ({"a": 1}, {"lang": "en"})
    commands = [{"publish": {"channel": names[0], "data": n}} for n in range(20)]
    replies = node.api("batch", {"commands": commands, "parallel": False})["replies"]
    assert [reply["publish"]["offset"] for reply in replies] == list(range(2, 22))
    assert [session.next_publication(names[0])["data"] for _ in range(20)] == list(range(20))


def test_what_skips_history_has_no_position(node, session, channel):
    name = f"kept:{channel}"
    session.subscribe(name)
    api(node, "publish", channel=name, data=1)
    api(node, "publish", channel=name, data="fleeting", skip_history=True)
    assert session.next_publication(name)["offset"] == 1
    fleeting = session.next_publication(name)
    assert fleeting["data"] == "fleeting" and "offset" not in fleeting
    assert [publication["data"] for publication in session.history(name, limit=-1)["publications"]] == [1]


def test_history_can_be_removed(node, session, channel):
    name = f"always:{channel}"
    epoch = session.subscribe(name)["epoch"]
    api(node, "publish", channel=name, data=1)
    api(node, "history_remove", channel=name)
    assert not session.history(name, limit=-1).get("publications")
    assert api(node, "publish", channel=name, data=2)["offset"] in (1, 2)
    assert session.next_publication(name)["data"] == 1
    session.unsubscribe(name)
    recovered = session.subscribe(name, recover=True, epoch=epoch, offset=0)
    assert recovered.get("recovered", False) is False and not recovered.get("publications")
