"""`skein ring` and a real HAProxy: the configuration it takes, and the changes that it follows without a reload."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import haproxy
from support.command_line import skein
from support.node import binary
from support.ring_balancer import Agent, FakeNode, RingBalancer
from support.waiting import eventually

pytestmark = pytest.mark.skipif(haproxy.executable() is None, reason="HAProxy is not installed")

KEYS = [f"client-{number}" for number in range(498)] + ["ü/ö %&+", "a@b.example~_-"]


@pytest.fixture
def nodes() -> Iterator[dict[str, FakeNode]]:
    """n1 to n4; whether n4 is among the nodes is up to the test."""
    nodes = {f"n{number}": FakeNode(f"n{number}", number) for number in range(1, 5)}
    yield nodes
    for node in nodes.values():
        node.stop()


@pytest.fixture
def balancer_factory(tmp_path) -> Iterator:
    started: list[RingBalancer] = []

    def start(entries: list[dict], *options: str | Path) -> RingBalancer:
        started.append(RingBalancer(tmp_path / f"balancer-{len(started)}", entries, *options))
        return started[-1]

    yield start
    for balancer in started:
        balancer.stop()


def three(nodes: dict[str, FakeNode]) -> list[dict]:
    return [nodes[name].entry for name in ("n1", "n2", "n3")]


def assert_agreement(balancer: RingBalancer, *arguments: str | Path) -> list[str]:
    choices = balancer.choices(KEYS)
    assert choices == balancer.owners(KEYS, *arguments)
    return choices


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-keyout", folder / "key", "-out", folder / "certificate"],
        check=True, capture_output=True,
    )  # fmt: skip
    file = folder / "edge.pem"
    file.write_bytes((folder / "certificate").read_bytes() + (folder / "key").read_bytes())
    return file


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--certificate", "CERTIFICATE", "--bind", "127.0.0.1:8443", "--bind", "[::1]:8443"],
        ["--slot-map", "MAP"],
        ["--slot-map", "MAP", "--profile", "rendezvous"],
        ["--agent-port", "9100"],
        ["--agent-port-offset", "1000"],
        ["--send-proxy-v2"],
        ["--secret-file", "SECRET"],
        ["--secret-file", "SECRET", "--slot-map", "MAP"],
        ["--profile", "haproxy(wt6,id)"],
        ["--server-max-connections", "900", "--ping-interval", "500ms", "--check-interval", "1500ms"],
        ["--certificate", "CERTIFICATE", "--slot-map", "MAP", "--agent-port", "9100", "--send-proxy-v2",
         "--secret-file", "SECRET", "--backend", "other", "--public-path", "/connection/", "--public-path", "/x"],
    ],
    ids=lambda options: " ".join(options) or "default",
)  # fmt: skip
def test_haproxy_takes_every_variant_without_a_warning(options, certificate, tmp_path):
    nodes_file, slots, secret = tmp_path / "nodes.json", tmp_path / "slots.map", tmp_path / "secret"
    entries = [
        {"name": "n1", "id": 1, "address": "127.0.0.1:8000"},
        {"name": "n-2.example", "id": 17, "address": "[::1]:8000", "weight": 0, "zone": "a"},
        {"name": "n3", "id": 3, "address": "localhost:8001", "weight": 256},
    ]
    nodes_file.write_text(json.dumps(entries))
    secret.write_bytes(bytes(range(1, 33)))
    places = {"CERTIFICATE": certificate, "MAP": slots, "SECRET": secret}
    arguments = ["ring", "haproxy", "--nodes", nodes_file, *(places.get(option, option) for option in options)]
    printed = skein(*arguments, "--print-slot-map")
    slots.write_text(printed.stdout)
    answer = skein(*arguments)
    assert answer.returncode == 0, answer.stderr
    config = tmp_path / "haproxy.cfg"
    config.write_text(answer.stdout)
    check = subprocess.run([haproxy.executable(), "-c", "-f", config], capture_output=True, text=True)
    assert check.returncode == 0, check.stderr
    assert "WARNING" not in check.stdout + check.stderr


def test_sync_follows_additions_weights_drains_and_removals_without_a_reload(nodes, balancer_factory):
    balancer = balancer_factory(three(nodes))
    process = balancer.process_id()
    before = assert_agreement(balancer)
    assert balancer.sync() == []

    plan = json.loads(balancer.ring("plan", "--json", "--add", f"n4=4@{nodes['n4'].entry['address']}"))
    entries = [node.entry for node in nodes.values()]
    balancer.set_nodes(entries)
    assert balancer.sync() == [f"add n4 id 4 at {nodes['n4'].entry['address']} with weight 100"]
    after = assert_agreement(balancer)
    moved = [new for old, new in zip(before, after) if old != new]
    assert set(moved) == {"n4"}
    # 500 keys: four standard errors.
    assert abs(len(moved) / len(KEYS) - plan["movedShare"]) < 0.08
    assert plan["needlessShare"] == 0

    balancer.set_nodes([entries[0] | {"weight": 40}, *entries[1:]])
    assert balancer.sync() == ["set the weight of n1 to 40"]
    assert_agreement(balancer)

    balancer.set_nodes([entries[0], entries[1] | {"weight": 0}, *entries[2:]])
    assert balancer.sync() == ["set the weight of n1 to 100", "drain n2"]
    assert "n2" not in assert_agreement(balancer)

    # One server of the file, and one that was added: HAProxy 2.6 deletes both.
    balancer.set_nodes([entries[0], entries[2]])
    eventually(lambda: (balancer.sync(), set(balancer.servers()) == {"n1", "n3"})[1], "n2 and n4 are deleted")
    assert set(assert_agreement(balancer)) == {"n1", "n3"}

    balancer.set_nodes(entries)
    balancer.sync()
    assert assert_agreement(balancer) == after
    assert balancer.sync() == []
    assert balancer.process_id() == process


def test_a_websocket_outlives_the_removal_of_its_node_which_waits_for_it(nodes, balancer_factory):
    balancer = balancer_factory(three(nodes))
    connection, node = balancer.websocket("client-1")
    balancer.set_nodes([entry for entry in three(nodes) if entry["name"] != node])
    lines = balancer.sync()
    assert f"drain {node}" in lines
    assert any(f"{node} is drained and is deleted once" in line for line in lines)
    assert node not in assert_agreement(balancer)
    connection.sendall(b"still there")
    assert connection.recv(100) == b"still there"
    assert node in balancer.servers()
    connection.close()
    eventually(lambda: (balancer.sync(), node not in balancer.servers())[1], f"{node} is deleted")


def test_a_server_with_the_wrong_id_is_replaced(nodes, balancer_factory):
    wrong = three(nodes)
    wrong[0] = wrong[0] | {"id": 90}
    balancer = balancer_factory(wrong)
    balancer.set_nodes(three(nodes))
    assert balancer.choices(KEYS) != balancer.owners(KEYS)
    eventually(lambda: not balancer.sync(), "in step")
    assert balancer.servers()["n1"] == (1, 100)
    assert_agreement(balancer)


def test_a_moved_node_keeps_its_clients(nodes, balancer_factory):
    balancer = balancer_factory(three(nodes))
    before = balancer.choices(KEYS)
    moved = three(nodes)
    moved[0] = moved[0] | {"address": nodes["n4"].entry["address"]}
    balancer.set_nodes(moved)
    balancer.sync()
    assert balancer.choices(KEYS) == ["n4" if name == "n1" else name for name in before]


def test_a_node_that_answers_404_to_the_health_check_gets_no_new_clients(nodes, balancer_factory):
    balancer = balancer_factory(three(nodes))
    nodes["n2"].drain()
    eventually(lambda: "n2" not in balancer.choices(KEYS[:50]), "n2 is drained")
    balancer.set_nodes([entry | {"weight": 0 if entry["name"] == "n2" else 100} for entry in three(nodes)])
    assert_agreement(balancer)


def test_no_nodes_at_all_leave_haproxy_as_it_is(nodes, balancer_factory):
    balancer = balancer_factory(three(nodes))
    balancer.set_nodes([])
    assert balancer.sync() == ["waiting: there are no nodes: HAProxy keeps the servers it has"]
    assert len(balancer.servers()) == 3


def test_the_slot_map_is_swapped_and_may_follow_any_profile(nodes, balancer_factory, tmp_path):
    slots = tmp_path / "slots.map"
    slots.touch()
    options = ["--slot-map", slots, "--profile", "rendezvous"]
    balancer = balancer_factory(three(nodes), *options)
    owner = ["--slots", "--profile", "rendezvous"]
    assert balancer.sync(*options) == ["swap the slot map: 4096 slots changed"]
    before = assert_agreement(balancer, *owner)
    balancer.set_nodes([node.entry for node in nodes.values()])
    lines = balancer.sync(*options)
    assert len(lines) == 2 and lines[1].startswith("swap the slot map: ")
    after = assert_agreement(balancer, *owner)
    assert {new for old, new in zip(before, after) if old != new} == {"n4"}
    assert balancer.sync(*options) == []
    assert "rendezvous in slots." in balancer.ring("verify", "--through", balancer.url, *owner)


def test_verify_tells_the_profile_that_the_balancer_follows(nodes, balancer_factory, tmp_path):
    balancer = balancer_factory(three(nodes))
    assert "chooses as configured: haproxy(crc32,avalanche,id)." in balancer.ring("verify", "--through", balancer.url)
    other = balancer_factory(three(nodes), "--profile", "haproxy(sdbm,avalanche,id)")
    text = other.ring("verify", "--through", other.url, status=1)
    assert "chooses by haproxy(sdbm,avalanche,id), not by haproxy(crc32,avalanche,id)" in text
    secret = tmp_path / "secret"
    secret.write_bytes(b"a secret of some length")
    keyed = balancer_factory(three(nodes), "--secret-file", secret)
    assert "avalanche,id) with secret." in keyed.ring("verify", "--through", keyed.url, "--secret-file", secret)
    assert_agreement(keyed, "--secret-file", secret)
    text = balancer.ring("verify", "--through", balancer.url, "--secret-file", secret, status=1)
    assert "chooses by haproxy(crc32,avalanche,id), not by haproxy(crc32,avalanche,id) with secret" in text
    nobody = balancer.ring("verify", "--through", "http://127.0.0.1:1", status=1)
    assert "127.0.0.1:1" in nobody


def test_one_id_from_whatever_carries_it_and_only_the_balancer_says_which(nodes, balancer_factory):
    balancer = balancer_factory(three(nodes))
    payload = base64.urlsafe_b64encode(json.dumps({"sub": "from-token"}).encode()).decode().rstrip("=")
    token = {"authorization": f"Bearer eyJhbGciOiJIUzI1NiJ9.{payload}.c2ln"}
    header, cookie = {"x-client-id": "from-header"}, {"cookie": "a=b; skein_cid=from-cookie"}
    path = "/connection/websocket"
    cases = [
        (f"{path}?cid=from%2Dquery", header | cookie | token, "from-query"),
        (path, header | cookie | token, "from-header"),
        (f"{path}/from-path?cid=", cookie | token, "from-cookie"),
        (f"{path}/from-path", token, "from-path"),
        (path, token, "from-token"),
    ]
    for target, headers, expected in cases:
        forged = {"x-skein-cid": "forged", "x-forwarded-for": "192.0.2.1", "x-skein-server": "forged"}
        status, seen = balancer.get(target, headers | forged)
        assert (status, seen["x-skein-cid"]) == (426, expected)
        assert seen["node"] == seen["x-skein-server"] == balancer.owners([expected])[0]
        assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "http")
    _, seen = balancer.get(path, {"x-skein-cid": "forged"})
    assert "x-skein-cid" not in seen
    evil = base64.urlsafe_b64encode(b'{"sub":"a\\r\\nx-evil: 1"}').decode().rstrip("=")
    for text in ("a%0d%0ax-evil:%201", "a%00b", "%7f", "a%20"):
        assert balancer.get(f"{path}?cid={text}")[0] == 400, text
    status, seen = balancer.get(path, {"authorization": f"Bearer e30.{evil}.c2ln"})
    assert status == 400 or "x-evil" not in seen


def test_only_the_paths_of_clients_are_public(nodes, balancer_factory):
    balancer = balancer_factory(three(nodes))
    for path in ("/", "/api/info", "/metrics", "/connectio", "/connection/../api/info"):
        assert balancer.get(path)[0] == 404, path
    assert balancer.get("/health")[0] == 200
    for node in nodes.values():
        node.drain()
    eventually(lambda: balancer.get("/health")[0] == 503, "nobody takes clients")


def test_sync_runs_until_it_is_told_to_stop_and_survives_haproxy(nodes, balancer_factory, tmp_path):
    balancer = balancer_factory(three(nodes))
    log = tmp_path / "sync.log"
    command = [binary(), "ring", "sync", "--nodes", balancer.nodes_file, "--socket", f"unix:{balancer.admin}"]
    with log.open("wb") as output:
        process = subprocess.Popen([*command, "--interval", "50ms", "--check-interval", "100ms"], stderr=output)
    try:
        balancer.set_nodes([node.entry for node in nodes.values()])
        eventually(lambda: "n4" in balancer.servers(), "n4 is added")
        balancer.stop()
        eventually(lambda: "is HAProxy running" in log.read_text(), "the loss is told")
        balancer.nodes_file.write_text("[")
        eventually(lambda: "the last ones count" in log.read_text(), "the lost nodes are told")
        balancer.start()
        # Nodes that cannot be read do not keep HAProxy from getting those that were there last.
        eventually(lambda: "n4" in balancer.servers(), "n4 is added again")
        balancer.set_nodes(three(nodes))
        eventually(lambda: "n4" not in balancer.servers(), "n4 is deleted")
        eventually(lambda: "in step again" in log.read_text(), "the return is told")
        assert log.read_text().count("is HAProxy running") <= 2
    finally:
        process.terminate()
        status = process.wait(10)
    assert status == 0, log.read_text()


def test_plan_and_diff_say_the_same_and_errors_say_what_to_do(nodes, tmp_path):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(three(nodes)))
    new.write_text(json.dumps([node.entry for node in nodes.values()]))
    plan = skein("ring", "plan", "--nodes", old, "--add", f"n4=4@{nodes['n4'].entry['address']}")
    assert skein("ring", "diff", old, new).stdout == plan.stdout
    for arguments, status, part in [
        (["plan", "--nodes", old], 64, "--add, --remove or --weight"),
        (["plan", "--nodes", old, "--remove", "n9"], 1, "no node of this name; there are n1, n2, n3"),
        (["haproxy", "--nodes", old, "--profile", "nginx"], 1, "--slot-map"),
        (["haproxy", "--nodes", old, "--profile", "haproxy(crc32,avalanche,addr)"], 1, "HAProxy 3.0 and later"),
        (["owner", "--nodes", tmp_path / "none", "--client", "a"], 1, "none: cannot be read"),
        (["owner", "--nodes", old], 64, "--client or --keys"),
        (["sync", "--nodes", old, "--once", "--socket", f"unix:{tmp_path}/none"], 1, "is HAProxy running"),
        (["sync", "--nodes", old, "--once", "--socket", "nowhere"], 64, "unix:/path"),
        (["verify", "--nodes", old, "--through", "balancer"], 1, "http://host:port"),
    ]:
        answer = skein("ring", *arguments)
        assert (answer.returncode, part in answer.stderr) == (status, True), answer.stderr


@pytest.mark.parametrize("port", ["1", "AGENT"], ids=["without an agent", "with an agent"])
def test_an_added_server_takes_clients_at_once_and_obeys_its_agent(port, nodes, balancer_factory):
    with Agent("up ready 100%") as agent:
        options = ["--agent-port", port.replace("AGENT", str(agent.port))]
        balancer = balancer_factory(three(nodes), *options)
        balancer.set_nodes([node.entry for node in nodes.values()])
        balancer.sync(*options)
        assert_agreement(balancer)
        if port == "AGENT":
            agent.answer = "drain"
            eventually(lambda: None in balancer.choices(KEYS[:5]), "the agents' drain is obeyed")
            # What the agent says is not undone.
            assert all("which is left alone" in line for line in balancer.sync(*options))
            agent.answer = "up ready 100%"
            eventually(lambda: None not in balancer.choices(KEYS[:5]), "the agents are up")
            eventually(lambda: not balancer.sync(*options), "in step")
            assert_agreement(balancer)
