"""Budgets: what a figure of Skein may be, against what was seen. They are goals, and some may be missed today."""

import json
from dataclasses import dataclass
from pathlib import Path

from .figures import Spread, row
from .scenarios import SCENARIOS
from .tools import COMPARE

FILE = COMPARE / "thresholds.json"


@dataclass(frozen=True)
class Verdict:
    """One budget and what was seen of it; `seen` is None when nothing was measured that could be compared."""

    scenario: str
    server: str
    figure: str
    limit: float
    is_least: bool
    seen: Spread | None

    @property
    def is_met(self) -> bool:
        """Whether the median keeps to the budget. What could not be measured is not met."""
        if self.seen is None:
            return False
        return self.seen.median >= self.limit if self.is_least else self.seen.median <= self.limit

    @property
    def budget(self) -> str:
        return f"{'at least' if self.is_least else 'at most'} {self.limit:g}"


def check(runs: list[dict], budgets: list[dict]) -> list[Verdict]:
    """A verdict for each budget whose scenario and server took part in the runs."""
    scenarios = {scenario.name: scenario for scenario in SCENARIOS}
    verdicts = []
    for budget in budgets:
        for server in budget["servers"]:
            found = row(runs, scenarios[budget["scenario"]], server)
            if not found:
                continue
            figure = budget["figure"]
            seen = found.ratio if figure == "ratio" else found.columns[figure]
            limit = budget.get("at_least", budget.get("at_most"))
            verdicts.append(Verdict(budget["scenario"], server, figure, limit, "at_least" in budget, seen))
    return verdicts


def read_budgets(path: Path = FILE) -> list[dict]:
    return json.loads(path.read_text())["budgets"]


def lines(verdicts: list[Verdict]) -> list[str]:
    """A plain table for the terminal."""
    found = []
    for verdict in verdicts:
        seen = f"{verdict.seen.median:.2f}" if verdict.seen else "not measured"
        state = "met" if verdict.is_met else "MISSED"
        found.append(f"{verdict.scenario:<10} {verdict.server:<15} {verdict.figure:<7} {verdict.budget:<14} "
                     f"seen {seen:<13} {state}")  # fmt: skip
    return found
