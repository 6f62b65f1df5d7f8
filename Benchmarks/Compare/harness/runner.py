"""Runs scenarios and servers round by round, so that what disturbs the machine for a while disturbs all of them."""

import json
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .definition import Server
from .process import running
from .scenarios import Scenario, variant_options
from .tools import Tools

CONNECT_SECONDS = 120
# What a line of progress shows of a run: the first of these that it has.
UNITS = {
    "cpu_us_per_delivery": "µs CPU per delivery",
    "cpu_us_per_handshake": "µs CPU per handshake",
    "memory_per_connection_kb": "KiB per connection",
}


@dataclass(frozen=True)
class Settings:
    rounds: int = 5
    seconds: float = 5
    warm_up: float = 1
    server_core: str = "0"
    client_core: str = "1"


@dataclass
class Runner:
    """`say` gets one line for each run. A run that fails is recorded with its error, and the others go on."""

    tools: Tools
    settings: Settings
    say: Callable[[str], None]

    def run(self, scenarios: list[Scenario], servers: list[Server]) -> list[dict]:
        """All runs in the order in which they were made. Each round begins with another server."""
        runs: list[dict] = []
        for number in range(self.settings.rounds):
            shift = number % len(servers) if servers else 0
            for scenario in scenarios:
                for server in servers[shift:] + servers[:shift]:
                    if not takes_part(scenario, server):
                        continue
                    for variant in scenario.variants:
                        runs.append(self.one(scenario, server, variant, number))
        return runs

    def one(self, scenario: Scenario, server: Server, variant: str, number: int) -> dict:
        run = {"scenario": scenario.name, "server": server.name, "variant": variant, "round": number + 1}
        try:
            run["report"] = self.measure(scenario, server, variant)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            run["error"] = str(error)
        self.say(describe(run))
        return run

    def measure(self, scenario: Scenario, server: Server, variant: str) -> dict[str, float]:
        both = f"{self.settings.server_core},{self.settings.client_core}"
        server_cores = both if scenario.shares_cores else self.settings.server_core
        client_cores = both if scenario.shares_cores else self.settings.client_core
        loops = 2 if variant == "loops=2" else 1
        with running(server, self.tools, server_cores, loops) as process:
            options = [*scenario.options, *variant_options(scenario, variant)]
            options += ["-p", str(process.port), "-P", ",".join(map(str, process.pids))]
            options += ["-d", str(self.settings.seconds), "--warmup", str(self.settings.warm_up)]
            options += server.protocol.arguments(scenario.publishes)
            return load(["taskset", "-c", client_cores, self.tools.load(), *options], self.settings)


def load(command: list[str], settings: Settings) -> dict[str, float]:
    """Runs the load client; its report, or a RuntimeError with what it said."""
    with tempfile.TemporaryDirectory(prefix="skein-compare-") as folder:
        file = Path(folder) / "report.json"
        limit = CONNECT_SECONDS + settings.seconds + settings.warm_up
        try:
            done = subprocess.run([*command, "--json", str(file)], capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"the load client took more than {limit:.0f} s") from None
        if done.returncode:
            raise RuntimeError(f"the load client ended with {done.returncode}: {done.stderr.strip()[:500]}")
        return json.loads(file.read_text())


def takes_part(scenario: Scenario, server: Server) -> bool:
    return scenario.name not in server.skips and (not scenario.servers or server.name in scenario.servers)


def describe(run: dict) -> str:
    """One line of progress."""
    head = f"round {run['round']}  {run['scenario']:<10} {run['server'] + ' ' + run['variant']:<26}"
    if "error" in run:
        return f"{head} failed: {run['error'].splitlines()[0]}"
    report = run["report"]
    for key, unit in UNITS.items():
        if key in report:
            lost = f", {report['missing']:.0f} lost" if report.get("missing") else ""
            return f"{head} {report[key]:8.2f} {unit}{lost}"
    return head
