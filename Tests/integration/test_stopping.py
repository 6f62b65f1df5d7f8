"""How a node ends: what it owes its clients, how long it waits for them, and with which status it exits."""

import itertools
import signal
import socket
import threading

import pytest

from support import protocol, raw
from support.node import http
from support.protocol import Disconnected, Session
from support.waiting import eventually

SHUTDOWN = 3001
FRAME = 60
FIRST_ID = 1000
BEFORE_STOP = 2000
# Longer than any test waits: whoever ends before that did not sit it out.
LONG_GRACE = {"shutdown": {"grace": "1h"}, "client": {"close_timeout": "1h"}}


def told_to_leave(session: Session) -> None:
    """The session gets its close frame, answers it, sees the end of TCP and leaves."""
    disconnected = session.until_disconnected()
    assert (disconnected.code, disconnected.reason) == (SHUTDOWN, "shutdown")
    assert session.connection.read_to_end() == b""
    session.__exit__()


def stops_accepting(node) -> bool:
    try:
        socket.create_connection(("127.0.0.1", node.port), 1).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_clients_are_told_and_the_exit_status_is_0(node_factory, number):
    node = node_factory(LONG_GRACE)
    with (
        protocol.connected(node.ws_url) as one,
        protocol.connected(protocol.with_query(node.ws_url, "cf_ws_frame_ping_pong=true")) as other,
    ):
        node.signal(number)
        told_to_leave(one)
        told_to_leave(other)
        assert node.wait_exit() == 0
    assert "stopped" in node.log()


def test_a_client_that_has_not_connected_is_told_too(node_factory):
    node = node_factory(LONG_GRACE)
    with raw.connected(node.ws_url) as silent:
        node.signal(signal.SIGTERM)
        silent.expect_close(SHUTDOWN)
    assert node.wait_exit() == 0


@pytest.mark.parametrize(
    "sent", [b"", b"GET /connection/websocket HTTP/1.1\r\nHo", b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"]
)
def test_connections_without_a_session_do_not_hold_the_node_up(node_factory, sent):
    # A monitor that keeps its connection must not make every stop as long as the grace.
    node = node_factory(LONG_GRACE | {"client": {"handshake_timeout": "1h"}})
    with socket.create_connection(("127.0.0.1", node.port)) as connection:
        eventually(lambda: node.metric("skein_connections") >= 2, "it is accepted, as that of the question is")
        connection.sendall(sent)
        if sent.endswith(b"\r\n\r\n"):
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        node.signal(signal.SIGTERM)
        assert node.wait_exit() == 0


def publish_until_closed(publisher: Session, channel: str) -> None:
    """Sends frames of publications 0, 1, … with these numbers, until the server takes no more."""
    try:
        for frame in itertools.count():
            numbers = range(frame * FRAME, (frame + 1) * FRAME)
            publisher.send_lines(
                *({"id": FIRST_ID + n, "publish": {"channel": channel, "data": n}} for n in numbers)
            )
    except OSError:
        pass


def publish_across_a_stop(node_factory, channel: str) -> tuple[int, list[list[int]]]:
    """How many publications were acknowledged in all, and what each subscriber got; the signal comes in between."""
    live = {"subscribe": "anyone", "publish": "anyone", "anonymous": True}
    node = node_factory(LONG_GRACE | {"node": {"loops": 4}, "namespaces": {"live": live}})
    subscribers = [protocol.connected(node.ws_url) for _ in range(8)]
    for subscriber in subscribers:
        subscriber.subscribe(channel)
    with protocol.connected(node.ws_url) as publisher:
        publisher.subscribe(channel)
        sender = threading.Thread(target=publish_until_closed, args=(publisher, channel), daemon=True)
        sender.start()
        acknowledged = 0
        try:
            while True:
                assert "error" not in publisher.reply(FIRST_ID + acknowledged)
                acknowledged += 1
                if acknowledged == BEFORE_STOP:
                    node.signal(signal.SIGTERM)
        except Disconnected as disconnected:
            assert disconnected.code == SHUTDOWN
    sender.join()
    received = []
    for subscriber in subscribers:
        told_to_leave(subscriber)
        received.append([push["pub"]["data"] for push in subscriber.pushes if "pub" in push])
    assert node.wait_exit() == 0
    return acknowledged, received


@pytest.mark.parametrize("channel", ["chat:room", "live:room"])
def test_what_was_acknowledged_before_the_stop_is_delivered(node_factory, channel):
    acknowledged, received = publish_across_a_stop(node_factory, channel)
    assert acknowledged >= BEFORE_STOP
    for publications in received:
        assert publications == list(range(len(publications))) and len(publications) >= BEFORE_STOP


@pytest.mark.parametrize("attempt", range(10))
def test_what_is_acknowledged_while_the_node_stops_is_delivered_too(node_factory, attempt):
    # Guarantee G16: no acknowledged publication is lost, and this node's history ends with it. Some stops in a row, for
    # it is a matter of which event loop is told first.
    acknowledged, received = publish_across_a_stop(node_factory, "live:room")
    missing = [acknowledged - len(publications) for publications in received if len(publications) < acknowledged]
    assert missing == [], f"of {acknowledged} acknowledged publications"


def test_a_client_that_never_closes_is_cut_off_after_the_grace(node_factory):
    node = node_factory({"shutdown": {"grace": "200ms"}, "client": {"close_timeout": "1h"}})
    with protocol.connected(node.ws_url) as session:
        node.signal(signal.SIGTERM)
        frame = session.connection.read_frame()
        assert (frame.opcode, frame.close_code) == (raw.CLOSE, SHUTDOWN)
        assert session.connection.read_to_end() == b""
        assert node.wait_exit() == 0


def test_a_second_signal_ends_the_wait(node_factory):
    node = node_factory(LONG_GRACE)
    with protocol.connected(node.ws_url) as session:
        node.signal(signal.SIGTERM)
        assert session.connection.read_frame().close_code == SHUTDOWN
        eventually(lambda: "clients told" in node.log(), "the node waits for the client")
        assert node.is_running()
        node.signal(signal.SIGTERM)
        assert node.wait_exit() == 0


def test_a_stopping_node_takes_nobody_new_and_is_not_ready(node_factory):
    node = node_factory(LONG_GRACE)
    with protocol.connected(node.ws_url) as session, raw.RawConnection(node.admin_url) as probe:
        ask = f"GET /ready HTTP/1.1\r\nHost: {node.admin_url.removeprefix('http://')}\r\n\r\n".encode()
        probe.send(ask)
        assert probe.read_response().status == 200
        node.signal(signal.SIGTERM)
        assert session.connection.read_frame().close_code == SHUTDOWN
        eventually(lambda: stops_accepting(node), "no more connections")
        # A probe that keeps its connection hears of it, unless that connection has ended.
        probe.send_quietly(ask)
        try:
            assert probe.read_response().status == 503
        except (raw.Closed, ConnectionError):
            pass
        assert node.is_running()
        node.signal(signal.SIGTERM)
        assert node.wait_exit() == 0


def test_the_session_of_a_stopped_node_is_gone_from_the_next(node_factory):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = {"listeners": {"client": {"address": "127.0.0.1", "port": port}}}
    first = node_factory(config)
    with protocol.connected(first.ws_url) as session:
        session.subscribe("chat:room")
        first.stop()
    second = node_factory(config)
    assert second.port == port and http(second.http_url + "/ready").status == 200
    assert second.metric("skein_sessions") == 0
    with protocol.connected(second.ws_url) as session:
        session.subscribe("chat:room")
        assert len(session.presence("chat:room")) == 1
