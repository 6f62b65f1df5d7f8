#!/usr/bin/env python3
"""Compares Skein with a bare epoll loop and with other pub/sub servers on this machine.

Each round runs every chosen scenario against every chosen server, each in a fresh process on a core of its own, with
the load client on another. docs/how-to/benchmark.md says how to read the result and how a server is added.
"""

import argparse
import json
import shlex
import signal
import sys
from datetime import datetime, timezone
from pathlib import Path

from harness import machine, report, thresholds
from harness.definition import Server, load_servers
from harness.runner import Runner, Settings
from harness.scenarios import SCENARIOS, Scenario
from harness.tools import COMPARE, Tools

REPOSITORY = COMPARE.parent.parent
PAGE = REPOSITORY / "docs" / "reference" / "comparison.md"
BUILD = REPOSITORY / ".build" / "compare"


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = "a comma-separated list of names"
    parser.add_argument("--only", metavar="SERVER,…", help=f"these servers, {names}")
    parser.add_argument("--scenario", metavar="NAME,…", help=f"these scenarios, {names}")
    parser.add_argument("--rounds", type=int, help="rounds (5)")
    parser.add_argument("--seconds", type=float, help="measured time of a run (5)")
    parser.add_argument("--quick", action="store_true", help="one round of one second: shows that everything works")
    parser.add_argument("--install", action="store_true", help="fetch missing servers into the build folder (apt, pip)")
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget of thresholds.json is missed")
    parser.add_argument("--json", metavar="FILE", help="write every single run")
    parser.add_argument("--from", metavar="FILE", dest="source", help="measure nothing, take the runs of such a file")
    parser.add_argument("--page", metavar="FILE", type=Path, default=PAGE, help="the page to write, - to print it")
    parser.add_argument("--build-folder", metavar="FOLDER", type=Path, default=BUILD, help="for programs and servers")
    parser.add_argument("--server-core", default="0", help="core of the server (0)")
    parser.add_argument("--client-core", default="1", help="core of the load client (1)")
    parser.add_argument("--list", action="store_true", help="print the names of servers and scenarios")
    return parser.parse_args(words, argparse.Namespace(words=words))


def settings(options: argparse.Namespace) -> Settings:
    rounds = options.rounds or (1 if options.quick else 5)
    seconds = options.seconds or (1.0 if options.quick else 5.0)
    if rounds < 1 or seconds <= 0:
        sys.exit("compare: --rounds and --seconds are above 0")
    warm_up = min(1.0, seconds / 2)
    return Settings(rounds, seconds, warm_up, options.server_core, options.client_core)


def chosen(names: str | None, available: list, what: str) -> list:
    """Those that are named, in their own order; an unknown name ends the program."""
    wanted = {name.strip() for name in names.split(",")} if names else {entry.name for entry in available}
    if unknown := sorted(wanted - {entry.name for entry in available}):
        sys.exit(f"compare: no such {what}: {', '.join(unknown)}; there are {', '.join(e.name for e in available)}")
    return [entry for entry in available if entry.name in wanted]


def install(servers: list[Server], tools: Tools) -> None:
    for server in servers:
        if not server.missing(tools) or not (server.debian or server.pypi):
            continue
        say(f"installing {server.title} into {tools.folder}")
        try:
            tools.install_debian(server.debian)
            if server.pypi:
                tools.install_python(server.pypi)
        except (RuntimeError, OSError) as error:
            say(f"  {error}")


def describe(server: Server, tools: Tools) -> dict:
    missing = server.missing(tools)
    version = "" if missing else server.version(tools)
    return {"name": server.name, "title": server.title, "version": version, "missing": missing,
            "source": server.source, "note": server.note, "skips": server.skips}  # fmt: skip


def measure(options: argparse.Namespace, scenarios: list[Scenario], servers: list[Server]) -> dict:
    tools = Tools(options.build_folder)
    if options.install:
        install(servers, tools)
    tools.load()
    described = [describe(server, tools) for server in servers]
    for server in described:
        if server["missing"]:
            say(f"skipped: {server['title']}: {server['missing']}")
    used = settings(options)
    able = [server for server, facts in zip(servers, described, strict=True) if not facts["missing"]]
    results = {
        "schema": 1,
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "command": shlex.join(["Benchmarks/Compare/compare.py", *command_without_files(options.words)]),
        "machine": machine.describe_machine(),
        "settings": dict(vars(used)),
        "servers": described,
    }
    results["runs"] = Runner(tools, used, say).run(scenarios, able)
    return results


def command_without_files(words: list[str]) -> list[str]:
    """The options that decide what is measured: a path of this machine says nothing to a reader."""
    left = iter(words)
    kept = []
    for word in left:
        if word in ("--json", "--page", "--build-folder"):
            next(left, None)
        elif not word.startswith(("--json=", "--page=", "--build-folder=")):
            kept.append(word)
    return kept


def write_page(text: str, path: Path) -> None:
    if str(path) == "-":
        print(text, end="")
    else:
        path.write_text(text)
        say(f"wrote {path}")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(words: list[str]) -> int:
    options = parse(words)
    # SIGTERM ends the run as Ctrl-C does, through the `finally` that ends the server of the moment.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    servers = load_servers()
    if options.list:
        print("servers:  ", " ".join(server.name for server in servers))
        print("scenarios:", " ".join(scenario.name for scenario in SCENARIOS))
        return 0
    servers = chosen(options.only, servers, "server")
    scenarios = chosen(options.scenario, list(SCENARIOS), "scenario")
    budgets = thresholds.read_budgets()
    results = json.loads(Path(options.source).read_text()) if options.source else measure(options, scenarios, servers)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1) + "\n")
    write_page(report.page(results, budgets), options.page)
    verdicts = thresholds.check(results["runs"], budgets)
    if options.check:
        print("\n".join(thresholds.lines(verdicts)))
    return 1 if options.check and not all(verdict.is_met for verdict in verdicts) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("compare: interrupted")
        sys.exit(130)
