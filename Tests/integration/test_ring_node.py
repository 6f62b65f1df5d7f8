"""What one node does for the ring: says who owns whom, knows its clients again, drains, asks for patience."""

import base64
import contextlib
import hashlib
import hmac
import signal
import socket
import time

import pytest

from support import protocol
from support.chaos import CONFIG
from support.cluster import Cluster, free_ports
from support.command_line import skein
from support.haproxy import owners
from support.node import http, merged
from support.protocol import with_query
from support.redis import RedisServer
from support.waiting import eventually

SHUTDOWN, RESTART = 3001, 1012
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
CLIENTS = 40
RATE = 20


@pytest.fixture
def redis(tmp_path):
    with RedisServer(tmp_path / "redis") as redis:
        yield redis


def handshake(
    node, path: str = "/connection/websocket", prefix: bytes = b"", **headers: str
) -> tuple[int, dict[str, str]]:
    """The status and the headers of an upgrade; the connection ends at once. Status 0 when nothing comes back."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{node.port}"]
    lines += [f"{name}: {value}" for name, value in (UPGRADE | headers).items()]
    with socket.create_connection(("127.0.0.1", node.port), 5) as connection:
        connection.sendall(prefix + "\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            try:
                data = connection.recv(4096)
            except ConnectionResetError:
                data = b""
            if not data:
                return 0, {}
            answer += data
    status, *fields = answer.split(b"\r\n\r\n")[0].decode().split("\r\n")
    return int(status.split()[1]), {
        name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)
    }


def owner(node, client: str) -> dict:
    return http(f"{node.admin_url}/ring/owner?client={client}").json()


# Who owns whom


def test_a_node_that_stands_alone_owns_everybody(node_factory):
    node = node_factory({"node": {"name": "alone"}})
    ring = http(f"{node.admin_url}/ring").json()
    assert [(each["name"], each["share"]) for each in ring["nodes"]] == [("alone", 1)]
    assert owner(node, "a")["owner"]["name"] == "alone" and owner(node, "a")["is_self"]
    assert http(f"{node.admin_url}/ring/owner").status == 400


def test_configured_nodes_share_the_clients_as_the_command_says(node_factory, tmp_path):
    nodes = ["n1=1@127.0.0.1:1", "n2=2@127.0.0.1:2 weight=50", "n3=3@127.0.0.1:3 zone=b"]
    node = node_factory({"node": {"name": "n2"}, "ring": {"nodes": nodes}})
    shares = {each["name"]: each["share"] for each in http(f"{node.admin_url}/ring").json()["nodes"]}
    assert 0.1 < shares["n2"] < 0.3 and sum(shares.values()) == pytest.approx(1, abs=1e-5)
    for client in ("a", "b", "c", "d"):
        said = skein("ring", "owner", "--from-configuration", "--set", f"ring.nodes={','.join(nodes)}", "--client", client)
        assert owner(node, client)["owner"]["name"] in said.stdout, said
        assert len(owner(node, client)["preference"]) == 3


def test_with_a_secret_the_owner_is_that_of_the_keyed_id(node_factory):
    secret = bytes(range(32))
    nodes = {"nodes": [f"n{id}={id}@127.0.0.1:{id}" for id in range(1, 6)]}
    keyed = node_factory({"node": {"name": "n1"}, "ring": nodes | {"secret": base64.b64encode(secret).decode()}})
    plain = node_factory({"node": {"name": "n1"}, "ring": nodes})
    names = [owner(keyed, f"client-{n}")["owner"]["name"] for n in range(50)]
    assert names != [owner(plain, f"client-{n}")["owner"]["name"] for n in range(50)]
    servers = [{"name": f"n{id}", "id": id, "address": f"127.0.0.1:{id}"} for id in range(1, 6)]
    keys = [hmac.new(secret, f"client-{n}".encode(), hashlib.sha256).digest() for n in range(50)]
    assert names == owners(servers, keys)


@pytest.mark.parametrize("nodes", [["n1"], ["n1=1@a:1", "n2=1@b:1"], ["n1=1@a:1", "n1=2@b:1"]])
def test_nodes_that_make_no_ring_are_refused_at_the_start(nodes):
    done = skein("config", "check", "--set", f"ring.nodes={','.join(nodes)}")
    assert done.returncode == 78 and "ring.nodes" in done.stderr


def test_the_id_of_the_configuration_is_that_of_the_registry_or_the_node_says_whose_it_is(redis, tmp_path):
    ports = free_ports(2)
    config = CONFIG | {"ring": {"nodes": [f"n2=1@127.0.0.1:{ports[1]}"]}}
    with Cluster(redis, 1, tmp_path / "first") as first:
        assert http(f"{first.node(1).admin_url}/ring").json()["nodes"][0]["id"] == 1
        with contextlib.ExitStack() as stack:
            second = Cluster(redis, 2, tmp_path / "second", config)
            node = second.start(2, wait=False)
            stack.callback(node.kill)
            eventually(lambda: "TAKEN the id 1 belongs to n1" in node.log(), "the node says whose the id is")
            assert not second.is_ready(2)


# Knowing clients again


def test_every_answer_to_a_handshake_names_the_node(node_factory):
    node = node_factory({"node": {"name": "here"}})
    assert handshake(node)[1]["x-skein-node"] == "here"
    plain = http(f"{node.http_url}/connection/websocket")
    assert (plain.status, plain.headers["x-skein-node"]) == (426, "here")


def test_in_a_cluster_a_client_without_an_id_gets_one_that_the_node_owns(redis, tmp_path):
    with Cluster(redis, 3, tmp_path) as cluster:
        node = cluster.node(2)
        eventually(lambda: len(http(f"{node.admin_url}/ring").json()["nodes"]) == 3, "the node knows the others")
        eventually(lambda: all(each["weight"] for each in http(f"{node.admin_url}/ring").json()["nodes"]), "all serve")
        for _ in range(20):
            status, headers = handshake(node)
            name, _, rest = headers["set-cookie"].partition("=")
            assert (status, name) == (101, "skein_cid") and "HttpOnly" in rest
            assert owner(node, rest.partition(";")[0])["owner"]["name"] == "n2"
        assert "set-cookie" not in handshake(node, Cookie="skein_cid=mine")[1]
        assert "set-cookie" not in handshake(node, "/connection/websocket?cid=mine")[1]
        assert "set-cookie" not in handshake(node, "/connection/websocket/mine")[1]


def test_the_cookie_is_for_encrypted_connections_where_the_client_has_one_and_may_be_left_out(redis, tmp_path):
    with Cluster(redis, 1, tmp_path) as cluster:
        assert "Secure" not in handshake(cluster.node(1))[1]["set-cookie"]
        assert "; Secure" in handshake(cluster.node(1), **{"X-Forwarded-Proto": "https"})[1]["set-cookie"]
        without = cluster.restart(1)
        without.config_file.write_text(without.config_file.read_text() + "ring: {cookie: false}\n")
        without.signal(signal.SIGHUP)
        eventually(lambda: "set-cookie" not in handshake(without)[1], "the cookie is left out")


def test_a_node_that_stands_alone_hands_out_no_ids(node_factory):
    assert "set-cookie" not in handshake(node_factory())[1]


def test_clients_that_another_node_owns_are_counted(redis, tmp_path):
    with Cluster(redis, 2, tmp_path) as cluster:
        node = cluster.node(1)
        eventually(lambda: len(http(f"{node.admin_url}/ring").json()["nodes"]) == 2, "the node knows the other")
        eventually(lambda: all(each["weight"] for each in http(f"{node.admin_url}/ring").json()["nodes"]), "both serve")
        wrong = next(f"c{n}" for n in range(100) if owner(node, f"c{n}")["owner"]["name"] == "n2")
        with protocol.connected(with_query(node.ws_url, f"cid={wrong}")):
            assert node.metric("skein_ring_misplaced_clients") == 1
            assert node.metric("skein_ring_handshakes_total", owner="other") == 1
        eventually(lambda: node.metric("skein_ring_misplaced_clients") == 0, "it is gone")


def ring_of(node) -> dict[str, tuple[int, str | None]]:
    return {each["name"]: (each["weight"], each.get("zone")) for each in http(f"{node.admin_url}/ring").json()["nodes"]}


def has_heard(node, *names: str) -> bool:
    """Whether the registry has told the node that just these serve; before that it takes itself for alone."""
    ring = http(f"{node.admin_url}/ring").json()
    return ring["epoch"] > 0 and {each["name"]: each["weight"] for each in ring["nodes"]} == dict.fromkeys(names, 100)


def test_a_reload_changes_the_weight_for_all_and_the_zone_is_told(redis, tmp_path):
    with Cluster(redis, 2, tmp_path, {"node": {"zone": "here"}}) as cluster:
        both = {"n1": (100, "here"), "n2": (100, "here")}
        eventually(lambda: ring_of(cluster.node(2)) == both, "the ring is whole")
        node = cluster.node(1)
        node.config_file.write_text(node.config_file.read_text().replace("name: n1", "name: n1\n  weight: 30"))
        node.signal(signal.SIGHUP)
        eventually(lambda: ring_of(cluster.node(2))["n1"] == (30, "here"), "the other node knows the new weight")


def test_a_change_is_heard_long_before_the_next_sign_of_life(redis, tmp_path):
    slow = {"cluster": {"heartbeat": "40s", "lease": "120s"}}
    with Cluster(redis, 1, tmp_path / "first", slow) as first:
        node = first.node(1)
        eventually(lambda: has_heard(node, "n1"), "the node knows itself")
        second = Cluster(redis, 2, tmp_path / "second", slow)
        other = second.start(2)
        # A fifth of a heartbeat at most, so that not all nodes ask at once.
        eventually(lambda: has_heard(node, "n1", "n2"), "the newcomer is known", 20)
        other.stop()


@pytest.mark.parametrize("rebalance", ["lazy", "off"])
def test_clients_of_a_newcomer_stay_where_they_are_unless_told(redis, tmp_path, rebalance):
    config = CONFIG | {"ring": {"rebalance": rebalance, "settle": "0s"}}
    with Cluster(redis, 2, tmp_path, config) as cluster, contextlib.ExitStack() as stack:
        cluster.stop(2)
        node = cluster.node(1)
        eventually(lambda: has_heard(node, "n1"), "the node is alone")
        urls = [with_query(node.ws_url, f"cid=c{n}") for n in range(20)]
        sessions = [stack.enter_context(protocol.connected(url)) for url in urls]
        cluster.start(2)
        eventually(lambda: has_heard(node, "n1", "n2"), "the newcomer is known")
        wrong = sum(owner(node, f"c{n}")["owner"]["name"] == "n2" for n in range(20))
        assert 0 < wrong < 20
        eventually(lambda: node.metric("skein_ring_misplaced_clients") == (wrong if rebalance == "lazy" else 0), "counted")
        # When the node has seen the next change, it has done all that it does about this one.
        cluster.stop(2)
        eventually(lambda: has_heard(node, "n1"), "the newcomer is gone")
        assert node.metric("skein_ring_moved_total") == 0 and node.metric("skein_sessions") == len(sessions)


# Patience


def test_handshakes_above_the_rate_are_told_when_to_come_back(node_factory):
    node = node_factory({"node": {"loops": 1}, "client": {"handshake_rate": 1, "handshake_burst": 3}})
    answers = [handshake(node) for _ in range(10)]
    refused = [headers for status, headers in answers if status == 503]
    assert len(refused) >= 5
    assert all(1 <= int(headers["retry-after"]) <= 31 for headers in refused)
    assert node.metric("skein_handshake_rejected_total", reason="rate") == len(refused)
    # What is no handshake is no client.
    assert all(http(f"{node.http_url}/connection/websocket").status == 426 for _ in range(5))
    assert http(f"{node.admin_url}/health").status == 200


# Draining


def drained(redis, folder, **changes) -> Cluster:
    ring = {"drain": {"delay": "0s", "rate": RATE}, "shutdown": {"grace": "5s"}}
    return Cluster(redis, 2, folder, merged(merged(CONFIG, ring), changes))


def test_a_drain_tells_clients_at_its_rate_and_the_others_take_over(redis, tmp_path):
    with drained(redis, tmp_path) as cluster, contextlib.ExitStack() as stack:
        going, staying = cluster.node(1), cluster.node(2)
        sessions = [stack.enter_context(protocol.connected(going.ws_url)) for _ in range(CLIENTS)]
        began = time.monotonic()
        assert cluster.api(2, "drain", {"node": "n1"}) == {"result": {}}
        eventually(lambda: http(f"{going.http_url}/health").status == 404, "health is red")
        assert http(f"{going.admin_url}/ready").status == 503
        eventually(lambda: handshake(going)[0] == 503, "no new clients")
        eventually(lambda: owner(staying, "x")["preference"] == ["n2"], "the other node owns everybody")
        assert going.metric("skein_drain_phase") == 2
        codes = [session.until_disconnected().code for session in sessions]
        assert codes == [SHUTDOWN] * CLIENTS
        # Not at once, and no slower than the rate and the looks of the timer make it.
        assert time.monotonic() - began > 0.5 * CLIENTS / RATE
        assert going.wait_exit() == 0
        assert {each["name"] for each in cluster.api(2, "info")["result"]["nodes"]} == {"n2"}


def test_the_command_drains_a_node_and_watches(redis, tmp_path):
    with drained(redis, tmp_path) as cluster, contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(protocol.connected(cluster.node(1).ws_url)) for _ in range(5)]
        done = skein("drain", "n1", "--watch", "--api", cluster.node(2).api_url)
        assert done.returncode == 0, done.stderr
        assert "n1 is draining" in done.stdout and "n1 is gone" in done.stdout
        assert {session.until_disconnected().code for session in sessions} == {SHUTDOWN}
        assert cluster.node(1).wait_exit() == 0
        wrong = skein("drain", "nobody", "--api", cluster.node(2).api_url)
        assert wrong.returncode == 1 and "no node that is alive is called nobody" in wrong.stderr


def test_a_second_signal_ends_a_drain_at_once(redis, tmp_path):
    with drained(redis, tmp_path, drain={"rate": 1}) as cluster, contextlib.ExitStack() as stack:
        node = cluster.node(1)
        sessions = [stack.enter_context(protocol.connected(node.ws_url)) for _ in range(20)]
        node.signal(signal.SIGTERM)
        eventually(lambda: "telling clients to reconnect" in node.log(), "it drains")
        node.signal(signal.SIGTERM)
        assert {session.until_disconnected().code for session in sessions} == {SHUTDOWN}
        assert node.wait_exit() == 0


def test_who_has_not_connected_yet_is_told_in_the_end(redis, tmp_path):
    with drained(redis, tmp_path) as cluster:
        node = cluster.node(1)
        with protocol.Session(node.ws_url) as silent:
            node.signal(signal.SIGTERM)
            assert silent.connection.read_frame().close_code == RESTART
        assert node.wait_exit() == 0


def test_a_node_waits_for_balancers_that_look_and_only_for_those(redis, tmp_path):
    cluster = drained(redis, tmp_path, drain={"delay": "10m"})
    unseen = cluster.start(1, wait=False)
    eventually(lambda: "ready: listening" in unseen.log(), "it has joined")
    unseen.signal(signal.SIGTERM)
    assert unseen.wait_exit() == 0
    seen = cluster.start(1)
    assert http(f"{seen.http_url}/health").status == 200
    seen.signal(signal.SIGTERM)
    eventually(lambda: "waiting until load balancers have seen it" in seen.log(), "it waits")
    assert handshake(seen)[0] == 101
    seen.signal(signal.SIGTERM)
    assert seen.wait_exit() == 0


# Balancers


def ask_agent(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        return connection.makefile().read()


def test_the_agent_port_says_the_state(redis, tmp_path):
    (port,) = free_ports(1)
    with Cluster(redis, 1, tmp_path, CONFIG | {"listeners": {"agent": {"port": port}}, "drain": {"delay": "10m"}}) as cluster:
        assert ask_agent(port) == "up ready 100%\n"
        cluster.node(1).signal(signal.SIGTERM)
        eventually(lambda: ask_agent(port) == "drain\n", "it drains")
        cluster.node(1).signal(signal.SIGTERM)
        assert cluster.node(1).wait_exit() == 0


V1 = b"PROXY TCP4 192.0.2.7 192.0.2.8 1234 80\r\n"


def test_a_listener_that_demands_the_proxy_header_takes_it_from_those_it_trusts(node_factory):
    proxied = {"proxy_protocol": True}
    trusted = {"listeners": {"client": proxied, "trusted_proxies": ["127.0.0.0/8"], "api": {"port": 0}, "admin": {"port": 0}}}
    node = node_factory(trusted)
    assert handshake(node, prefix=V1)[0] == 101
    assert handshake(node)[0] == 0
    assert handshake(node, prefix=b"PROXY TCP4 192.0.2.7\r\n")[0] == 0
    assert node.metric("skein_proxy_rejected_total", reason="untrusted") == 0
    stranger = node_factory(merged(trusted, {"listeners": {"trusted_proxies": ["192.0.2.1"]}}))
    assert handshake(stranger, prefix=V1)[0] == 0
    assert stranger.metric("skein_proxy_rejected_total", reason="untrusted") == 1


def test_a_proxy_header_that_nobody_may_send_is_refused_at_the_start():
    done = skein("config", "check", "--set", "listeners.client.proxy_protocol=true")
    assert done.returncode == 78 and "listeners.trusted_proxies" in done.stderr
    done = skein("config", "check", "--set", "listeners.trusted_proxies=10.0.0.1/8")
    assert done.returncode == 78 and "10.0.0.0/8" in done.stderr


def test_the_health_command_asks_the_node(node_factory):
    node = node_factory()
    assert skein("health", "--url", f"{node.http_url}/health").returncode == 0
    assert skein("health", "--url", f"{node.admin_url}/live").stdout == "alive\n"
    assert skein("health", "--url", f"{node.http_url}/nothing").returncode == 1
    node.stop()
    assert skein("health", "--url", f"{node.http_url}/health").returncode == 1
