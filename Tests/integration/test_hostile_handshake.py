"""Upgrade requests from foreign pages, against RFC 6455, or with more in them than a request may have."""

import json

import pytest

from support import protocol, raw
from support.faults import Counters
from support.node import http

# What a page may send as its Origin, and whether the list below lets it in.
ALLOWED = [
    "https://app.example.com",
    "https://*.example.org",
    "http://localhost:3000",
    "https://*.shop.example.net:8443",
    "https://xn--bcher-kva.example",
    "http://[::1]:8080",
]
ORIGINS = [
    (None, True),
    ("https://app.example.com", True),
    ("https://APP.Example.COM", True),
    ("HTTPS://app.example.com", True),
    ("https://app.example.com:443", True),
    ("https://a.example.org", True),
    ("https://a.b.example.org", True),
    ("https://A.EXAMPLE.ORG:443", True),
    ("http://localhost:3000", True),
    ("https://x.shop.example.net:8443", True),
    ("https://xn--bcher-kva.example", True),
    ("http://[::1]:8080", True),
    ("null", False),
    ("", False),
    ("http://app.example.com", False),
    ("https://app.example.com:8443", False),
    ("https://app.example.com:80", False),
    ("https://app.example.com.", False),
    ("https://app.example.com.evil.example", False),
    ("https://app.example.comevil.example", False),
    ("https://evil-app.example.com", False),
    ("https://evilapp.example.com", False),
    ("https://sub.app.example.com", False),
    ("https://example.org", False),
    ("https://evilexample.org", False),
    ("https://a.example.org.evil.example", False),
    ("https://a.example.orgevil", False),
    ("https://.example.org", False),
    ("https://a..example.org", False),
    ("https://a.example.org:8443", False),
    ("http://a.example.org", False),
    ("https://*.example.org", False),
    ("http://localhost", False),
    ("http://localhost:3001", False),
    ("http://127.0.0.1:3000", False),
    ("https://x.shop.example.net", False),
    ("https://bücher.example", False),
    ("https://app.example.com/path", False),
    ("https://user@app.example.com", False),
    ("https://app.example.com https://evil.example", False),
    ("https://app.example.com, https://evil.example", False),
    ("https://app.example.com\\.evil.example", False),
    ("app.example.com", False),
    ("*", False),
    ("file://", False),
    ("https://app.example.com:0443", False),
    ("https://app.example.com:65979", False),
    ("http://[::1%25lo]:8080", False),
]

BAD_UPGRADES = {
    "POST": ("POST {path} HTTP/1.1", {}, 405, "method"),
    "PUT": ("PUT {path} HTTP/1.1", {}, 405, "method"),
    "HTTP/1.0": ("GET {path} HTTP/1.0", {}, 505, "http_version"),
    "version 8": (None, {"Sec-WebSocket-Version": "8"}, 426, "version"),
    "version 14": (None, {"Sec-WebSocket-Version": "14"}, 426, "version"),
    "version 013": (None, {"Sec-WebSocket-Version": "013"}, 426, "version"),
    "versions 13, 8": (None, {"Sec-WebSocket-Version": "13, 8"}, 426, "version"),
    "no version": (None, {"Sec-WebSocket-Version": None}, 426, "version"),
    "no key": (None, {"Sec-WebSocket-Key": None}, 400, "key"),
    "empty key": (None, {"Sec-WebSocket-Key": ""}, 400, "key"),
    "key of 15 bytes": (None, {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAA"}, 400, "key"),
    "key of 17 bytes": (None, {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAAA="}, 400, "key"),
    "key not in base64": (None, {"Sec-WebSocket-Key": "!" * 22 + "=="}, 400, "key"),
    "two keys": (None, {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}, 400, "key"),
    "two hosts": (None, {"host": "other.example"}, 400, "host"),
    "no host": (None, {"Host": None}, 400, "host"),
    "host with a path": (None, {"Host": "a/b"}, 400, "host"),
    "no connection": (None, {"Connection": None}, 400, "connection"),
    "connection: close": (None, {"Connection": "close"}, 400, "connection"),
    "connection: upgraded": (None, {"Connection": "upgraded, x-upgrade"}, 400, "connection"),
    "upgrade to h2c": (None, {"Upgrade": "h2c"}, 400, "upgrade"),
    "no upgrade": (None, {"Upgrade": None}, 400, "upgrade"),
    # The body itself is what HTTP refuses first.
    "a body": (None, {"Content-Length": "5"}, 400, None),
    "a chunked body": (None, {"Transfer-Encoding": "chunked"}, 400, None),
}

BAD_SUBPROTOCOLS = {
    "not ASCII": "centrifuge-json, \x80\xff",
    "100 entries": ", ".join(f"p{number}" for number in range(100)),
    "17 entries": ", ".join(f"p{number}" for number in range(17)),
    "twice the same": "centrifuge-json, centrifuge-json",
    "not a token": "centrifuge json",
    "a control character": "centrifuge\x01json",
    "8000 bytes": "p" * 4000 + "," + "q" * 3999 + " r",
}


@pytest.fixture(scope="module")
def walled(module_node_factory):
    return module_node_factory({"client": {"allowed_origins": ALLOWED}})


def answer_to(node, headers: dict[str, str | None], request_line: str | None = None, rest: bytes = b"") -> int:
    """The status; of every refusal also that the connection ends behind it."""
    with raw.RawConnection(node.ws_url) as connection:
        request = connection.handshake_request(headers, request_line).decode()
        connection.send(request.encode("latin-1", "replace") if "bücher" not in request else request.encode())
        connection.send_quietly(rest)
        response = connection.read_response()
        if response.status != 101:
            assert response.headers.get("connection") == "close", response
            assert connection.read_to_end() == b""
        return response.status


@pytest.mark.parametrize(("origin", "is_allowed"), ORIGINS)
def test_origins_have_to_be_on_the_list(walled, origin, is_allowed):
    """Fault row 16: scheme, host and port are compared after parsing; a refusal is 403, before any authentication."""
    counters = Counters(walled)
    status = answer_to(walled, {"Origin": origin})
    assert status == (101 if is_allowed else 403)
    counters.expect(0 if is_allowed else 1, "skein_handshake_rejected_total", reason="origin")


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [(None, True), ("same", True), ("null", False), ("https://evil.example", False), ("http://127.0.0.1:1", False)],
)
def test_without_a_list_the_origin_is_the_host(dev_node, origin, is_allowed):
    """Fault row 16: the default lets only pages of the server's own host in."""
    origin = dev_node.http_url if origin == "same" else origin
    assert answer_to(dev_node, {"Origin": origin}) == (101 if is_allowed else 403)


def test_the_api_without_a_key_is_closed_to_foreign_pages(dev_node):
    """Fault row 16: in development no key is needed, so the origin of a page counts; nothing is published."""
    with protocol.connected(dev_node.ws_url) as session:
        session.subscribe("origin")
        body = json.dumps({"channel": "origin", "data": "foreign"}).encode()
        foreign = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
        assert http(f"{dev_node.api_url}/publish", "POST", body, foreign).status == 401
        dev_node.api("publish", {"channel": "origin", "data": "own"})
        assert session.next_publication()["data"] == "own"
    preflight = http(f"{dev_node.api_url}/publish", "OPTIONS", None, foreign)
    assert preflight.status == 405
    assert not [name for name in preflight.headers if name.startswith("access-control")]


@pytest.mark.parametrize("name", BAD_UPGRADES)
def test_bad_upgrades_get_an_answer(dev_node, name):
    """Fault row 17: a response that says what is wrong, then the end of the connection."""
    line, headers, status, reason = BAD_UPGRADES[name]
    counters = Counters(dev_node)
    path = raw.RawConnection(dev_node.ws_url).url.path
    assert answer_to(dev_node, headers, line and line.format(path=path), b"hello") == status
    if reason:
        counters.expect(1, "skein_handshake_rejected_total", reason=reason)


def test_other_versions_are_told_the_right_one(dev_node):
    """Fault row 17: 426 names version 13."""
    with raw.RawConnection(dev_node.ws_url) as connection:
        connection.send(connection.handshake_request({"Sec-WebSocket-Version": "12"}))
        assert connection.read_response().headers["sec-websocket-version"] == "13"


@pytest.mark.parametrize("value", ["keep-alive, Upgrade", "UPGRADE", "Upgrade ,keep-alive", ",,upgrade,,"])
def test_connection_may_be_a_list(dev_node, value):
    """Fault row 17: what is correct but unusual passes."""
    assert answer_to(dev_node, {"Connection": value, "Upgrade": "WebSocket"}) == 101


@pytest.mark.parametrize("name", BAD_SUBPROTOCOLS)
def test_bad_lists_of_subprotocols_are_refused(dev_node, name):
    """Fault row 18: 400, in time that does not depend on how the list looks."""
    counters = Counters(dev_node)
    assert answer_to(dev_node, {"Sec-WebSocket-Protocol": BAD_SUBPROTOCOLS[name]}) == 400
    if name != "a control character":  # The HTTP parser is first.
        counters.expect(1, "skein_handshake_rejected_total", reason="subprotocol")


@pytest.mark.parametrize(
    ("offer", "chosen"),
    [
        ("centrifuge-json", "centrifuge-json"),
        ("nonsense, centrifuge-protobuf", "centrifuge-protobuf"),
        ("nonsense", None),
        ("Centrifuge-JSON", None),
        (", ".join([*(f"p{number}" for number in range(15)), "centrifuge-json"]), "centrifuge-json"),
    ],
)
def test_only_known_subprotocols_are_chosen(dev_node, offer, chosen):
    """Fault row 18: nothing that the client sent comes back unless it is one of our own names."""
    with raw.RawConnection(dev_node.ws_url) as connection:
        response = connection.upgrade({"Sec-WebSocket-Protocol": offer})
        assert response.headers.get("sec-websocket-protocol") == chosen


def test_frames_behind_the_upgrade_are_neither_lost_nor_read_twice(dev_node):
    """Fault row 19: request and three commands in two writes, cut at every offset."""
    commands = [{"id": 1, "connect": {}}, {"id": 2, "subscribe": {"channel": "early"}}, {"id": 3, "ping": {}}]
    frames = b"".join(raw.frame(raw.TEXT, json.dumps(command)) for command in commands)
    counters = Counters(dev_node)
    with raw.RawConnection(dev_node.ws_url) as sample:
        size = len(sample.handshake_request()) + len(frames)
    for cut in range(1, size + 1):
        with raw.RawConnection(dev_node.ws_url) as connection:
            request = connection.handshake_request() + frames
            connection.send(request[:cut])
            connection.send(request[cut:])
            assert connection.read_response().status == 101
            answers = []
            while len(answers) < len(commands):
                lines = connection.read_message().payload.split(b"\n")
                answers += [reply["id"] for reply in map(json.loads, lines)]
            assert answers == [1, 2, 3], cut
            connection.send(raw.close_frame(1000))
            connection.expect_close(1000)
    counters.expect(size * len(commands), "skein_commands_total")


def test_a_broken_frame_behind_the_upgrade_is_seen(dev_node):
    """Fault row 19: what comes early is judged like everything else, behind the 101."""
    counters = Counters(dev_node)
    with raw.RawConnection(dev_node.ws_url) as connection:
        connection.upgrade(early=raw.frame(raw.TEXT, "x", mask=None))
        connection.expect_close(1002)
    counters.expect(1, "skein_ws_protocol_errors_total", kind="mask")


def test_more_than_the_limit_behind_the_upgrade_is_refused(dev_node):
    """Fault row 19: early bytes are under the limits of every message."""
    with raw.RawConnection(dev_node.ws_url) as connection:
        connection.upgrade(early=raw.frame(raw.TEXT, b" " * (64 * 1024 + 1)))
        connection.expect_close(1009)


def test_a_client_that_never_connects_is_stale(node_factory):
    """Fault row 22: 3502 at connect_timeout, whatever else it sends; TCP ends too."""
    node = node_factory({"client": {"connect_timeout": "400ms"}})
    counters = Counters(node)
    with raw.connected(node.ws_url) as silent, raw.connected(node.ws_url) as pinging:
        with protocol.connected(node.ws_url) as session:
            pinging.send(raw.frame(raw.PING, b"alive"))
            assert pinging.read_frame().opcode == raw.PONG
            silent.expect_close(3502)
            pinging.expect_close(3502)
            assert session.command("ping") == {}
    counters.expect(2, "skein_disconnects_total", code="3502")
