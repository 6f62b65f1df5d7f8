"""`skein bench` against real nodes: every scenario runs shortly and reports what it was asked for."""

import json
import os
import signal
import subprocess

import pytest

from support.cluster import Cluster
from support.command_line import skein
from support.node import binary, environment
from support.redis import RedisServer

RULES = {"subscribe": "anyone", "publish": "anyone", "anonymous": True}
HISTORY = {"history_size": 1000, "history_ttl": "5m", "recovery": "on_request"}
CONFIG = {
    "client": {"anonymous": True, "history_limit": 1000},
    "channels": {"rules": RULES},
    "namespaces": {"kept": RULES | HISTORY},
}
SHORT = ["--duration", "500ms", "--warmup", "100ms", "--loops", "2"]
SECONDS = 60


@pytest.fixture(scope="module")
def node(module_node_factory):
    return module_node_factory(CONFIG)


@pytest.fixture
def redis(tmp_path):
    with RedisServer(tmp_path / "redis") as redis:
        yield redis


def bench(*arguments) -> dict:
    """The one scenario of the report; the command has to succeed."""
    done = skein("bench", *arguments, "--json", "-")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["schema"] == 1 and report["machine"]["cores"] >= 1
    (scenario,) = report["scenarios"]
    assert scenario["name"] == arguments[0] and scenario["name"] in done.stderr
    return scenario


def latency(scenario: dict, name: str) -> dict:
    (found,) = [each for each in scenario["latencies"] if each["name"] == name]
    order = [found[f"{part}_microseconds"] for part in ("p50", "p90", "p99", "p99_9", "max")]
    assert order == sorted(order) and order[0] > 0
    return found


def rate(scenario: dict, name: str) -> float:
    (found,) = [each["per_second"] for each in scenario["rates"] if each["name"] == name]
    return found


def assert_complete(scenario: dict, subscribers: int) -> None:
    """Everything that was published arrived everywhere, once and in order."""
    counts = scenario["counts"]
    assert counts["published"] > 0
    assert counts["expected"] == (counts["published"] - counts["refused"]) * subscribers == counts["delivered"]
    assert counts["lost"] == counts["duplicated"] == counts["reordered"] == 0
    assert latency(scenario, "delivery")["count"] == counts["delivered"]
    assert rate(scenario, "deliveries") > 0
    assert all(0 <= busy <= 1 for busy in scenario["client"]["loop_busy_fractions"])


@pytest.mark.parametrize("format", ["json", "protobuf"])
def test_fanout_delivers_everything(node, format):
    target = ["--url", node.ws_url, "--format", format, "--pid", str(node.pid)]
    scenario = bench("fanout", *target, *SHORT, "--connections", "51", "--in-flight", "3", "--payload", "300")
    assert_complete(scenario, 51)
    assert latency(scenario, "delivery")["corrected"] is False
    assert latency(scenario, "connect")["count"] == 51
    assert scenario["server"]["resident_after_bytes"] > 1 << 20
    assert 0.4 < scenario["seconds"] < 5
    assert sum(each["delivered_per_second"] for each in scenario["samples"]) > 0


def test_an_open_loop_keeps_its_rate_and_says_that_it_is_one(node):
    scenario = bench("fanout", "--url", node.ws_url, *SHORT, "--connections", "5", "--rate", "200")
    assert_complete(scenario, 5)
    assert 99 <= scenario["counts"]["published"] <= 101
    assert latency(scenario, "delivery")["corrected"] is True


def test_bursts_come_at_once(node):
    scenario = bench(
        "burst", "--url", node.ws_url, *SHORT, "--connections", "5", "--burst", "20", "--every", "100ms"
    )
    assert_complete(scenario, 5)
    assert scenario["counts"]["published"] == 100


def test_unicast_shares_channels_among_publishers(node):
    target = ["--url", node.ws_url, "--channel-prefix", "own-", "--connections", "30"]
    scenario = bench("unicast", *target, *SHORT, "--publishers", "4", "--in-flight", "7")
    assert_complete(scenario, 1)
    assert_complete(bench("unicast", *target, *SHORT, "--publishers", "3", "--rate", "300"), 1)


def test_idle_connections_cost_memory_and_no_deliveries(node):
    scenario = bench(
        "idle", "--url", node.ws_url, "--connections", "200", "--duration", "300ms", "--pid", str(node.pid)
    )
    assert scenario.get("counts") is None
    assert scenario["server"]["bytes_per_connection"] is not None
    assert scenario["server"]["resident_after_disconnect_bytes"] > 0
    assert rate(scenario, "connects") > 0


def test_a_storm_connects_twice(node):
    before = node.metric("skein_sessions")
    scenario = bench("storm", "--url", node.ws_url, "--connections", "150", "--handshakes", "16", "--loops", "2")
    assert latency(scenario, "connect")["count"] == latency(scenario, "reconnect")["count"] == 150
    assert rate(scenario, "connects") > 0 and rate(scenario, "reconnects") > 0
    assert node.metric("skein_sessions") <= before + 150


@pytest.mark.parametrize("format", ["json", "protobuf"])
def test_history_recovers_what_was_missed(node, format):
    target = ["--url", node.ws_url, "--channel-prefix", f"kept:{format}", "--format", format, "--loops", "2"]
    scenario = bench("history", *target, "--connections", "20", "--share", "0.5", "--messages", "130")
    counts = scenario["counts"]
    assert counts["published"] == 130 and counts["expected"] == counts["delivered"] == 130 * 20
    assert counts["lost"] == counts["duplicated"] == 0
    assert latency(scenario, "recovery")["count"] == 10
    assert not [each for each in scenario["warnings"] if "recoveries" in each]


def test_a_history_that_is_too_short_is_said(node_factory):
    node = node_factory(CONFIG | {"channels": {"rules": RULES | HISTORY | {"history_size": 10}}})
    scenario = bench("history", "--url", node.ws_url, "--connections", "4", "--share", "0.5", "--messages", "50")
    assert any("2 of 2 recoveries" in each for each in scenario["warnings"])
    assert scenario["counts"]["lost"] == 2 * 50


def test_a_hop_is_compared_with_redis(redis, tmp_path):
    with Cluster(redis, 2, tmp_path, CONFIG) as cluster:
        first, second = cluster.node(1), cluster.node(2)
        scenario = bench(
            "hop", "--url", first.ws_url, "--subscriber-url", second.ws_url, "--redis", redis.url, *SHORT
        )
        assert_complete(scenario, 1)
        raw = latency(scenario, "raw hop")
        assert abs(raw["count"] - scenario["counts"]["published"]) <= 1
        assert raw["p50_microseconds"] < latency(scenario, "delivery")["p50_microseconds"]


def test_processes_share_a_run(node):
    target = ["--url", node.ws_url, "--processes", "3", "--loops", "1"]
    short = ["--duration", "500ms", "--warmup", "100ms"]
    # All receive what the first one publishes.
    fanout = bench("fanout", *target, *short, "--connections", "31", "--rate", "100", "--pid", str(node.pid))
    assert_complete(fanout, 31)
    assert fanout["server"]["user_seconds"] >= 0
    own = ["--connections", "31", "--channel-prefix", "shared-"]
    assert_complete(bench("unicast", *target, *short, *own, "--in-flight", "4"), 1)
    storm = bench("storm", *target, "--connections", "31")
    assert latency(storm, "connect")["count"] == latency(storm, "reconnect")["count"] == 31


@pytest.mark.parametrize(
    "arguments",
    [
        ["fanout", "--in-flight", "1", "--rate", "2"],
        ["fanout", "--connections", "0"],
        ["fanout", "--payload", "10"],
        ["fanout", "--url", "http://127.0.0.1:1"],
        ["unicast", "--publishers", "5", "--in-flight", "4"],
        ["hop", "--redis", "nowhere", "--subscriber-url", "ws://h"],
        ["history", "--share", "1.5"],
        ["fanout", "--header", "no colon"],
        ["fanout", "--processes", "2", "--in-flight", "1"],
    ],
)
def test_options_that_make_no_sense_are_refused(arguments):
    done = skein("bench", *arguments)
    assert done.returncode == 64 and (arguments[1] in done.stderr or "ws://" in done.stderr), done.stderr


def test_a_refusal_of_the_server_says_what_to_change(node_factory):
    silent = {"client": {"anonymous": True}, "channels": {"rules": RULES | {"publish": "nobody"}}}
    node = node_factory(silent, dev=False)
    done = skein("bench", "fanout", "--url", node.ws_url, "--connections", "3", *SHORT)
    assert done.returncode == 1 and "103" in done.stderr and "channels.rules.publish" in done.stderr
    done = skein("bench", "history", "--url", node.ws_url, "--connections", "3")
    assert done.returncode == 1 and "history" in done.stderr
    done = skein("bench", "fanout", "--url", f"{node.http_url.replace('http', 'ws')}/nothing", "--connections", "3")
    assert done.returncode == 1 and "handshake" in done.stderr


def test_nobody_at_the_address_is_a_clear_error():
    done = skein("bench", "fanout", "--url", "ws://127.0.0.1:1/connection/websocket")
    assert done.returncode == 1 and "onnect" in done.stderr


def test_an_interrupted_run_still_reports(node, tmp_path):
    report = tmp_path / "report.json"
    command = [binary(), "bench", "fanout", "--url", node.ws_url, "--connections", "3", "--duration", "5m"]
    sessions = node.metric("skein_sessions")
    with subprocess.Popen([*command, "--json", report], stdout=subprocess.DEVNULL, env=environment()) as process:
        while node.metric("skein_sessions") < sessions + 4:
            assert process.poll() is None
        delivered = node.metric("skein_deliveries_total")
        while node.metric("skein_deliveries_total") < delivered + 5:
            assert process.poll() is None
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(SECONDS) == 0
    (scenario,) = json.loads(report.read_text())["scenarios"]
    assert any("interrupted" in each for each in scenario["warnings"])
    assert scenario["counts"]["lost"] == 0
