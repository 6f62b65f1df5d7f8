"""A process that has no descriptors left: it rests instead of spinning, keeps what it has, and comes back at once."""

import resource
import signal
import time

import pytest

from support import protocol, raw
from support.faults import Counters, cpu_seconds, eventually, open_descriptors
from support.node import Node, binary, http

CONNECTIONS = 80
LIMIT = 48
# What a node under that limit has left for connections.
FREE = 28
RESERVE = 32


@pytest.fixture
def starved_node(node_factory, monkeypatch, tmp_path) -> Node:
    """Started under `ulimit -n 48`."""
    wrapper = tmp_path / "skein"
    wrapper.write_text(f'#!/bin/sh\nulimit -n {LIMIT}\nexec "{binary()}" "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("SKEIN_BINARY", str(wrapper))
    return node_factory(dev=False)


def cpu_share(node: Node, seconds: float) -> float:
    """CPU time over wall time while this function does nothing but wait for the window to pass."""
    began, used = time.monotonic(), cpu_seconds(node)
    eventually(lambda: time.monotonic() - began >= seconds, seconds + 5)
    return (cpu_seconds(node) - used) / (time.monotonic() - began)


def close_all(connections: list[raw.RawConnection]) -> None:
    for connection in connections:
        connection.__exit__()


def expect_recovery(node: Node) -> None:
    """A new client within 1.5 s, and the admin listener."""
    began = time.monotonic()
    with protocol.connected(node.ws_url) if node.banner.urls.get("page") else raw.connected(node.ws_url):
        assert time.monotonic() - began <= 1.5
    assert http(f"{node.admin_url}/health").status == 200


def test_a_node_under_a_low_limit_refuses_politely(starved_node):
    """Fault row 23: 80 connections at 48 descriptors; some get 503, the node is idle and comes back."""
    node = starved_node
    counters = Counters(node)
    connections = [raw.RawConnection(node.ws_url) for _ in range(CONNECTIONS)]
    try:
        assert cpu_share(node, 3) < 0.05
        assert open_descriptors(node) <= LIMIT
    finally:
        close_all(connections)
    expect_recovery(node)
    assert counters.moved("skein_accept_errors_total") + counters.moved("skein_connections_refused_total") > 0


def test_connections_above_the_limit_get_503(node_factory):
    """Fault row 23: over client.connections a client is told when to come back; counted once each."""
    node = node_factory({"client": {"connections": 10}}, dev=False)
    counters = Counters(node)
    # A few more than the limit, for the connection that has just read the metrics may not have ended yet.
    connections = [raw.RawConnection(node.ws_url) for _ in range(14)]
    try:
        # Two loops accept, each from a queue of its own: a later connection can be in before an earlier one.
        eventually(lambda: counters.moved("skein_connections_refused_total") >= 4, 5)
        with raw.RawConnection(node.ws_url) as refused:
            response = refused.read_response()
            assert response.status == 503
            assert 1 <= int(response.headers["retry-after"]) <= 10
            assert refused.read_to_end() == b""
    finally:
        close_all(connections)
    eventually(lambda: http(f"{node.admin_url}/metrics").status == 200, 5)
    assert counters.moved("skein_connections_refused_total") >= 5


def test_running_out_of_descriptors_starves_nobody_who_is_in(node_factory):
    """Fault row 23: EMFILE at accept; under 5 % of a core, sessions live on, errors are counted, then all is well."""
    node = node_factory()
    with protocol.connected(node.ws_url) as session:
        counters = Counters(node)
        ceiling = open_descriptors(node) + FREE
        _, hard = resource.prlimit(node.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(node.pid, resource.RLIMIT_NOFILE, (ceiling, hard))
        connections = [raw.RawConnection(node.ws_url) for _ in range(CONNECTIONS)]
        try:
            eventually(lambda: open_descriptors(node) >= ceiling, 5, "no descriptor left")
            assert cpu_share(node, 3) < 0.05
            assert session.command("ping") == {}
            session.subscribe("starved")
            session.publish("starved", "alive")
            assert session.next_publication("starved")["data"] == "alive"
        finally:
            close_all(connections)
        expect_recovery(node)
        assert counters.moved("skein_accept_errors_total") > 0
        assert counters.moved("skein_accept_errors_total") < 100
        assert session.command("ping") == {}
    eventually(lambda: open_descriptors(node) < ceiling)


def test_a_limit_below_the_reserve_is_refused_at_the_start(node_factory, monkeypatch, tmp_path):
    """Fault row 23: more connections than descriptors, less the reserve, is a mistake of the configuration."""
    wrapper = tmp_path / "skein"
    wrapper.write_text(f'#!/bin/sh\nulimit -n 100\nexec "{binary()}" "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("SKEIN_BINARY", str(wrapper))
    node_factory({"client": {"connections": 100 - RESERVE}})
    node = node_factory({"client": {"connections": 100 - RESERVE + 1}}, ready=False)
    assert node.wait_exit() not in (0, -signal.SIGILL)
    assert "client.connections" in node.log() + "".join(node.output)


