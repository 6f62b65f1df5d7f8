"""From runs to figures: median and spread of each column, and ratios that are taken round by round."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from .scenarios import Runs, Scenario


@dataclass(frozen=True)
class Spread:
    """The median of the rounds, the least and the greatest of them, and how many there were."""

    median: float
    low: float
    high: float
    count: int


def spread(values: Iterable[float | None]) -> Spread | None:
    """None without a value. Rounds that have none (a run that failed, a division by nothing) are left out."""
    found = [value for value in values if value is not None]
    return Spread(median(found), min(found), max(found), len(found)) if found else None


@dataclass
class Row:
    """One server in one scenario. `ratio` is the median of the ratios of the rounds, not the ratio of medians: two runs
    of the same round met the same machine."""

    server: str
    columns: dict[str, Spread | None]
    ratio: Spread | None
    errors: list[str] = field(default_factory=list)


def rounds_of(runs: list[dict], scenario: str, server: str) -> dict[int, Runs]:
    """The reports of a server by round and variant; failed runs are not in it."""
    found: dict[int, Runs] = {}
    for run in runs:
        if run["scenario"] == scenario and run["server"] == server and "report" in run:
            found.setdefault(run["round"], {})[run["variant"]] = run["report"]
    return found


def row(runs: list[dict], scenario: Scenario, server: str) -> Row | None:
    """None when the server did not take part."""
    taken = [run for run in runs if run["scenario"] == scenario.name and run["server"] == server]
    if not taken:
        return None
    own = rounds_of(runs, scenario.name, server)
    reference = rounds_of(runs, scenario.name, scenario.reference)
    columns = {column.key: spread(column.value(reports) for reports in own.values()) for column in scenario.columns}
    ratio = spread(scenario.ratio(reports, reference.get(number, {})) for number, reports in own.items())
    return Row(server, columns, ratio, sorted({run["error"] for run in taken if "error" in run}))


def rows(runs: list[dict], scenario: Scenario, servers: list[str]) -> list[Row]:
    return [found for server in servers if (found := row(runs, scenario, server))]
