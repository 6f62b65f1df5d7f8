"""The HTTP API through cent, the Python SDK of the server API, and by hand where cent cannot show what was answered."""

import base64
import json
import time
import uuid
from contextlib import ExitStack

import cent
import jwt
import pytest

from support import protocol
from support.node import Node, http

KEY = "integration-api-key"
SECRET = "a-secret-of-at-least-thirty-two-bytes"

CONFIGURATION = {
    "api": {"keys": [KEY], "body_size": "64KiB", "insecure": False},
    "tokens": {"keys": {"main": {"algorithm": "HS256", "secret": SECRET}}},
    "channels": {"rules": {"subscribe": "anyone"}},
    "namespaces": {
        "plain": {"subscribe": "anyone"},
        "history": {
            "subscribe": "anyone",
            "read_history": "subscribers",
            "history_size": 100,
            "history_ttl": "5m",
            "recovery": "on_request",
        },
        "presence": {"subscribe": "anyone", "presence": True, "join_leave": True},
        "binary": {"subscribe": "anyone", "payload": "binary", "history_size": 10, "history_ttl": "5m"},
    },
}


@pytest.fixture(scope="module")
def node(module_node_factory) -> Node:
    return module_node_factory(CONFIGURATION, dev=False)


@pytest.fixture
def client(node):
    with cent.Client(node.api_url, KEY) as client:
        yield client


@pytest.fixture
def name():
    """A part of a channel or user name that no other test has."""
    return uuid.uuid4().hex[:10]


@pytest.fixture
def connect(node):
    """Opens sessions and closes them after the test; returns the session and its client id."""
    with ExitStack() as stack:

        def open_session(user: str, **claims) -> tuple[protocol.Session, str]:
            token = jwt.encode({"sub": user, **claims}, SECRET, "HS256", headers={"kid": "main"})
            session = stack.enter_context(protocol.Session(node.ws_url))
            return session, session.connect(token)["client"]

        yield open_session


def post(node: Node, method: str, body: bytes | str = b"{}", key: str | None = KEY, **headers: str):
    """One request by hand. Underscores in names of headers are dashes on the wire."""
    fields = {"Content-Type": "application/json"} | ({"X-API-Key": key} if key else {})
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return http(f"{node.api_url}/{method}", "POST", body.encode() if isinstance(body, str) else body, fields)


def error_of(call) -> tuple[int, str]:
    with pytest.raises(cent.CentApiResponseError) as caught:
        call()
    return caught.value.code, caught.value.message


# Publishing


def test_a_publication_reaches_a_subscriber(client, connect, name):
    session, _ = connect(name)
    session.subscribe(f"plain:{name}")
    result = client.publish(cent.PublishRequest(channel=f"plain:{name}", data={"t": "hé"}, tags={"b": "2", "a": "1"}))
    assert (result.offset, result.epoch) == (0, "")
    assert session.next_publication() == {"data": {"t": "hé"}, "tags": {"a": "1", "b": "2"}}


def test_offsets_count_up_and_a_repeated_key_publishes_once(client, name):
    channel = f"history:{name}"
    first = client.publish(cent.PublishRequest(channel=channel, data=1, idempotency_key="k"))
    again = client.publish(cent.PublishRequest(channel=channel, data=1, idempotency_key="k"))
    second = client.publish(cent.PublishRequest(channel=channel, data=2))
    skipped = client.publish(cent.PublishRequest(channel=channel, data=3, skip_history=True))
    assert first.epoch
    assert [first.offset, again.offset, second.offset, skipped.offset] == [1, 1, 2, 0]
    assert again.epoch == second.epoch == first.epoch


def test_bytes_go_to_binary_channels_only(client, node, name):
    encoded = base64.b64encode(b"\xff\x00").decode()
    request = cent.PublishRequest(channel=f"binary:{name}", data=None, b64data=encoded)
    assert client.publish(request).offset == 1
    history = client.history(cent.HistoryRequest(channel=f"binary:{name}", limit=1))
    assert history.publications[0].b64data == encoded
    refused = cent.PublishRequest(channel=f"history:{name}", data=None, b64data=encoded)
    assert error_of(lambda: client.publish(refused))[0] == 107
    as_json = base64.b64encode(b'{"a":1}').decode()
    client.publish(cent.PublishRequest(channel=f"history:{name}", data=None, b64data=as_json))
    history = client.history(cent.HistoryRequest(channel=f"history:{name}", limit=1))
    assert history.publications[0].data == {"a": 1}


def test_a_broadcast_answers_for_each_channel(client, name):
    channels = [f"history:{name}", "unknown:a", f"plain:{name}", f"history:{name}"]
    responses = client.broadcast(cent.BroadcastRequest(channels=channels, data=1)).responses
    assert [response.error and response.error.code for response in responses] == [None, 102, None, None]
    assert [response.result and response.result.offset for response in responses] == [1, None, 0, 2]


# Reading


def test_history_in_parts_and_its_end(client, name):
    channel = f"history:{name}"
    for number in range(1, 6):
        client.publish(cent.PublishRequest(channel=channel, data={"n": number}, tags={"t": str(number)}))
    whole = client.history(cent.HistoryRequest(channel=channel, limit=-1))
    assert [publication.offset for publication in whole.publications] == [1, 2, 3, 4, 5]
    assert whole.publications[2].data == {"n": 3} and whole.publications[2].tags == {"t": "3"}
    position = client.history(cent.HistoryRequest(channel=channel))
    assert (position.publications, position.offset, position.epoch) == ([], 5, whole.epoch)
    since = cent.StreamPosition(offset=3, epoch=whole.epoch)
    later = client.history(cent.HistoryRequest(channel=channel, limit=10, since=since))
    assert [publication.offset for publication in later.publications] == [4, 5]
    newest = client.history(cent.HistoryRequest(channel=channel, limit=2, reverse=True))
    assert [publication.offset for publication in newest.publications] == [5, 4]
    elsewhere = cent.StreamPosition(offset=3, epoch="elsewhere")
    assert error_of(lambda: client.history(cent.HistoryRequest(channel=channel, limit=1, since=elsewhere)))[0] == 112
    client.history_remove(cent.HistoryRemoveRequest(channel=channel))
    emptied = client.history(cent.HistoryRequest(channel=channel, limit=-1))
    assert (emptied.publications, emptied.offset, emptied.epoch) == ([], 5, whole.epoch)


def test_presence_shows_sessions_and_counts_users(client, connect, name):
    channel = f"presence:{name}"
    first, first_id = connect(name, info={"name": "é"})
    second, second_id = connect(name)
    for session in (first, second):
        session.subscribe(channel)
    presence = client.presence(cent.PresenceRequest(channel=channel)).presence
    assert set(presence) == {first_id, second_id}
    assert presence[first_id].user == name and presence[first_id].conn_info == {"name": "é"}
    assert presence[second_id].conn_info is None
    stats = client.presence_stats(cent.PresenceStatsRequest(channel=channel))
    assert (stats.num_clients, stats.num_users) == (2, 1)


def test_channels_by_pattern(client, connect, name):
    session, _ = connect(name)
    for channel in (f"plain:{name}-a", f"plain:{name}-b", f"{name}"):
        session.subscribe(channel)
    found = client.channels(cent.ChannelsRequest(pattern=f"plain:{name}-*")).channels
    assert {channel: info.num_clients for channel, info in found.items()} == {
        f"plain:{name}-a": 1,
        f"plain:{name}-b": 1,
    }
    assert name in client.channels(cent.ChannelsRequest()).channels
    assert error_of(lambda: client.channels(cent.ChannelsRequest(pattern="[")))[0] == 107


def test_info_describes_the_node(client, connect, node, name):
    connect(name)
    (info,) = client.info(cent.InfoRequest()).nodes
    assert info.name == node.name and info.uid and info.version == node.banner.version
    assert info.num_clients >= 1 and info.num_users >= 1 and info.uptime >= 0
    assert info.process.rss > 1 << 20


# Sessions


def test_a_session_is_subscribed_and_unsubscribed(client, connect, name):
    session, _ = connect(name)
    channel = f"presence:{name}"
    client.subscribe(cent.SubscribeRequest(user=name, channel=channel, data={"d": 1}, info={"role": "x"}))
    push = session.next_push("subscribe")
    assert push["channel"] == channel and push["subscribe"]["data"] == {"d": 1}
    (member,) = client.presence(cent.PresenceRequest(channel=channel)).presence.values()
    assert member.chan_info == {"role": "x"}
    client.unsubscribe(cent.UnsubscribeRequest(user=name, channel=channel))
    assert session.next_push("unsubscribe")["unsubscribe"]["code"] == 2000
    assert client.presence(cent.PresenceRequest(channel=channel)).presence == {}


def test_a_subscription_with_overrides_and_an_end(client, connect, name):
    session, _ = connect(name)
    channel = f"presence:{name}"
    override = cent.ChannelOptionsOverride(presence=cent.BoolValue(value=False))
    client.subscribe(cent.SubscribeRequest(user=name, channel=channel, override=override))
    session.next_push("subscribe")
    assert client.presence(cent.PresenceRequest(channel=channel)).presence == {}
    late = {"user": name, "channel": f"plain:{name}", "expire_at": int(time.time()) - 1}
    assert error_of(lambda: client.subscribe(cent.SubscribeRequest(**late)))[0] == 110


def test_one_of_two_sessions_is_meant(client, connect, name):
    first, first_id = connect(name)
    second, second_id = connect(name)
    channel = f"plain:{name}"
    client.subscribe(cent.SubscribeRequest(user=name, client=first_id, channel=channel))
    first.next_push("subscribe")
    assert client.channels(cent.ChannelsRequest(pattern=channel)).channels[channel].num_clients == 1
    client.disconnect(cent.DisconnectRequest(user=name, whitelist=[second_id]))
    ended = first.until_disconnected()
    assert (ended.code, ended.reason) == (3503, "force disconnect")
    second.subscribe(channel)


def test_a_disconnect_has_the_code_of_the_request(client, connect, name):
    session, _ = connect(name)
    client.disconnect(cent.DisconnectRequest(user=name, disconnect=cent.Disconnect(code=4321, reason="moved")))
    ended = session.until_disconnected()
    assert (ended.code, ended.reason) == (4321, "moved")
    refused = cent.DisconnectRequest(user=name, disconnect=cent.Disconnect(code=1000))
    assert error_of(lambda: client.disconnect(refused))[0] == 107


def test_a_message_reaches_every_session_of_a_user_and_nobody_else(node, connect, name):
    sessions = [connect(name)[0] for _ in range(2)]
    other, _ = connect(name + "-other")
    assert post(node, "message", json.dumps({"user": name, "data": {"notice": 1}})).json() == {"result": {}}
    assert [session.next_push("message")["message"] for session in sessions] == [{"data": {"notice": 1}}] * 2
    assert post(node, "message", json.dumps({"user": name})).json()["error"]["code"] == 107
    assert post(node, "message", json.dumps({"user": name + "-other", "data": 2})).json() == {"result": {}}
    assert other.next_push("message")["message"] == {"data": 2}


def test_a_refresh_moves_the_end_of_a_session(client, connect, name):
    session, _ = connect(name, exp=int(time.time()) + 3600)
    client.refresh(cent.RefreshRequest(user=name, expire_at=int(time.time()) + 600))
    refresh = session.next_push("refresh")["refresh"]
    assert refresh["expires"] and 590 <= refresh["ttl"] <= 600
    client.refresh(cent.RefreshRequest(user=name, expired=True))
    assert session.until_disconnected().code == 3005


@pytest.mark.parametrize("request_type", [cent.SubscribeRequest, cent.UnsubscribeRequest])
def test_nobody_is_told_apart_from_nobody_here(client, name, request_type):
    method = client.subscribe if request_type is cent.SubscribeRequest else client.unsubscribe
    method(request_type(user=name, channel="plain:a"))
    assert error_of(lambda: method(request_type(user="", channel="plain:a")))[0] == 107
    assert error_of(lambda: method(request_type(user=name, channel="unknown:a"))) == (102, "unknown channel")


# Batches


@pytest.mark.parametrize("parallel", [False, True])
def test_a_batch_answers_every_command(client, name, parallel):
    replies = client.batch(
        cent.BatchRequest(
            requests=[
                cent.PublishRequest(channel=f"history:{name}", data=1),
                cent.BroadcastRequest(channels=[f"plain:{name}"], data=1),
                cent.PresenceStatsRequest(channel=f"presence:{name}"),
                cent.DisconnectRequest(user=name),
                cent.InfoRequest(),
            ],
            parallel=parallel,
        )
    ).replies
    assert replies[0].offset == 1
    assert replies[1].responses[0].error is None
    assert replies[2].num_clients == 0
    assert len(replies[4].nodes) == 1


def test_a_failed_command_of_a_batch_can_be_seen(client, node, name):
    requests = [cent.PublishRequest(channel=channel, data=1) for channel in ("unknown:a", f"history:{name}")]
    failed, published = client.batch(cent.BatchRequest(requests=requests)).replies
    assert failed.error == {"code": 102, "message": "unknown channel"}
    assert published.offset == 1
    commands = {"commands": [{"publish": {"channel": "unknown:a", "data": 1}}]}
    (reply,) = post(node, "batch", json.dumps(commands)).json()["replies"]
    assert set(reply) == {"publish", "error"} and reply["error"]["code"] == 102


def test_a_batch_publishes_in_order(client, name):
    channel = f"history:{name}"
    requests = [cent.PublishRequest(channel=channel, data=number) for number in range(50)]
    replies = client.batch(cent.BatchRequest(requests=requests)).replies
    assert [reply.offset for reply in replies] == list(range(1, 51))
    history = client.history(cent.HistoryRequest(channel=channel, limit=50))
    assert [publication.data for publication in history.publications] == list(range(50))


# Errors


@pytest.mark.parametrize(
    ("method", "payload", "code"),
    [
        ("publish", {"channel": "unknown:a", "data": 1}, 102),
        ("publish", {"channel": "a b", "data": 1}, 107),
        ("publish", {"channel": "", "data": 1}, 107),
        ("publish", {"channel": "x" * 256, "data": 1}, 107),
        ("publish", {"channel": "plain:a"}, 107),
        ("publish", {"channel": "plain:a", "data": 1, "version": 5}, 108),
        ("history", {"channel": "plain:a"}, 108),
        ("history_remove", {"channel": "plain:a"}, 108),
        ("presence", {"channel": "plain:a"}, 108),
        ("presence_stats", {"channel": "plain:a"}, 108),
        ("rpc", {"method": "no-such-method"}, 104),
        ("broadcast", {"channels": [], "data": 1}, 107),
    ],
)
def test_errors_are_told_in_the_envelope_or_as_statuses(node, method, payload, code):
    body = json.dumps(payload)
    inside = post(node, method, body)
    assert (inside.status, inside.json()["error"]["code"]) == (200, code)
    assert inside.headers["content-type"] == "application/json"
    outside = post(node, method, body, X_Centrifugo_Error_Mode="transport")
    assert outside.status == {102: 404, 104: 404, 107: 400, 108: 400}[code]
    assert outside.json() == inside.json()["error"]


@pytest.mark.parametrize(
    "body",
    ["{", "[]", "nonsense", '{"channel":1}', '{"channel":"a","channel":"b"}', '{"data":' + "[" * 20_000, "\n" * 60_000 + "x"],
)
def test_what_is_no_request_is_400(node, body):
    answer = post(node, "publish", body)
    assert answer.status == 400
    assert answer.json()["error"]["code"] == 107
    assert answer.json()["error"]["message"].startswith("bad request: ")


def test_a_body_has_a_size(node):
    def publish(size: int):
        head, tail = '{"channel":"plain:a","data":"', '"}'
        return post(node, "publish", head + "x" * (size - len(head) - len(tail)) + tail)

    assert publish(65536).status == 200
    assert publish(65537).status == 413


def test_other_paths_and_methods(node):
    answer = post(node, "no_such_method")
    assert (answer.status, answer.json()["error"]["code"]) == (404, 104)
    assert post(node, "no_such_method", key=None).status == 401
    answer = http(f"{node.api_url}/publish", "GET", headers={"X-API-Key": KEY})
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


# Keys


def test_a_key_is_needed(node):
    with cent.Client(node.api_url, "") as stranger, pytest.raises(cent.CentUnauthorizedError):
        stranger.info(cent.InfoRequest())
    assert post(node, "info", key=None, Authorization=f"apikey {KEY}").status == 200
    assert post(node, "info", key=None, Authorization=f"Bearer {KEY}").status == 401
    assert http(f"{node.api_url}/info?api_key={KEY}", "POST", b"{}").status == 401


def test_wrong_keys_are_slowed_down(module_node_factory):
    node = module_node_factory(CONFIGURATION, dev=False)
    statuses = [post(node, "info", key="wrong").status for _ in range(40)]
    assert statuses[:5] == [401] * 5
    assert 429 in statuses and set(statuses) == {401, 429}
    assert node.metric("skein_api_requests_total", method="info", outcome="throttled") == statuses.count(429)
    assert node.metric("skein_api_requests_total", method="info", outcome="unauthorized") == statuses.count(401)


def test_in_development_no_key_is_needed_but_by_foreign_pages(dev_node):
    assert post(dev_node, "info", key=None).status == 200
    assert post(dev_node, "info", key=None, Origin=dev_node.http_url).status == 200
    assert post(dev_node, "info", key=None, Origin="http://elsewhere.example").status == 401
