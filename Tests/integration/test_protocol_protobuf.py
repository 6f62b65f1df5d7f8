"""Every command and push of the client protocol in protobuf, with the messages of the Python SDK."""

import json
import time

import pytest

from centrifuge.protocol import client_pb2
from support import protocol, protocol_protobuf, raw, tokens
from support.channels import CONFIG, HISTORY_LIMIT
from support.node import merged
from support.protocol import CommandError
from support.protocol_protobuf import ProtobufSession, framed
from support.waiting import eventually

BAD_REQUEST = 3501


@pytest.fixture(scope="module")
def node(module_node_factory):
    return module_node_factory(CONFIG)


@pytest.fixture
def session(node):
    with protocol_protobuf.connected(node.ws_url) as session:
        yield session


@pytest.fixture
def user(channel) -> str:
    """A user that no other test has."""
    return f"user-{channel}"


def client_of(session: ProtobufSession) -> str:
    return json.loads(session.command("rpc", method="skein.whoami").data)["client"]


def api(node, method: str, /, **fields) -> dict:
    answer = node.api(method, fields)
    assert "error" not in answer, answer
    return answer["result"]


def code_of(session: ProtobufSession, method: str, /, **fields) -> int:
    with pytest.raises(CommandError) as error:
        session.command(method, **fields)
    return error.value.code


# Framing


def test_pipelined_commands_are_answered_in_order(node, channel):
    name = f"kept:{channel}"
    with ProtobufSession(node.ws_url) as session:
        session.send(
            session.command_message("connect", name="test", version="1"),
            session.command_message("subscribe", channel=name),
            session.command_message("publish", channel=name, data=b'{"n":1}'),
            session.command_message("history", channel=name, limit=-1),
        )
        seen = [client_pb2.Reply.FromString(session.receive_bytes()) for _ in range(5)]
        assert [reply.id for reply in seen if reply.id] == [1, 2, 3, 4]
        [push] = [reply.push for reply in seen if not reply.id]
        assert (push.channel, push.pub.data, push.pub.offset) == (name, b'{"n":1}', 1)
        connect = seen[0].connect
        assert connect.client and connect.version and connect.ping == 25 and connect.pong and connect.node == node.name


def test_the_bytes_of_the_specification(node):
    """The vectors that the protocol's definition gives, byte by byte."""
    with ProtobufSession(node.ws_url) as session:
        session.connection.send(raw.frame(raw.BINARY, bytes.fromhex("0408012200")))
        assert session.reply(1).connect.client
        subscribe = bytes.fromhex("130802 2a0f 0a046e657773 1801 32026531 38ac02".replace(" ", ""))
        session.connection.send(raw.frame(raw.BINARY, bytes([len(subscribe) - 1]) + subscribe[1:]))
        result = session.reply(2).subscribe
        assert result.was_recovering and not result.recovered
        publish = bytes.fromhex("130803 3a0f 0a046e657773 12077b2261223a317d".replace(" ", ""))
        session.connection.send(raw.frame(raw.BINARY, bytes([len(publish) - 1]) + publish[1:]))
        session.reply(3)
        assert session.next_push("pub").pub.data == b'{"a":1}'
        for _ in range(4):
            last = session.start("subscribe", channel="held:a")
            reply = session.receive_bytes()
        assert reply.hex() == f"08{last:02x}" "1215" "0867" "1211" + b"permission denied".hex()


def test_pings_are_messages_without_length_or_content(module_node_factory):
    hurried = module_node_factory(merged(CONFIG, {"client": {"ping_interval": "200ms", "pong_timeout": "300ms"}}))
    with protocol_protobuf.connected(hurried.ws_url) as session:
        frame = session.connection.read_message()
        assert (frame.opcode, frame.payload) == (raw.BINARY, b"\0")
        session.connection.send(raw.frame(raw.BINARY, b"\0"))
        while session.pings < 2:
            session._advance()
        session.answers_pings = False
        assert session.until_disconnected().code == 3012


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\0",
        b"\x05\x08\x01\x22\x00",
        b"\x04\x08\x01\x22",
        b"\x04\x08\x01\x22\x05",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x80\x00",
        b"\x02\x08\x01",
        framed(client_pb2.Command(id=1, subscribe=client_pb2.SubscribeRequest(channel="live:a"))),
        framed(client_pb2.Command(connect=client_pb2.ConnectRequest())),
    ],
)
def test_violations_end_the_connection(node, payload):
    with ProtobufSession(node.ws_url) as session:
        session.connection.send(raw.frame(raw.BINARY, payload))
        assert session.until_disconnected().code == BAD_REQUEST


def test_unknown_fields_are_skipped(node):
    with ProtobufSession(node.ws_url) as session:
        # Field 99, a string of two bytes, in the command and in the request.
        session.connection.send(raw.frame(raw.BINARY, b"\x0e" + bytes.fromhex("0801 9a06026162 2205 9a06026162")))
        assert session.reply(1).connect.client


# Commands


def test_publishing_and_history(node, session, channel):
    name = f"kept:{channel}"
    session.command("subscribe", channel=name)
    for n in range(1, 31):
        session.command("publish", channel=name, data=str(n).encode())
    first = session.next_push("pub").pub
    assert (first.offset, first.data, first.info.client) == (1, b"1", client_of(session))
    result = session.command("history", channel=name, limit=-1)
    assert [publication.offset for publication in result.publications] == list(range(1, HISTORY_LIMIT + 1))
    assert result.offset == 30 and result.epoch
    since = client_pb2.StreamPosition(offset=10, epoch=result.epoch)
    for limit, reverse, expected in ((3, False, [11, 12, 13]), (3, True, [9, 8, 7]), (0, False, [])):
        page = session.command("history", channel=name, limit=limit, reverse=reverse, since=since)
        assert [int(publication.data) for publication in page.publications] == expected
    since.epoch = "other"
    assert code_of(session, "history", channel=name, limit=3, since=since) == 112


def test_errors_have_the_same_codes(session, channel):
    session.command("subscribe", channel=f"live:{channel}")
    for code, method, fields in (
        (102, "subscribe", {"channel": "nowhere:a"}),
        (103, "subscribe", {"channel": f"held:{channel}"}),
        (103, "publish", {"channel": f"kept:{channel}", "data": b"1"}),
        (104, "rpc", {"method": "unknown"}),
        (105, "subscribe", {"channel": f"live:{channel}"}),
        (107, "subscribe", {"channel": ""}),
        (107, "publish", {"channel": f"live:{channel}", "data": b"not JSON"}),
        (107, "publish", {"channel": f"live:{channel}", "data": b""}),
        (108, "history", {"channel": f"live:{channel}"}),
        (108, "subscribe", {"channel": f"live:{channel}3", "tf": client_pb2.FilterNode(key="a", cmp="ex")}),
    ):
        assert code_of(session, method, **fields) == code, (method, fields)


def test_presence_and_its_pushes(node, channel):
    name = f"present:{channel}"
    info = {"nick": "Ada"}
    with protocol_protobuf.connected(node.ws_url, tokens.connection("ada", info=info)) as ada:
        ada.command("subscribe", channel=name)
        own = ada.next_push("join")
        assert own.channel == name and own.join.info.user == "ada" and json.loads(own.join.info.conn_info) == info
        with protocol_protobuf.connected(node.ws_url, tokens.connection("bob")) as bob:
            bob.command("subscribe", channel=name)
            client = client_of(bob)
            assert ada.next_push("join").join.info.client == client
            members = ada.command("presence", channel=name).presence
            assert {key: member.user for key, member in members.items()} == {client_of(ada): "ada", client: "bob"}
            stats = ada.command("presence_stats", channel=name)
            assert (stats.num_clients, stats.num_users) == (2, 2)
        assert ada.next_push("leave").leave.info.client == client
        eventually(lambda: len(ada.command("presence", channel=name).presence) == 1, "bob is gone", timeout=1)


def test_a_message_gets_no_reply(session):
    send = client_pb2.Command(send=client_pb2.SendRequest(data=b"{}"))
    session.send(send, client_pb2.Command(id=40, rpc=client_pb2.RPCRequest(method="skein.whoami")))
    assert client_pb2.Reply.FromString(session.receive_bytes()).id == 40


def test_unsubscribing(session, channel):
    name = f"wide:{channel}"
    session.command("subscribe", channel=name)
    session.command("unsubscribe", channel=name)
    session.command("unsubscribe", channel="live:never")
    session.command("publish", channel=name, data=b"1")
    client_of(session)
    assert not session.pushes


def test_tokens_and_refreshes(node, channel, user):
    name = f"held:{channel}"
    with ProtobufSession(node.ws_url) as session:
        connect = session.command("connect", token=tokens.connection(user, ttl=60))
        assert connect.expires and 50 < connect.ttl <= 60
        subscribe = session.command("subscribe", channel=name, token=tokens.subscription(user, name, ttl=60))
        assert subscribe.expires and 50 < subscribe.ttl <= 60
        refresh = session.command("refresh", token=tokens.connection(user, ttl=600))
        assert refresh.expires and 590 < refresh.ttl <= 600 and refresh.client == connect.client
        again = session.command("sub_refresh", channel=name, token=tokens.subscription(user, name, ttl=600))
        assert again.expires and 590 < again.ttl <= 600
        session.start("refresh", token="nonsense")
        assert session.until_disconnected().code == 3500


def test_pushes_of_the_api(node, channel, user):
    name = f"always:{channel}"
    with protocol_protobuf.connected(node.ws_url, tokens.connection(user)) as session:
        api(node, "subscribe", user=user, channel=name, data={"a": 1})
        push = session.next_push("subscribe")
        assert push.channel == name and push.subscribe.recoverable and push.subscribe.positioned
        assert push.subscribe.epoch and json.loads(push.subscribe.data) == {"a": 1}
        api(node, "publish", channel=name, data=[1], tags={"lang": "en"})
        publication = session.next_push("pub").pub
        assert (publication.data, publication.offset, dict(publication.tags)) == (b"[1]", 1, {"lang": "en"})
        api(node, "unsubscribe", user=user, channel=name)
        assert session.next_push("unsubscribe").unsubscribe.code == 2000
        api(node, "refresh", user=user, expire_at=int(time.time()) + 600)
        refresh = session.next_push("refresh").refresh
        assert refresh.expires and 590 <= refresh.ttl <= 600
        api(node, "disconnect", user=user)
        assert session.until_disconnected().code == 3503


def test_server_side_subscriptions_and_their_recovery(node, channel, user):
    name = f"always:{channel}"
    token = tokens.connection(user, channels=[name])
    with ProtobufSession(node.ws_url) as session:
        seen = session.command("connect", token=token).subs[name]
        assert seen.recoverable and seen.positioned and seen.epoch and seen.offset == 0
    for n in (1, 2):
        api(node, "publish", channel=name, data=n)
    known = client_pb2.SubscribeRequest(recover=True, epoch=seen.epoch, offset=0)
    with ProtobufSession(node.ws_url) as session:
        result = session.command("connect", token=token, subs={name: known}).subs[name]
        assert result.recovered and result.was_recovering and result.offset == 0
        assert [publication.data for publication in result.publications] == [b"1", b"2"]


# Payloads that the two formats share, or do not


def test_both_formats_deliver_the_same(node, session, channel):
    name = f"always:{channel}"
    with protocol.connected(node.ws_url) as other:
        session.command("subscribe", channel=name)
        other.subscribe(name)
        for data in (b'{"a":[1,2,{"b":"\\u00e9"}]}', b'"text"', b" 5 ", b"null", '"ü😀"'.encode(), b'{"x":\n1}'):
            session.command("publish", channel=name, data=data)
            mine, theirs = session.next_push("pub").pub, other.next_publication(name)
            assert mine.data == data
            assert theirs["data"] == json.loads(data) and theirs["offset"] == mine.offset
            if data == b"null":
                continue  # In JSON a null stands for a field that is not there.
            other.publish(name, json.loads(data))
            mine, theirs = session.next_push("pub").pub, other.next_publication(name)
            assert json.loads(mine.data) == theirs["data"] == json.loads(data) and theirs["offset"] == mine.offset


def test_binary_payloads_are_kept_byte_for_byte(node, session, channel):
    name = f"binary:{channel}"
    payloads = [bytes(range(256)), b"\0", b"\xff" * 60_000, b"{", b"\n\n"]
    session.command("subscribe", channel=name)
    with protocol_protobuf.connected(node.ws_url) as other:
        epoch = other.command("subscribe", channel=name).epoch
        other.command("unsubscribe", channel=name)
        for data in payloads:
            session.command("publish", channel=name, data=data)
        assert [session.next_push("pub").pub.data for _ in payloads] == payloads
        recovered = other.command("subscribe", channel=name, recover=True, epoch=epoch, offset=0)
        assert recovered.recovered and [publication.data for publication in recovered.publications] == payloads


def test_binary_payloads_cannot_be_told_in_json(node, session, channel):
    name = f"binary:{channel}"
    session.command("subscribe", channel=name)
    with protocol.connected(node.ws_url) as json_session:
        json_session.subscribe(name)
        session.command("publish", channel=name, data=b'{"fits":"both"}')
        assert json_session.next_publication(name)["data"] == {"fits": "both"}
        session.command("publish", channel=name, data=b"\xff\x00")
        assert json_session.until_disconnected().code == 3506
    assert session.command("history", channel=name, limit=-1).publications[1].data == b"\xff\x00"
