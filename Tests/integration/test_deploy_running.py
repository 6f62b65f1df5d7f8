"""Nodes and HAProxy that are started as processes, with the files under deploy/, agree on who owns which client."""

import http.client
import json
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from support.cluster import free_ports
from support.deploy import DEPLOY, SECRETS, compose, ring
from support.haproxy_process import executable
from support.node import Node, http as request
from support.redis import RedisServer
from support.waiting import eventually

KEYS = 300


@pytest.fixture
def edge(node_factory, tmp_path) -> Iterator[tuple[int, list[Node]]]:
    """Redis, the three nodes and HAProxy, from the files; the port of HAProxy, and the nodes."""
    names = list(ring("compose"))
    *ports, edge_port = free_ports(len(names) + 1)
    local = {name: f"127.0.0.1:{port}" for name, port in zip(names, ports)}
    nodes = ",".join(f"{name}={ring('compose')[name][0]}@{local[name]}" for name in names)
    text = (DEPLOY / "haproxy/haproxy.cfg").read_text()
    for name in names:
        text = text.replace(f" {name}:8000 ", f" {local[name]} ")
    text = text.replace("bind :8000", f"bind 127.0.0.1:{edge_port}").replace("/run/haproxy/", f"{tmp_path}/")
    # Both ends of a connection are a descriptor of this machine, and of its limit.
    text = text.replace("maxconn 40000", "maxconn 500")
    text = text.replace("default-server resolvers names resolve-prefer ipv4 init-addr last,libc,none", "")
    file = tmp_path / "haproxy.cfg"
    file.write_text(text)
    with RedisServer(tmp_path / "redis") as redis:
        started = [
            node_factory(
                (DEPLOY / "skein.yaml").read_text(),
                dev=False,
                args=["--address", "127.0.0.1", "--port", str(port)]
                + [word for role in ("api", "admin") for key in ("address=127.0.0.1", "port=0")
                   for word in ("--set", f"listeners.{role}.{key}")]
                + ["--set", "client.connections=0", "--set", "shutdown.grace=1s", "--set", "drain.delay=0s"],
                env=SECRETS | {"SKEIN_NODE_NAME": name, "SKEIN_REDIS_URL": redis.url, "SKEIN_RING_NODES": nodes},
            )
            for name, port in zip(names, ports)
        ]
        with (tmp_path / "haproxy.log").open("wb") as log:
            balancer = subprocess.Popen([executable(), "-db", "-f", file], stdout=log, stderr=log)
        try:
            for node in started:
                eventually(lambda: is_whole(node.admin_url, names), "all nodes are on the ring of the registry")
            # A node that was not there yet at the first check comes back after two good ones.
            eventually(lambda: not disagreements(edge_port, started[0].admin_url, 50), "HAProxy uses all nodes")
            yield edge_port, started
        finally:
            balancer.terminate()
            balancer.wait(10)
            for node in started:
                node.stop()


def is_whole(admin_url: str, names: list[str]) -> bool:
    """Whether a node has heard from the registry that all of these take clients.

    Until it has heard anything its ring is that of the configuration, with the epoch 0.
    """
    view = request(f"{admin_url}/ring").json()
    return view["epoch"] > 0 and {node["name"] for node in view["nodes"] if node["weight"] > 0} == set(names)


def answer(port: int, path: str) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status, response.getheader("x-skein-node")
    except OSError:
        return 0, None
    finally:
        connection.close()


def disagreements(port: int, admin_url: str, count: int) -> list[str]:
    """The clients that HAProxy sends to another node than the ring says."""
    wrong = []
    for number in range(count):
        client = f"client-{number}"
        owner = json.loads(request(f"{admin_url}/ring/owner?client={client}").body)["owner"]
        if answer(port, f"/connection/websocket?cid={client}") != (426, owner["name"]):
            wrong.append(client)
    return wrong


def test_nodes_and_balancer_from_these_files_agree_on_every_client(edge):
    port, nodes = edge
    for node in nodes:
        assert disagreements(port, node.admin_url, KEYS // len(nodes)) == []
    for path in ("/ready", "/metrics", "/ring", "/api/info", "/dev/token", "/", "/connection/../metrics"):
        assert answer(port, path) == (404, None), path


def test_the_health_check_of_the_balancer_tells_whether_it_has_nodes(edge):
    port, nodes = edge
    command = [word.replace("$$", "$") for word in compose()["services"]["haproxy"]["healthcheck"]["test"][1:]]

    def is_healthy(checked: int) -> bool:
        words = [word.replace("/8000", f"/{checked}") for word in command]
        return subprocess.run(words, capture_output=True, timeout=5).returncode == 0

    assert is_healthy(port)
    # A listener that answers with another status, and none at all.
    api_port = urlsplit(nodes[0].api_url).port
    assert answer(api_port, "/health")[0] == 404
    assert not is_healthy(api_port)
    [free] = free_ports(1)
    assert not is_healthy(free)
