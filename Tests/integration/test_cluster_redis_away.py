"""Nodes without Redis: they live, say that they are not ready and why, and are whole again by themselves."""

import subprocess
import time
from pathlib import Path

import pytest

from support import protocol
from support.chaos import CONFIG
from support.cluster import free_ports
from support.node import Node, http, merged
from support.protocol import Session
from support.redis import RedisServer
from support.waiting import eventually

COMMAND_SECONDS = 4
# How much later than promised something may come: the machine has other things to do.
MARGIN_SECONDS = 5
PASSWORD = "a-password-that-logs-must-not-have"

# All that a node needs. Commands inside of functions count as well.
PERMISSIONS = (
    *("~skein:*", "&skein:*", "-@all"),
    *("+auth", "+select", "+client|setname", "+role", "+info", "+function|load"),
    *("+fcall", "+publish", "+subscribe", "+unsubscribe"),
    *("+time", "+get", "+set", "+del", "+unlink", "+pexpire"),
    *("+hget", "+hmget", "+hset", "+hsetnx", "+hdel", "+hlen", "+hexists", "+hincrby", "+hscan", "+hrandfield"),
    *("+xadd", "+xtrim", "+xrange", "+xrevrange"),
    *("+zadd", "+zrem", "+zscore", "+zcount", "+zrangebyscore"),
)


def config(url: str, **redis) -> dict:
    cluster = {"heartbeat": "1s", "lease": "4s"}
    return merged(CONFIG, {"engine": "redis", "redis": {"url": url} | redis, "cluster": cluster})


def status(node: Node, path: str) -> int:
    return http(f"{node.admin_url}{path}").status


def wait_ready(node: Node) -> None:
    eventually(lambda: status(node, "/ready") == 200, "the node is ready", 20)


def assert_works(node: Node, channel: str) -> None:
    """Everything that needs Redis."""
    with protocol.connected(node.ws_url) as session:
        deep, present = f"deep:{channel}", f"present:{channel}"
        subscribed = session.subscribe(deep)
        session.subscribe(present)
        session.publish(deep, "x")
        assert session.next_publication(deep)["data"] == "x"
        since = {"offset": subscribed.get("offset", 0), "epoch": subscribed["epoch"]}
        for order in ({"since": since}, {"reverse": True}):
            (publication,) = session.history(deep, limit=10, **order)["publications"]
            assert publication["data"] == "x"
        assert len(session.presence(present)) == 1
        assert node.api("presence_stats", {"channel": present})["result"]["num_clients"] == 1
        assert node.api("history_remove", {"channel": deep}) == {"result": {}}
        keyed = {"channel": f"live:{channel}", "data": 1, "idempotency_key": channel}
        assert node.api("publish", keyed)["result"] == {}
        assert node.api("channels", {"pattern": deep})["result"]["channels"] == {deep: {"num_clients": 1}}
        session.unsubscribe(present)
        assert node.api("presence", {"channel": present})["result"]["presence"] == {}


def assert_refuses(session: Session, node: Node, subscribed: str | None = None) -> None:
    """Every command is answered with a temporary error in time, and all of them at once."""
    began = time.monotonic()
    commands = [("subscribe", {"channel": "live:new"}), ("subscribe", {"channel": "deep:new"})]
    if subscribed:
        commands += [(method, {"channel": subscribed}) for method in ("history", "presence", "presence_stats")]
        commands += [("publish", {"channel": subscribed, "data": 1})]
    numbers = [session.start(method, **fields) for method, fields in commands]
    replies = [session.reply(number) for number in numbers]
    assert [reply.get("error", {}).get("code") for reply in replies] == [100] * len(replies), replies
    assert all(reply["error"]["temporary"] for reply in replies)
    assert time.monotonic() - began < COMMAND_SECONDS + MARGIN_SECONDS
    for method, fields in (
        ("publish", {"channel": "deep:new", "data": 1}),
        ("publish", {"channel": "live:new", "data": 1}),
        ("history", {"channel": "deep:new", "limit": 1}),
        ("presence", {"channel": "present:new"}),
        ("presence_stats", {"channel": "present:new"}),
        ("channels", {}),
        ("info", {}),
    ):
        began = time.monotonic()
        answer = node.api(method, fields)
        assert answer.get("error", {}).get("code") == 100, (method, answer)
        assert time.monotonic() - began < COMMAND_SECONDS + MARGIN_SECONDS, method


# Away and back


def test_nodes_can_be_started_before_redis(node_factory, tmp_path, channel):
    (port,) = free_ports(1)
    node = node_factory(config(f"redis://127.0.0.1:{port}"))
    eventually(lambda: "cannot connect to Redis" in node.log(), "a line in the log")
    assert (status(node, "/health"), status(node, "/health?require=engine"), status(node, "/ready")) == (200, 503, 503)
    with protocol.connected(node.ws_url) as session:
        assert_refuses(session, node)
        with RedisServer(tmp_path / "redis", port=port):
            wait_ready(node)
            assert status(node, "/health?require=engine") == 200
            assert session.subscribe(f"deep:{channel}-new")["epoch"]
            assert_works(node, channel)
            node.stop()


@pytest.mark.parametrize("way", ["frozen", "killed"])
def test_connections_outlive_redis_and_commands_get_an_error_in_time(node_factory, tmp_path, way):
    both = {"namespaces": {"both": CONFIG["namespaces"]["deep"] | CONFIG["namespaces"]["present"]}}
    with RedisServer(tmp_path / "redis") as redis:
        node = node_factory(merged(config(redis.url), both))
        wait_ready(node)
        with protocol.connected(node.ws_url) as session:
            name = f"both:{way}"
            session.subscribe(name)
            redis.pause() if way == "frozen" else redis.kill()
            assert_refuses(session, node, name)
            eventually(lambda: status(node, "/ready") == 503, "the node is not ready")
            assert (status(node, "/health"), status(node, "/health?require=engine")) == (200, 503)
            redis.resume() if way == "frozen" else redis.start()
            # Green comes last: from then on nothing fails, at the first attempt.
            wait_ready(node)
            assert_works(node, way)
            if way == "killed":
                assert session.next_push("unsubscribe", name)["unsubscribe"]["code"] == 2500
                session.subscribe(name)
            node.api("publish", {"channel": name, "data": "back"})
            # A frozen Redis may do later what nobody waited for.
            while session.next_publication(name)["data"] != "back":
                assert way == "frozen"
        node.stop()


# Redis that is there and cannot be used


def test_a_replica_is_refused_with_what_to_do(node_factory, tmp_path):
    with (
        RedisServer(tmp_path / "master") as master,
        RedisServer(tmp_path / "replica", "--replicaof", f"127.0.0.1 {master.port}") as replica,
    ):
        node = node_factory(config(replica.url))
        eventually(lambda: "give the address of the master" in node.log(), "a line in the log")
        assert (status(node, "/ready"), status(node, "/health")) == (503, 200)
        replica.command("REPLICAOF", "NO", "ONE")
        wait_ready(node)
        node.stop()


@pytest.mark.parametrize("credentials", [f":{PASSWORD}@", f"nobody:{PASSWORD}@", "", f"weak:{PASSWORD}@"])
def test_wrong_credentials_are_told_without_the_password(node_factory, tmp_path, credentials):
    with RedisServer(tmp_path / "redis") as redis:
        redis.command("ACL", "SETUSER", "weak", "on", f">{PASSWORD}", "~*", "&*", "+@all", "-fcall", "-function")
        redis.command("CONFIG", "SET", "requirepass", "another-password")
        node = node_factory(config(f"redis://{credentials}127.0.0.1:{redis.port}"))
        line = eventually(
            lambda: next((line for line in node.log().splitlines() if "cannot connect to Redis" in line), None),
            "a line in the log",
        )
        assert "check user and password of redis.url, and the user's permissions" in line
        assert status(node, "/ready") == 503
        assert PASSWORD not in node.log() and "another-password" not in node.log()
        node.stop()


def test_a_user_with_what_is_documented_is_enough(node_factory, tmp_path, channel):
    with RedisServer(tmp_path / "redis") as redis:
        redis.command("ACL", "SETUSER", "skein", "reset", "on", f">{PASSWORD}", *PERMISSIONS)
        redis.command("ACL", "SETUSER", "default", "-fcall")
        nodes = [
            node_factory(merged(config(f"redis://skein:{PASSWORD}@127.0.0.1:{redis.port}/0"), {"node": {"name": name}}))
            for name in ("acl-1", "acl-2")
        ]
        for node in nodes:
            wait_ready(node)
            assert_works(node, channel + node.name)
        # The members of a node that is killed are removed by the other one.
        with protocol.connected(nodes[0].ws_url) as session:
            session.subscribe(f"present:{channel}")
            nodes[0].kill()
            eventually(
                lambda: nodes[1].api("presence", {"channel": f"present:{channel}"})["result"]["presence"] == {},
                "the member is removed",
                20,
            )
        nodes[1].stop()
        assert redis.command("ACL", "LOG") == []
        used = {name.removeprefix("cmdstat_") for name in redis.info("commandstats")}
        unused = {word[1:] for word in PERMISSIONS if word.startswith("+")} - used
        # For another database than 0, and for a history whose size has become larger.
        assert unused == {"select", "xrevrange", "xtrim"}


# Other ways to Redis


def test_a_socket_and_a_database(node_factory, tmp_path_factory, tmp_path, channel):
    path = tmp_path_factory.mktemp("s") / "redis.sock"
    with RedisServer(tmp_path / "redis", "--unixsocket", str(path)) as redis:
        node = node_factory(config(f"unix://{path}"))
        wait_ready(node)
        assert_works(node, channel)
        node.stop()
        assert "db0" in redis.info("keyspace")
        redis.command("FLUSHALL")
        node = node_factory(config(f"{redis.url}/3"))
        wait_ready(node)
        assert_works(node, channel)
        assert redis.info("keyspace").keys() == {"db3"}
        node.stop()


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_authority(folder: Path, name: str) -> Path:
    """A certificate that can sign others; its key is beside it."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", key, "-out", certificate, "-subj", f"/CN={name}", "-days", "2")
    return certificate


def make_server_certificate(folder: Path, authority: Path) -> tuple[Path, Path]:
    """A certificate for the loopback address, and its key."""
    key, request, certificate = folder / "redis.key", folder / "redis.csr", folder / "redis.pem"
    names = folder / "names"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-new", *curve, "-keyout", key, "-out", request, "-subj", "/CN=redis")
    signer = ("-CA", authority, "-CAkey", authority.with_suffix(".key"), "-CAcreateserial")
    openssl("x509", "-req", "-in", request, *signer, "-out", certificate, "-days", "2", "-extfile", names)
    return certificate, key


def test_tls_with_an_authority_of_ones_own(node_factory, tmp_path, channel):
    authority, stranger = make_authority(tmp_path, "authority"), make_authority(tmp_path, "stranger")
    certificate, key = make_server_certificate(tmp_path, authority)
    (port,) = free_ports(1)
    options = ("--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key))
    with RedisServer(tmp_path / "redis", *options, "--tls-ca-cert-file", str(authority), "--tls-auth-clients", "no"):
        for host in ("127.0.0.1", "localhost"):
            node = node_factory(config(f"rediss://{host}:{port}", ca_file=str(authority)))
            wait_ready(node)
            assert_works(node, f"{channel}-{host}")
            node.stop()
        for trusted in (str(stranger), ""):
            node = node_factory(config(f"rediss://127.0.0.1:{port}", ca_file=trusted))
            line = eventually(
                lambda: next((line for line in node.log().splitlines() if "cannot connect to Redis" in line), None),
                "a line in the log",
            )
            assert "CERTIFICATE_VERIFY_FAILED" in line
            assert status(node, "/ready") == 503
            node.stop()
