"""Clients that are gone without a word: the ping finds out, the session ends once, and others hear of it once."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support import protocol, raw
from support.faults import Counters, eventually

PING = 0.6
PONG = 0.5
# The first ping comes after at most one interval; the rest is for a machine that is busy with other tests.
GONE = PING + PONG + 3
ROOM = {
    "subscribe": "anyone",
    "publish": "anyone",
    "anonymous": True,
    "presence": True,
    "join_leave": True,
    "push_join_leave": True,
}

# Connects, subscribes, answers pings, and says so; until it is stopped.
CLIENT = """
import sys
sys.path.insert(0, sys.argv[1])
from support import protocol
session = protocol.connected(sys.argv[2])
session.subscribe(sys.argv[3])
print("subscribed", flush=True)
while True:
    session.next_push("no such push")
"""


@pytest.fixture(scope="module")
def node(module_node_factory):
    client = {"ping_interval": f"{int(PING * 1000)}ms", "pong_timeout": f"{int(PONG * 1000)}ms", "close_timeout": "1s"}
    return module_node_factory({"client": client, "namespaces": {"room": ROOM}})


def expect_one_leave(node, observer: protocol.Session, channel: str, client: str) -> None:
    """The leave of this client, in time, and no other before a marker; presence without it."""
    began = time.monotonic()
    left = observer.next_push("leave")
    assert left["leave"]["info"]["client"] == client
    assert time.monotonic() - began < GONE
    observer.publish(channel, "marker")
    observer.next_publication(channel)
    assert not [push for push in observer.pushes if "leave" in push]
    assert client not in observer.presence(channel)


@pytest.mark.parametrize("query", ["", "cf_ws_frame_ping_pong=true", "format=json&cf_ws_frame_ping_pong=true"])
def test_a_client_that_does_not_answer_pings_is_gone(node, query):
    """Fault row 53: 3012 within ping and pong time, for pings of the protocol and of WebSocket; one leave."""
    channel = f"room:silent{len(query)}"
    counters = Counters(node)
    with protocol.connected(node.ws_url) as observer:
        observer.subscribe(channel)
        observer.next_push("join")
        with raw.connected(protocol.with_query(node.ws_url, query)) as silent:
            silent.send(raw.frame(raw.TEXT, '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"%s"}}' % channel))
            client = observer.next_push("join")["join"]["info"]["client"]
            expect_one_leave(node, observer, channel, client)
            # Before anything that keeps the observer from answering its own pings.
            counters.expect(1, "skein_disconnects_total", code="3012")
            received = silent.read_frame()
            while received.opcode != raw.CLOSE:
                received = silent.read_frame()
            assert received.close_code == 3012
            assert silent.read_to_end() == b""


def test_a_process_that_is_frozen_is_gone(node):
    """Fault row 53: SIGSTOP, so that the kernel still acknowledges everything; TCP ends without the client's help."""
    counters = Counters(node)
    with protocol.connected(node.ws_url) as observer:
        observer.subscribe("room:frozen")
        observer.next_push("join")
        folder = Path(__file__).parent
        command = [sys.executable, "-c", CLIENT, str(folder), node.ws_url, "room:frozen"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout.readline() == "subscribed\n"
                client = observer.next_push("join")["join"]["info"]["client"]
                process.send_signal(signal.SIGSTOP)
                expect_one_leave(node, observer, "room:frozen", client)
                # The observer's connection, and that of the request for the metrics.
                eventually(lambda: observer.command("ping") == {} and node.metric("skein_connections") <= 2)
            finally:
                process.kill()
    counters.expect(1, "skein_disconnects_total", code="3012")


def test_clients_that_answer_stay(node):
    """Fault row 53: nobody who answers is declared gone."""
    counters = Counters(node)
    with protocol.connected(node.ws_url) as session:
        while session.pings < 4:
            session.command("ping")
        assert session.command("ping") == {}
    assert counters.moved("skein_disconnects_total", code="3012") == 0


def test_a_pong_that_nobody_asked_for_ends_the_session(node):
    """Fault row 53: an answer in advance does not keep a session alive: 3501."""
    with protocol.connected(node.ws_url) as session:
        session.send_lines({})
        assert session.until_disconnected().code == 3501
