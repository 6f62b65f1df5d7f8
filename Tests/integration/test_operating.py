"""What an operator meets: listeners and their paths, health, metrics and logs."""

import json
import os
import re
import socket
from datetime import datetime
from pathlib import Path

import pytest

from support import exposition, protocol, raw, tokens
from support.node import http, merged
from support.waiting import eventually

API_KEY = "an-api-key-of-the-tests"
ROLES = ("client", "api", "admin")
PROMETHEUS = "text/plain; version=0.0.4"
LEVELS = {"trace", "debug", "info", "notice", "warning", "error", "critical"}

# What a listener with the role answers to a request for the path, on every other listener it is 404.
OF_ROLE = {
    ("GET", "/connection/websocket"): ("client", 426),
    ("POST", "/connection/websocket"): ("client", 426),
    ("POST", "/api/publish"): ("api", 401),
    ("POST", "/api/info"): ("api", 401),
    ("GET", "/live"): ("admin", 200),
    ("GET", "/ring"): ("admin", 200),
    ("GET", "/ring/owner?client=a"): ("admin", 200),
    ("GET", "/ready"): ("admin", 200),
    ("GET", "/metrics"): ("admin", 200),
    ("GET", "/metrics?name=skein"): ("admin", 200),
    ("HEAD", "/ready"): ("admin", 200),
    ("POST", "/metrics"): ("admin", 405),
}
# What nobody has in production, and spellings that must not lead to what somebody else has.
OF_NOBODY = [
    *["/", "/index.html", "/dev/token", "/test/echo", "/debug/pprof", "/admin", "/api", "/api/", "/favicon.ico"],
    *["/connection", "/connection/", "/connection/websocket/", "/connection/sse", "/connection/http_stream"],
    *["/emulation", "/metrics/", "//metrics", "/%6detrics", "/METRICS", "/./metrics", "/x/../metrics", "/health/x"],
    *["/ready;x", "/skein.yaml", "/../../etc/passwd", "/%2e%2e/etc/passwd", "/api/../metrics", "/.env"],
]


@pytest.fixture(scope="module")
def separate(module_node_factory):
    """A node as in production: three listeners, tokens and API keys."""
    config = {"tokens": tokens.keys(), "api": {"keys": [API_KEY], "failures": 1000}}
    return module_node_factory(config, dev=False)


def base_of(node, role: str) -> str:
    return {"client": node.http_url, "api": node.api_url.removesuffix("/api"), "admin": node.admin_url}[role]


def status_of(base: str, method: str, path: str, body: bytes | None = None) -> int:
    """One request with exactly this path; libraries would tidy it up."""
    with raw.RawConnection(base) as connection:
        host = base.removeprefix("http://")
        length = f"Content-Length: {len(body)}\r\n" if body is not None else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{length}\r\n"
        connection.send(head.encode() + (body or b""))
        return int(connection.read_until(b"\r\n").split(b" ")[1])


# Listeners


def test_every_role_has_a_listener_of_its_own(separate):
    assert len({base_of(separate, role) for role in ROLES}) == 3
    assert separate.banner.urls.keys() == set(ROLES)


@pytest.mark.parametrize("listener", ROLES)
@pytest.mark.parametrize(("method", "path"), OF_ROLE)
def test_a_path_is_on_the_listener_of_its_role_only(separate, listener, method, path):
    role, status = OF_ROLE[method, path]
    body = b"{}" if method == "POST" and role == "api" else None
    expected = status if role == listener else 404
    assert status_of(base_of(separate, listener), method, path, body) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_health_is_where_balancers_look_and_where_operators_do(separate, method):
    statuses = {role: status_of(base_of(separate, role), method, "/health") for role in ROLES}
    assert statuses == {"client": 200, "api": 404, "admin": 200}


@pytest.mark.parametrize("listener", ROLES)
def test_everything_else_is_nowhere(separate, listener):
    base = base_of(separate, listener)
    found = {path: status for path in OF_NOBODY if (status := status_of(base, "GET", path)) != 404}
    if listener == "api":
        # Below /api/ are methods; those that do not exist may also be told so after the key.
        found = {path: status for path, status in found.items() if not path.startswith("/api/")}
    assert found == {}


@pytest.mark.parametrize("listener", ROLES)
def test_a_request_with_a_body_for_what_is_not_there_is_404_too(separate, listener):
    assert status_of(base_of(separate, listener), "POST", "/nothing/here", b'{"a":1}') == 404


@pytest.mark.parametrize("role", ["api", "admin"])
def test_websocket_upgrades_are_for_clients_only(separate, role):
    url = base_of(separate, role).replace("http:", "ws:") + "/connection/websocket"
    with raw.RawConnection(url) as connection:
        connection.send(connection.handshake_request())
        assert connection.read_response().status == 404


def test_in_development_all_roles_share_one_listener(dev_node):
    bases = {base_of(dev_node, role) for role in ROLES}
    assert bases == {dev_node.http_url} and dev_node.banner.urls["page"] == dev_node.http_url + "/"
    assert http(dev_node.http_url + "/").status == 200
    assert http(dev_node.http_url + "/health").status == 200
    assert status_of(dev_node.http_url, "GET", "/connection/websocket") == 426
    assert dev_node.api("info")["result"]["nodes"][0]["name"] == dev_node.name
    assert http(dev_node.http_url + "/test/echo").status == 404, "the echo has to be asked for"
    assert http(dev_node.http_url + "/nothing").status == 404


def test_roles_with_the_same_address_and_port_share_a_listener(node_factory):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    shared = {"address": "127.0.0.1", "port": port}
    node = node_factory({"tokens": tokens.keys(), "listeners": {"api": shared, "admin": shared}}, dev=False)
    assert base_of(node, "api") == base_of(node, "admin") == f"http://127.0.0.1:{port}"
    assert http(node.admin_url + "/health").status == 200
    assert status_of(node.admin_url, "POST", "/api/info", b"{}") == 401
    # Where the balancer sends clients it has to look.
    assert http(node.http_url + "/health").status == 200
    assert http(node.http_url + "/metrics").status == 404


def test_a_port_that_is_taken_is_named_and_nothing_starts(node_factory):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for role in ROLES:
            node = node_factory(
                {"tokens": tokens.keys(), "listeners": {role: {"address": "127.0.0.1", "port": port}}},
                dev=False,
                ready=False,
            )
            assert node.wait_exit() == 1
            assert node.output == []
            assert f"127.0.0.1:{port}" in node.log() and "in use" in node.log(), node.log()


def test_guessing_api_keys_is_slowed_down(node_factory):
    node = node_factory({"tokens": tokens.keys(), "api": {"keys": [API_KEY], "failures": 5}}, dev=False)

    def status(key: str) -> int:
        return http(node.api_url + "/info", "POST", b"{}", {"X-API-Key": key}).status

    assert status(API_KEY) == 200
    guesses = [status(f"{API_KEY[:-3]}{n:03}") for n in range(40)]
    assert guesses[0] == 401 and guesses.count(429) > 20 and set(guesses) == {401, 429}
    eventually(lambda: status(API_KEY) == 200, "the limit is one per second, not for ever")


# Health and metrics


def test_health_and_readiness(separate):
    for path, text in (("/health", "ok\n"), ("/ready", "ready\n")):
        answer = http(separate.admin_url + path)
        assert (answer.status, answer.text()) == (200, text)
        assert http(separate.admin_url + path, "POST", b"").status == 405


def test_metrics_are_in_the_format_of_prometheus(separate):
    answer = http(separate.admin_url + "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(PROMETHEUS)
    text = answer.text()
    assert text.endswith("\n")
    samples = exposition.parse(text)
    types = dict(re.findall(r"^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$", text, re.MULTILINE))
    assert len(types) == len(re.findall(r"^# TYPE ", text, re.MULTILINE))
    assert types.keys() == set(re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE))
    for sample in samples:
        name = sample.split("{")[0]
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        assert name in types or types.get(family) == "histogram", name
    assert samples["skein_ready"] == 1
    assert samples["process_open_fds"] > 0


def test_gauges_follow_the_sessions_and_return(separate):
    before = separate.metrics()
    channel = "room"
    with protocol.connected(separate.ws_url, tokens.connection("ada")) as session:
        session.subscribe(channel, token=tokens.subscription("ada", channel))
        now = separate.metrics()
        for name in ("skein_sessions", "skein_subscriptions", "skein_channels", "skein_users"):
            assert now[name] == before.get(name, 0) + 1, name
        assert now["skein_commands_total"] >= before.get("skein_commands_total", 0) + 2
    for name in ("skein_sessions", "skein_subscriptions", "skein_channels", "skein_connections"):
        eventually(lambda name=name: separate.metric(name) <= before.get(name, 0), f"{name} is as before")


def test_every_refusal_is_counted_once(separate):
    before = separate.metrics()
    with protocol.Session(separate.ws_url) as session:
        session.start("connect", token="nonsense")
        assert session.until_disconnected().code == 3500
    with protocol.connected(separate.ws_url, tokens.connection("ada")) as session:
        session.reply(session.start("subscribe", channel="unknown:room"))
    key = exposition.key
    for name, code in (("skein_disconnects_total", "3500"), ("skein_command_errors_total", "102")):
        sample = key(name, {"code": code})
        assert separate.metrics()[sample] == before.get(sample, 0) + 1


# Logs


def log_of_a_life(node_factory, *arguments: str, **config) -> list[str]:
    """The log of a node that somebody connects to, and that is then stopped."""
    node = node_factory(merged({"tokens": tokens.keys()}, config), args=list(arguments))
    with protocol.connected(node.ws_url, tokens.connection("ada")):
        node.stop()
    return node.log().splitlines()


def test_text_lines_have_time_level_label_and_message(node_factory):
    lines = log_of_a_life(node_factory)
    assert lines
    for line in lines:
        time, level, rest = line.split(" ", 2)
        assert datetime.fromisoformat(time.replace("Z", "+00:00")) and level in LEVELS and rest.startswith("skein")
    assert any("stopping" in line for line in lines)


def test_json_lines_are_objects(node_factory):
    lines = [json.loads(line) for line in log_of_a_life(node_factory, "--log-format", "json", "--log-level", "trace")]
    assert any(line["level"] in ("debug", "trace") for line in lines)
    assert any(line["message"] == "stopping" for line in lines)
    for line in lines:
        assert line.keys() <= {"time", "level", "label", "message", "metadata"}
        assert datetime.fromisoformat(line["time"].replace("Z", "+00:00")) and line["level"] in LEVELS


def test_less_severe_lines_are_left_out(node_factory):
    assert log_of_a_life(node_factory, log={"level": "error"}) == []


def test_nothing_that_a_client_sends_as_a_secret_is_logged_or_counted(node_factory):
    canary = "CANARY-0815"
    node = node_factory({"tokens": tokens.keys(), "log": {"level": "trace"}})
    url = protocol.with_query(node.ws_url, f"token={canary}&x={canary}%0a")
    headers = {"Authorization": f"Bearer {canary}", "Cookie": f"session={canary}", "User-Agent": canary}
    with protocol.Session(url, headers) as session:
        session.connect(tokens.connection(canary, info={"x": canary}), name=canary, data={"x": canary})
        session.subscribe("chat:room", data={"x": canary})
        session.publish("chat:room", {"x": canary})
        session.reply(session.start("subscribe", channel=f"{canary}:\x1b[2J\n{canary}"))
        session.reply(session.start("rpc", method=canary, data={"x": canary}))
        session.send_lines({"send": {"data": canary}})
        session.send_lines({"id": 77, "connect": {"token": canary}})
        assert session.until_disconnected().code == 3501
    with protocol.Session(node.ws_url) as session:
        session.start("connect", token=canary)
        session.until_disconnected()
    with raw.RawConnection(node.ws_url) as connection:
        connection.send(connection.handshake_request({"Origin": f"https://{canary}.example"}))
        connection.read_response()
    http(f"{node.http_url}/{canary}?api_key={canary}", "POST", canary.encode(), {"X-API-Key": canary})
    metrics = http(node.admin_url + "/metrics").text()
    node.stop()
    assert canary not in metrics
    assert canary not in node.log()


def loops(node) -> int:
    """Threads that are event loops."""
    names = [task.joinpath("comm").read_text().strip() for task in Path(f"/proc/{node.pid}/task").iterdir()]
    return len([name for name in names if name.startswith("NIO-ELT-")])


def test_a_node_has_a_loop_for_each_core_that_it_may_use(node_factory):
    """As with `taskset`, or a container that is bound to cores."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        node = node_factory()
    finally:
        os.sched_setaffinity(0, allowed)
    assert loops(node) == 1
    assert loops(node_factory({"node": {"loops": 3}})) == 3
