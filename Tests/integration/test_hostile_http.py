"""HTTP heads without end, requests that never arrive whole, and bodies in pieces that make no sense."""

import itertools
import json
import select
import time

import pytest

from support import protocol, raw
from support.faults import Counters, eventually, resident_bytes
from support.node import Node, http

KIB = 1024
BODY_SIZE = 64 * KIB


@pytest.fixture(scope="module")
def node(module_node_factory) -> Node:
    """A body limit that a test can exceed quickly."""
    return module_node_factory({"api": {"body_size": "64KiB"}})


@pytest.fixture
def hasty(node_factory) -> Node:
    """A brief deadline for requests. One node for each test: a node that a slow request ends is seen once."""
    return node_factory({"client": {"handshake_timeout": "500ms"}})


def fields(count: int, size: int = 1) -> dict[str, str]:
    return {f"X-Field-{number}": "v" * size for number in range(count)}


def status_of(node: Node, data: bytes) -> int:
    """Of the answer to these bytes; the connection has to end behind it."""
    with raw.RawConnection(node.ws_url) as connection:
        connection.send_quietly(data)
        response = connection.read_response()
        assert connection.read_to_end() == b""
        return response.status


BOMBS = {
    "300 fields": fields(300),
    "65 fields": fields(65 - 5),
    "1 MiB in all": fields(60, 17 * KIB),
    "17 KiB in all": fields(17, KIB),
    "one field of 80 KiB": {"X-Field": "v" * 80 * KIB},
    "one field above 8 KiB": {"X-Field": "v" * (8 * KIB + 1)},
    "one long name": {"X" * 9 * KIB: "v"},
}


@pytest.mark.parametrize("name", BOMBS)
def test_header_bombs_are_431(dev_node, name):
    """Fault row 20: 16 KiB a head, 8 KiB a field, 64 fields; above that 431 and the end of the connection."""
    with raw.RawConnection(dev_node.ws_url) as sample:
        request = sample.handshake_request(BOMBS[name])
    assert status_of(dev_node, request) == 431


def test_heads_within_the_limits_pass(dev_node):
    """Fault row 20: 64 fields, and a field of almost 8 KiB."""
    for headers in (fields(64 - 5), {"X-Field": "v" * (8 * KIB - 100)}, fields(15, 1000)):
        with raw.RawConnection(dev_node.ws_url) as connection:
            connection.upgrade(headers)


@pytest.mark.parametrize(
    "start", [b"GET /" + b"a" * 128 * KIB, b"GET / HTTP/1.1\r\nX-Endless: " + b"v" * 128 * KIB, b"\r\n" * 64 * KIB]
)
def test_endless_lines_end_the_connection(hasty, start):
    """Fault row 20: a line without an end is refused before it has one, blank lines at the deadline; 4xx."""
    assert status_of(hasty, start) in (400, 408, 414, 431)


def test_a_head_holds_little_memory(dev_node):
    """Fault row 20: 200 connections with almost 16 KiB of a head each hold little more than that: at most 28 KiB each, the
    connection itself included."""
    before = resident_bytes(dev_node)
    connections = [raw.RawConnection(dev_node.ws_url) for _ in range(200)]
    try:
        eventually(lambda: dev_node.metric("skein_connections") >= len(connections))
        head = b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (number, b"v" * 1000) for number in range(15))
        for connection in connections:
            connection.send(head)
        Counters(dev_node)  # Requests on the same loops, behind all of the heads.
        assert resident_bytes(dev_node) - before <= len(connections) * 28 * KIB
    finally:
        for connection in connections:
            connection.__exit__()


def dribble(connection: raw.RawConnection, data: bytes, seconds: float) -> None:
    """A byte every 50 ms until there is an answer."""
    deadline = time.monotonic() + seconds
    for byte in itertools.chain(data, itertools.repeat(ord("x"))):
        connection.send_quietly(bytes([byte]))
        if select.select([connection._socket], [], [], 0.05)[0]:
            return
        assert time.monotonic() < deadline, "no answer"


SLOW = {
    "nothing at all": b"",
    "half a line": b"GET /connection/webso",
    "half a head": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-",
    "half a body": b"POST /api/info HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
    "half a chunk": b"POST /api/info HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{",
}


@pytest.mark.parametrize("name", SLOW)
def test_requests_that_stop_are_ended(hasty, name):
    """Fault row 21: the deadline is absolute, from accept, and for the body from its head; 408, counted once."""
    counters = Counters(hasty)
    assert status_of(hasty, SLOW[name]) == 408
    counters.expect(1, "skein_handshake_timeouts_total")


@pytest.mark.parametrize("name", ["nothing at all", "half a head", "half a body"])
def test_requests_that_dribble_are_ended(hasty, name):
    """Fault row 21: a byte now and then does not move the deadline."""
    counters = Counters(hasty)
    with raw.RawConnection(hasty.ws_url) as connection:
        connection.send(SLOW[name])
        dribble(connection, b"GET / HTTP/1.1\r\n" if name == "nothing at all" else b"", 5)
        assert connection.read_response().status == 408
    counters.expect(1, "skein_handshake_timeouts_total")


def test_good_clients_connect_while_200_are_slow(hasty):
    """Fault row 21: nobody waits for the slow ones, and each of them is counted."""
    counters = Counters(hasty)
    slow = [raw.RawConnection(hasty.ws_url) for _ in range(200)]
    try:
        for connection in slow:
            connection.send(SLOW["half a head"])
        began = time.monotonic()
        with protocol.connected(hasty.ws_url) as session:
            assert session.command("ping") == {}
        assert time.monotonic() - began < 1
        for connection in slow:
            assert connection.read_response().status == 408
    finally:
        for connection in slow:
            connection.__exit__()
    counters.expect(len(slow), "skein_handshake_timeouts_total")


def test_the_deadline_ends_with_the_upgrade(hasty):
    """Fault row 21: a session lives longer than the deadline of its request."""
    with protocol.connected(hasty.ws_url) as session, raw.RawConnection(hasty.ws_url) as slow:
        assert slow.read_response().status == 408
        assert session.command("ping") == {}


def post(path: str, body: bytes, *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def chunked(body: bytes) -> bytes:
    return post("/api/publish", body, "Transfer-Encoding: chunked")


PUBLISH = b'{"channel":"chunks","data":{"n":1}}'


@pytest.mark.parametrize(
    "body",
    [
        b"ffffffffffffffff\r\nx",
        b"10000000000000000\r\nx",
        b"-1\r\nx",
        b"0x10\r\nx",
        b"g\r\nx",
        b"1 \x00\r\nx",
        b"1;" + b"e" * 20 * KIB + b"\r\nx\r\n0\r\n\r\n",
    ],
)
def test_nonsense_chunk_sizes_are_refused(hasty, body):
    """Fault row 27: a 4xx answer, at the latest at the deadline, and the end; nothing is carried out."""
    counters = Counters(hasty)
    assert status_of(hasty, chunked(body)) in (400, 408, 413, 431)
    assert counters.moved("skein_api_requests_total", method="publish", outcome="ok") == 0


def test_chunks_of_one_byte_are_one_body(dev_node):
    """Fault row 27: the smallest chunks carry a request."""
    counters = Counters(dev_node)
    body = b"".join(b"1\r\n%c\r\n" % byte for byte in PUBLISH) + b"0\r\n\r\n"
    assert status_of(dev_node, chunked(body)) == 200
    counters.expect(1, "skein_api_requests_total", method="publish", outcome="ok")


def test_trailers_are_limited(hasty):
    """Fault row 27: a trailer without an end is refused, by its size or by the deadline."""
    trailer = b"1\r\n{\r\n0\r\n" + b"".join(b"X-%d: %s\r\n" % (number, b"v" * 1000) for number in range(100))
    assert status_of(hasty, chunked(trailer)) in (400, 408, 431)


@pytest.mark.parametrize("size", [BODY_SIZE, BODY_SIZE + 1])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_bodies_are_limited(node, size, is_chunked):
    """Fault row 27: the limit passes, one byte more is 413, announced or not."""
    counters = Counters(node)
    body = PUBLISH + b" " * (size - len(PUBLISH))
    if is_chunked:
        request = chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (size, body))
    else:
        request = post("/api/publish", body, f"Content-Length: {size}")
    is_allowed = size <= BODY_SIZE
    assert status_of(node, request) == (200 if is_allowed else 413)
    counters.expect(1 if is_allowed else 0, "skein_api_requests_total", method="publish", outcome="ok")


BODIES = {
    "newlines": b"\n" * BODY_SIZE,
    "pairs": b"1:2\n" * (BODY_SIZE // 4),
    "brackets": b"[" * BODY_SIZE,
    "deep arrays": b'{"channel":"deep","data":' + b"[" * 200 + b"]" * 200 + b"}",
    "braces": b'{"a":' * (BODY_SIZE // 5),
    "numbers": b"[" + b"1," * 30_000 + b"1]",
    "a NUL": b"\0" * 100,
}


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies_are_400(dev_node, name):
    """Fault row 27: bodies that are no request are one answer each, however many parts they seem to have."""
    counters = Counters(dev_node)
    answer = http(f"{dev_node.api_url}/publish", "POST", BODIES[name], {"Content-Type": "application/json"})
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["code"] == 107
    counters.expect(1, "skein_api_requests_total", method="publish", outcome="bad_request")


def test_a_batch_has_a_limit(dev_node):
    """Fault row 27: a batch of very many commands is refused as a whole, and publishes nothing."""
    counters = Counters(dev_node)
    commands = [{"publish": {"channel": "batch", "data": number}} for number in range(10_000)]
    answer = http(f"{dev_node.api_url}/batch", "POST", json.dumps({"commands": commands}).encode())
    assert "error" in answer.json(), answer.text()[:200]
    assert counters.moved("skein_api_requests_total", method="batch", outcome="ok") == 0


def test_requests_behind_a_refused_one_are_not_read(dev_node):
    """Fault row 27: after a refusal the connection ends; what was pipelined behind it is not carried out."""
    counters = Counters(dev_node)
    good = post("/api/publish", PUBLISH, f"Content-Length: {len(PUBLISH)}")
    with raw.RawConnection(dev_node.ws_url) as connection:
        connection.send_quietly(chunked(b"zz\r\n") + good)
        assert connection.read_response().status == 400
        assert connection.read_to_end() == b""
    assert counters.moved("skein_api_requests_total", method="publish", outcome="ok") == 0
