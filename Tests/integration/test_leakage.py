"""What clients and backends send does not show up in logs or metrics, and cannot forge a line of either."""

import json
import re
import time

import jwt
import pytest

from support import protocol, raw
from support.faults import Counters
from support.node import http

SECRET = "integration-secret-of-more-than-32-bytes"
API_KEY = "SECRET-api-key-that-is-right"
CANARY = "SECRET-4f1d"
FORGERY = "2026-01-01T00:00:00.000Z error forged"
LEVELS = "trace|debug|info|notice|warning|error|critical"
TEXT_LINE = re.compile(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z ({LEVELS}) \S+ .+")
INJECTIONS = [breaker + FORGERY for breaker in ("\r\n", "\n", "\x1b[31m", "\u2028", "\x85", "\0")]
MOST_SERIES = 2000
OPEN = {
    "subscribe": "anyone",
    "publish": "anyone",
    "presence": True,
    "join_leave": True,
    "history_size": 9,
    "history_ttl": "1m",
}


@pytest.fixture(params=["text", "json"])
def node(node_factory, request):
    """As talkative as a node can be."""
    config = {
        "log": {"level": "trace", "format": request.param},
        "channels": {"rules": OPEN},
        "client": {"channels": 10_000, "errors": 1_000_000},
        "tokens": {"keys": {"main": {"algorithm": "HS256", "secret": SECRET}}},
        "api": {"keys": [API_KEY]},
    }
    return node_factory(config, dev=False)


def token(**claims) -> str:
    return jwt.encode({"sub": "alice", "exp": int(time.time()) + 60} | claims, SECRET, "HS256", {"kid": "main"})


def send_everywhere(node, text: str) -> None:
    """The text in every place where a client or a backend can put some."""
    quoted = text.encode("unicode_escape").decode()
    plain = "".join(character for character in text if character.isprintable() and character.isascii())
    url = protocol.with_query(node.ws_url, f"token={plain.replace(' ', '%20')}&api_key={plain.replace(' ', '+')}")
    for headers in (
        {"Authorization": f"Bearer {plain}", "Cookie": f"session={plain}", "User-Agent": plain, "X-Any": plain},
        {"Origin": f"https://{plain.replace(' ', '')}.example"},
        {"Sec-WebSocket-Protocol": plain},
        {"Host": plain},
        {"Sec-WebSocket-Key": plain},
    ):
        with raw.RawConnection(url) as connection:
            connection.send(connection.handshake_request(headers))
            connection.read_response()
    for forged in (text, f"{quoted}.{quoted}.{quoted}", token()[:-6] + "AAAAAA", token(kid=text)):
        with protocol.Session(node.ws_url) as session:
            session.start("connect", token=forged, name=text, version=text, data={text: text})
            try:
                session.reply(1)
            except protocol.Disconnected:
                pass
    with protocol.connected(node.ws_url, token(sub=text, info={"name": text}, meta={"m": text}), data=text) as session:
        channel = plain.replace(" ", "-").replace(":", ".")
        session.subscribe(channel)
        session.publish(channel, {"payload": text})
        session.next_publication(channel)
        for command, fields in (
            ("subscribe", {"channel": text + " "}),
            ("subscribe", {"channel": f"{text}:x", "token": text}),
            ("publish", {"channel": text + " ", "data": text}),
            ("history", {"channel": channel, "since": {"offset": 1, "epoch": text}}),
            ("rpc", {"method": text, "data": text}),
            ("presence", {"channel": channel}),
        ):
            try:
                session.command(command, **fields)
            except protocol.CommandError:
                pass
        session.connection.send(raw.close_frame(4000, text[:100]))
        session.until_disconnected()
    with protocol.connected(node.ws_url, token()) as session:
        session.connection.send(raw.frame(raw.TEXT, json.dumps({"id": 9, text: text})[:-1]))
        session.until_disconnected()


def call_api_everywhere(node, text: str) -> None:
    plain = "".join(character for character in text if character.isprintable() and character.isascii())
    for key in (API_KEY, plain):
        for path in ("publish", plain.replace(" ", "-"), f"info?api_key={plain.replace(' ', '+')}"):
            for body in ({"channel": text, "data": text}, {"user": text, text: text}, text):
                headers = {"X-API-Key": key, "Authorization": plain}
                http(f"{node.api_url}/{path}", "POST", json.dumps(body).encode(), headers)


def shown(node) -> str:
    """Everything that an operator or a monitor gets to see."""
    pages = "".join(http(f"{node.admin_url}/{page}").text() for page in ("metrics", "health", "ready"))
    return node.log() + pages + "".join(node.output)


def test_secrets_show_up_nowhere(node):
    """Fault row 50: a canary in every input position; logs at trace level, metrics, health and output have 0 hits."""
    counters = Counters(node)
    send_everywhere(node, CANARY)
    call_api_everywhere(node, CANARY)
    for refresh in ("refresh", "sub_refresh"):
        with protocol.connected(node.ws_url, token()) as session:
            session.subscribe("refreshes")
            session.start(refresh, token=CANARY, channel="refreshes")
            assert session.until_disconnected().code == 3500
    assert counters.moved("skein_auth_failures_total", reason="malformed") >= 4
    node.stop()
    for needle in (CANARY, API_KEY, SECRET):
        assert needle not in node.log() + "".join(node.output)


def test_metrics_have_no_secrets(node):
    """Fault row 50: while the sessions live, too."""
    with protocol.connected(node.ws_url, token(sub=CANARY)) as session:
        session.subscribe(CANARY)
        send_everywhere(node, CANARY)
        assert CANARY not in shown(node)


@pytest.mark.parametrize("injection", INJECTIONS)
def test_log_lines_cannot_be_forged(node, injection):
    """Fault row 50: line breaks and control characters stay inside the line that they came with."""
    send_everywhere(node, CANARY + injection)
    call_api_everywhere(node, CANARY + injection)
    node.stop()
    log = node.log()
    assert "\x1b" not in log and "\0" not in log and "\x85" not in log and "\u2028" not in log
    lines = log.split("\n")
    assert lines.pop() == ""
    for line in lines:
        assert not line.startswith(FORGERY[:24]), line
        if line.startswith("{"):
            assert {"time", "level"} & json.loads(line).keys(), line
        else:
            assert TEXT_LINE.fullmatch(line), line
    assert CANARY not in log


def test_names_make_no_series(node):
    """Fault row 50: thousands of channels and users are as many series as one of each."""
    before = len(node.metrics())
    with protocol.connected(node.ws_url, token()) as session:
        for number in range(3000):
            session.start("subscribe", channel=f"series-{number}")
        session.reply(3001)
        for number in range(50):
            with protocol.connected(node.ws_url, token(sub=f"user-{number}")):
                pass
        after = node.metrics()
    assert after["skein_subscriptions"] == 3000
    assert len(after) == before <= MOST_SERIES
