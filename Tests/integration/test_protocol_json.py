"""The client protocol in JSON: frames, negotiation, the life of a session. Its commands: test_protocol_commands.py."""

import json
import time

import pytest

from support import protocol, raw
from support.channels import CONFIG
from support.node import merged
from support.protocol import Session

BAD_REQUEST, STALE, NO_PONG, TOO_MANY_ERRORS = 3501, 3502, 3012, 3509


@pytest.fixture(scope="module")
def node(module_node_factory):
    return module_node_factory(CONFIG)


@pytest.fixture(scope="module")
def hurried(module_node_factory):
    """A node with short times, so that no test has to wait for long ones."""
    client = {"ping_interval": "200ms", "pong_timeout": "300ms", "connect_timeout": "300ms"}
    return module_node_factory(merged(CONFIG, {"client": client | {"errors": 3}}))


@pytest.fixture
def session(node):
    with protocol.connected(node.ws_url) as session:
        yield session


def closed_with(url: str, *frames: bytes) -> int:
    with Session(url) as session:
        for frame in frames:
            session.connection.send(frame)
        return session.until_disconnected().code


def text(*commands) -> bytes:
    lines = (command if isinstance(command, str) else json.dumps(command) for command in commands)
    return raw.frame(raw.TEXT, "\n".join(lines))


CONNECT = {"id": 1, "connect": {}}


# Connect and framing


def test_connect_tells_who_where_and_how_often(node):
    with Session(node.ws_url) as session:
        about = {"name": "test", "version": "1", "data": {"a": 1}, "headers": {"a": "b"}}
        session.send_lines({"id": 7, "connect": about})
        reply = session.receive()
        assert reply["id"] == 7
        result = reply["connect"]
        assert result["client"] and result["version"] and result["node"] == node.name
        assert result["ping"] == 25 and result["pong"] is True
        assert "expires" not in result and "error" not in reply


def test_pipelined_commands_are_answered_in_order(node, channel):
    name = f"kept:{channel}"
    with Session(node.ws_url) as session:
        session.send_lines(
            CONNECT,
            {"id": 2, "subscribe": {"channel": name}},
            {"id": 3, "publish": {"channel": name, "data": {"n": 1}}},
            {"id": 4, "publish": {"channel": name, "data": {"n": 2}}},
            {"id": 5, "history": {"channel": name, "limit": -1}},
        )
        seen = [session.receive() for _ in range(7)]
        replies = [message for message in seen if "id" in message]
        assert [reply["id"] for reply in replies] == list(range(1, 6))
        assert [publication["data"]["n"] for publication in replies[4]["history"]["publications"]] == [1, 2]
        pushed = [message["push"]["pub"]["data"]["n"] for message in seen if "push" in message]
        assert pushed == [1, 2]
        session.send_lines(
            {"id": 6, "unsubscribe": {"channel": name}},
            {"id": 7, "publish": {"channel": name, "data": {"n": 3}}},
        )
        assert session.reply(6)["unsubscribe"] == {}
        assert session.reply(7)["error"]["code"] == 103, "no longer a subscriber"
        assert seen.index(replies[1]) < min(at for at, message in enumerate(seen) if "push" in message)


def test_replies_of_one_turn_share_a_frame(node, channel):
    name = f"live:{channel}"
    with protocol.connected(node.ws_url) as session:
        session.send_lines(*({"id": 10 + n, "subscribe": {"channel": f"{name}{n}"}} for n in range(8)))
        frame = session.connection.read_message()
        lines = frame.payload.decode().split("\n")
        assert all(json.loads(line)["id"] >= 10 for line in lines if line)
        assert len(lines) > 1, "eight commands of one frame need fewer frames of replies"


def test_payloads_keep_their_bytes_but_not_their_newlines(node, session, channel):
    name = f"live:{channel}"
    session.subscribe(name)
    data = ' {"a" : "\\u00e9\\n ü 😀 \\"","b":[1e400, -0.0,true , null],"c":18446744073709551616}'
    session.connection.send(text('{"id":90,"publish":{"channel":"%s","data":%s}}' % (name, data.replace(",", ",\n"))))
    lines = []
    while not any('"pub"' in line for line in lines):
        lines += [line for line in session.connection.read_message().payload.decode().split("\n") if line]
    [push] = [line for line in lines if '"pub"' in line]
    expected = [data.strip(), data.strip().replace(",", ", ")]
    assert any(form in push for form in expected), push


def test_a_trailing_newline_is_no_command(node):
    with Session(node.ws_url) as session:
        session.connection.send(text(CONNECT, ""))
        assert session.receive()["id"] == 1
        assert session.command("rpc", method="skein.whoami")["data"]["user"] == ""


@pytest.mark.parametrize(
    "frames",
    [
        [raw.frame(raw.TEXT, "")],
        [text(CONNECT), raw.frame(raw.TEXT, "")],
        [text({"id": 1, "subscribe": {"channel": "live:a"}})],
        [text({"connect": {}})],
        [text(CONNECT, {"id": 2, "connect": {}})],
        [text("{")],
        [text("[]")],
        [text(CONNECT), text("nonsense")],
        [text(CONNECT, "", CONNECT)],
        [text(CONNECT, {"subscribe": {"channel": "live:a"}})],
        [text(CONNECT, {})],
        [text(CONNECT, {"id": -1, "rpc": {"method": "a"}})],
        [text(CONNECT, {"id": 2**32, "rpc": {"method": "a"}})],
        [text(CONNECT, *({"id": 2 + n, "rpc": {"method": "skein.whoami"}} for n in range(64)))],
    ],
)
def test_violations_of_the_protocol_end_the_connection(node, frames):
    assert closed_with(node.ws_url, *frames) == BAD_REQUEST


def test_64_commands_fit_one_frame(session):
    session.send_lines(*({"id": 100 + n, "rpc": {"method": "skein.whoami"}} for n in range(64)))
    assert [session.reply(100 + n)["id"] for n in range(64)] == list(range(100, 164))


def test_a_message_over_the_limit_is_1009(node, session, channel):
    session.subscribe(f"live:{channel}")
    session.publish(f"live:{channel}", "x" * 60_000)
    assert len(session.next_publication()["data"]) == 60_000
    session.start("publish", channel=f"live:{channel}", data="x" * 65_536)
    assert session.until_disconnected().code == 1009


def test_fields_and_commands_of_newer_clients(session):
    assert session.command("rpc", method="skein.whoami", future={"a": [1]})["data"]["node"]
    assert session.error_code("teleport", to="mars") == 104


# Negotiation


@pytest.mark.parametrize(
    ("query", "offered", "chosen", "opcode"),
    [
        ("", None, None, raw.TEXT),
        ("", "centrifuge-json", "centrifuge-json", raw.TEXT),
        ("", "centrifuge-protobuf", "centrifuge-protobuf", raw.BINARY),
        ("format=protobuf", None, None, raw.BINARY),
        ("cf_protocol=protobuf", None, None, raw.BINARY),
        ("cf_protocol=protobuf&a=b", None, None, raw.BINARY),
        ("format=json", None, None, raw.TEXT),
        ("cf_protocol=protobuf", "centrifuge-json", "centrifuge-json", raw.TEXT),
        ("", "mqtt, centrifuge-protobuf", "centrifuge-protobuf", raw.BINARY),
        ("", "mqtt", None, raw.TEXT),
    ],
)
def test_the_format_is_negotiated(node, query, offered, chosen, opcode):
    url = protocol.with_query(node.ws_url, query)
    with raw.RawConnection(url) as connection:
        response = connection.upgrade({"Sec-WebSocket-Protocol": offered})
        assert response.headers.get("sec-websocket-protocol") == chosen
        is_text = opcode == raw.TEXT
        connection.send(text(CONNECT) if is_text else raw.frame(raw.BINARY, b"\x04\x08\x01\x22\x00"))
        message = connection.read_message()
        assert message.opcode == opcode
        assert message.payload.startswith(b'{"id":1,"connect":' if is_text else bytes([len(message.payload) - 1, 8, 1]))


# Keep-alive


def test_pings_are_empty_objects_in_the_announced_rhythm(hurried):
    with protocol.connected(hurried.ws_url) as session:
        began = time.monotonic()
        while session.pings < 4:
            session._advance()
        assert time.monotonic() - began >= 3 * 0.2
        assert session.command("rpc", method="skein.whoami")


def test_who_does_not_answer_pings_is_closed_3012(hurried):
    with protocol.connected(hurried.ws_url) as session:
        session.answers_pings = False
        assert session.until_disconnected().code == NO_PONG


def test_two_pongs_for_one_ping_are_a_violation(hurried):
    with protocol.connected(hurried.ws_url) as session:
        while not session.pings:
            session._advance()
        session.send_lines({})
        assert session.until_disconnected().code == BAD_REQUEST


def test_frame_pings_replace_empty_objects(hurried):
    url = protocol.with_query(hurried.ws_url, "cf_ws_frame_ping_pong=true")
    with protocol.connected(url) as session:
        for _ in range(3):
            frame = session.connection.read_frame()
            assert frame.opcode == raw.PING
            session.connection.send(raw.frame(raw.PONG, frame.payload))
        assert session.command("rpc", method="skein.whoami")
    with protocol.connected(url) as session:
        assert session.connection.read_frame().opcode == raw.PING
        assert session.connection.read_frame().close_code == NO_PONG


def test_a_ping_frame_of_the_client_is_answered(session):
    session.connection.send(raw.frame(raw.PING, b"abc"))
    frame = session.connection.read_frame()
    assert (frame.opcode, frame.payload) == (raw.PONG, b"abc")


def test_who_never_connects_is_closed_3502(hurried):
    assert closed_with(hurried.ws_url) == STALE


def test_too_many_errors_end_the_connection(hurried):
    with protocol.connected(hurried.ws_url) as session:
        for _ in range(10):
            session.start("rpc", method="unknown")
        assert session.until_disconnected().code == TOO_MANY_ERRORS
