"""`Benchmarks/Compare`: figures, ratios, budgets and the page from made-up runs, and one short run of the floor."""

import json
import os
import signal
import subprocess
import sys

import pytest

from support.node import REPOSITORY
from support.waiting import eventually

COMPARE = REPOSITORY / "Benchmarks" / "Compare"
sys.path.insert(0, str(COMPARE))

from harness import figures, report, thresholds  # noqa: E402
from harness.definition import load_servers  # noqa: E402
from harness.scenarios import SCENARIOS  # noqa: E402

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
FANOUT = BY_NAME["fanout"]


def run(server, number, scenario="fanout", variant="", **values):
    return {"scenario": scenario, "server": server, "variant": variant, "round": number, "report": values}


def fanout(floor, skein):
    """Runs of one round for each pair of costs."""
    runs = []
    for number, (least, own) in enumerate(zip(floor, skein, strict=True), 1):
        runs += [run("floor", number, cpu_us_per_delivery=least), run("skein-json", number, cpu_us_per_delivery=own)]
    return runs


def results(runs):
    facts = {"version": "1", "missing": "", "source": "here", "note": "", "skips": {}}
    absent = {**facts, "name": "centrifugo-json", "title": "Centrifugo, JSON", "missing": "no centrifugo on PATH"}
    return {
        "date": "2026-01-01", "command": "compare.py a|b", "runs": runs,
        "machine": {"processor": "a | b", "cores": 2, "kernel": "6", "memory_gib": 1, "load_at_start": 0.1},
        "settings": {"rounds": 5, "seconds": 5, "warm_up": 1, "server_core": "0", "client_core": "1"},
        "servers": [{**facts, "name": "floor", "title": "floor"},
                    {**facts, "name": "skein-json", "title": "Skein, JSON"}, absent],
    }  # fmt: skip


def test_a_spread_has_median_least_and_greatest():
    assert figures.spread([3.0, 1.0, None, 10.0]) == figures.Spread(3.0, 1.0, 10.0, 3)
    assert figures.spread([1.0, 4.0]).median == 2.5
    assert figures.spread([None]) is None


def test_a_ratio_is_taken_round_by_round():
    # The second round met a machine of half the speed. The ratio of the medians would be 6 / 4 = 1.5.
    found = figures.row(fanout([4, 8, 3], [6, 10, 3.6]), FANOUT, "skein-json")
    assert found.ratio == figures.Spread(1.25, 1.2, 1.5, 3)
    assert found.columns["cpu"] == figures.Spread(6, 3.6, 10, 3)


def test_rounds_without_both_sides_have_no_ratio():
    runs = fanout([4, 4], [6, 8])
    runs = [entry for entry in runs if (entry["server"], entry["round"]) != ("floor", 2)]
    runs.append({"scenario": "fanout", "server": "skein-json", "variant": "", "round": 3, "error": "it fell over"})
    found = figures.row(runs, FANOUT, "skein-json")
    assert found.ratio == figures.Spread(1.5, 1.5, 1.5, 1)
    assert found.columns["cpu"].count == 2
    assert found.errors == ["it fell over"]


def test_a_cost_of_nothing_gives_no_ratio():
    assert figures.row(fanout([0], [6]), FANOUT, "skein-json").ratio is None


def test_storm_compares_handshakes_of_a_core_with_the_cheaper_server_above_one():
    costs = {"uwebsockets": 30, "skein-json": 60}
    runs = [run(server, 1, "storm", cpu_us_per_handshake=cost) for server, cost in costs.items()]
    assert figures.row(runs, BY_NAME["storm"], "skein-json").ratio.median == 0.5


def test_loops_are_compared_by_their_busiest_thread():
    # Two loops deliver no more than one because the client takes the second core, but the busiest works half as long.
    one = run("skein-json", 1, "loops", "loops=1", deliveries=1000, server_busiest_thread_seconds=1)
    two = run("skein-json", 1, "loops", "loops=2", deliveries=1000, server_busiest_thread_seconds=0.5)
    assert figures.row([one, two], BY_NAME["loops"], "skein-json").ratio.median == 2
    assert figures.row([one], BY_NAME["loops"], "skein-json").ratio is None


def test_a_stalled_reader_is_compared_with_the_same_round_without_it():
    def ratio(reading, stalled):
        runs = [run("nats", 1, "stalled", "reading", latency_p99_us=100, deliveries_per_second=reading)]
        runs += [run("nats", 1, "stalled", "stalled", latency_p99_us=130, deliveries_per_second=stalled)]
        return figures.row(runs, BY_NAME["stalled"], "nats").ratio

    assert ratio(1_000_000, 998_000).median == 1.3
    assert ratio(1_000_000, 900_000) is None, "the rate was not reached"
    assert ratio(900_000, 998_000) is None, "the rate was not reached"


def budget(**limit):
    return [{"scenario": "fanout", "servers": ["skein-json"], "figure": "ratio", **limit}]


@pytest.mark.parametrize("cost, limit, met", [
    (4.2, {"at_most": 1.05}, True), (4.3, {"at_most": 1.05}, False),
    (4.2, {"at_least": 1.05}, True), (4.1, {"at_least": 1.05}, False),
])  # fmt: skip
def test_budgets_are_met_and_missed(cost, limit, met):
    (verdict,) = thresholds.check(fanout([4], [cost]), budget(**limit))
    assert verdict.is_met is met
    assert ("MISSED" in thresholds.lines([verdict])[0]) is not met


def test_a_budget_is_not_met_by_what_was_not_measured_and_not_asked_of_what_took_no_part():
    alone = [entry for entry in fanout([4], [4]) if entry["server"] != "floor"]
    (verdict,) = thresholds.check(alone, budget(at_most=1.05))
    assert verdict.seen is None and not verdict.is_met
    assert thresholds.check([run("floor", 1, cpu_us_per_delivery=4)], budget(at_most=1.05)) == []


def test_the_budgets_name_scenarios_servers_and_figures_that_exist():
    servers = {server.name for server in load_servers()}
    for entry in thresholds.read_budgets():
        scenario = BY_NAME[entry["scenario"]]
        assert set(entry["servers"]) <= servers
        assert entry["figure"] == "ratio" or entry["figure"] in {column.key for column in scenario.columns}
        assert ("at_most" in entry) != ("at_least" in entry)


def test_the_page_has_every_figure_and_says_what_is_absent():
    text = report.page(results(fanout([4, 4], [4.2, 5])), budget(at_most=1.05))
    assert "| Skein, JSON | 4.60 (4.20–5.00) | — | — | — | — | 1.15 (1.05–1.25) |" in text
    assert "| fanout | Skein, JSON | ratio | at most 1.05 | 1.15 (1.05–1.25) | **missed** |" in text
    assert "| Centrifugo, JSON: not there | — | — | — | — | — | — |" in text
    assert "| Centrifugo, JSON | **not measured**: no centrifugo on PATH | here |" in text
    assert "a \\| b" in text and "Read with care" not in text
    assert "## Unicast" not in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("|")) <= 140


def test_definitions_have_names_of_their_own_and_say_where_they_come_from():
    servers = load_servers()
    assert len({server.name for server in servers}) == len(servers)
    assert servers[0].name == "floor"
    for server in servers:
        assert server.title and server.source
        assert set(server.skips) <= set(BY_NAME)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the programs are built, once for all tests."""
    return tmp_path_factory.mktemp("compare")


def compare(folder, *words):
    """Starts a comparison of the floor alone; the client's core is the server's where there is only one."""
    cores = ["--server-core", "0", "--client-core", str(max(os.sched_getaffinity(0)))]
    command = [sys.executable, COMPARE / "compare.py", "--build-folder", folder, "--page", folder / "page.md"]
    command += ["--only", "floor", "--scenario", "fanout", *cores, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_floor_is_measured_against_itself(folder):
    process = compare(folder, "--quick", "--json", folder / "runs.json")
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    (only,) = json.loads((folder / "runs.json").read_text())["runs"]
    assert only["report"]["missing"] == 0 and only["report"]["deliveries"] > 1000
    assert only["report"]["cpu_us_per_delivery"] > 0
    assert "| floor | own code |" in (folder / "page.md").read_text()


def test_an_interrupted_run_leaves_no_process(folder):
    process = compare(folder, "--seconds", "60")
    floor, load = folder / "bin" / "floor", folder / "bin" / "load"
    try:
        eventually(lambda: programs(floor) and programs(load), "server and client run", 60)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 130
    eventually(lambda: not programs(floor) and not programs(load), "server and client are gone")


def programs(path):
    """Ids of the processes that run a program."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.readlink(f"/proc/{entry}/exe") == str(path):
                found.append(int(entry))
        except OSError:
            continue
    return found
