"""The page of the comparison, written from the results alone."""

import textwrap

from .figures import Row, Spread, rows
from .scenarios import SCENARIOS, Scenario
from .thresholds import Verdict, check

COLUMNS = 120
QUIET_LOAD = 0.5  # above it something else was running at the start


def page(results: dict, budgets: list[dict]) -> str:
    """The whole page as Markdown."""
    titles = {server["name"]: server["title"] for server in results["servers"]}
    parts = [head(results), servers_table(results)]
    parts += [section(results, scenario, titles) for scenario in SCENARIOS if is_measured(results, scenario)]
    parts += [budget_section(check(results["runs"], budgets), titles), reading(), notes(results)]
    return "\n\n".join(parts) + "\n"


def head(results: dict) -> str:
    machine, settings = results["machine"], results["settings"]
    lines = [
        "# Comparison", "",
        *fold("Skein beside the least that a core must do (the floor) and beside servers that could be used instead. "
              "Written by `Benchmarks/Compare/compare.py`; do not edit."), "",
        "| | |", "|---|---|",
        f"| date | {results['date']} |",
        f"| processor | {cell(machine['processor'])}, {machine['cores']} cores, {machine['memory_gib']} GiB |",
        f"| kernel | {machine['kernel']} |",
        f"| command | `{cell(results['command'])}` |",
        f"| rounds | {settings['rounds']} of {settings['seconds']:g} s after {settings['warm_up']:g} s of warm-up |",
        f"| cores | server on {settings['server_core']}, client on {settings['client_core']} |",
    ]  # fmt: skip
    doubts = warnings(results)
    return "\n".join([*lines, *(["", *fold(f"**Read with care**: {' '.join(doubts)}")] if doubts else [])])


def warnings(results: dict) -> list[str]:
    """What makes all figures of the page doubtful, as sentences."""
    found = []
    if results["settings"]["rounds"] < 3 or results["settings"]["seconds"] < 3:
        found.append("This was a short run; its figures show that everything works and little more.")
    if results["machine"]["load_at_start"] > QUIET_LOAD:
        found.append("Other work was running on the machine.")
    if results["settings"]["server_core"] == results["settings"]["client_core"]:
        found.append("Server and client shared one core.")
    return found


def servers_table(results: dict) -> str:
    lines = ["## Servers", "", "| server | version | from |", "|---|---|---|"]
    for server in results["servers"]:
        version = f"**not measured**: {server['missing']}" if server["missing"] else server["version"]
        lines.append(f"| {server['title']} | {cell(version)} | {server['source']} |")
    return "\n".join(lines)


def is_measured(results: dict, scenario: Scenario) -> bool:
    return any(run["scenario"] == scenario.name for run in results["runs"])


def section(results: dict, scenario: Scenario, titles: dict[str, str]) -> str:
    headings = ["server", *(column.heading for column in scenario.columns)]
    headings += [scenario.ratio_heading] if scenario.ratio_heading else []
    lines = [f"## {scenario.title}", "", *fold(scenario.text), "", table_line(headings)]
    lines.append("|" + "---|" + "---:|" * (len(headings) - 1))
    found = rows(results["runs"], scenario, list(titles))
    lines += [table_line([titles[row.server], *cells(row, scenario)]) for row in found]
    blanks = ["—"] * (len(headings) - 1)
    lines += [table_line([f"{title}: not there", *blanks]) for title in missing(results, scenario)]
    remarks = [f"{titles[row.server]} failed: {error}" for row in found for error in row.errors]
    remarks += skipped(results, scenario)
    return "\n".join([*lines, *(line for remark in remarks for line in ("", *fold(remark)))])


def missing(results: dict, scenario: Scenario) -> list[str]:
    """Titles of the servers that would be in the table if they were installed."""
    return [server["title"] for server in results["servers"]
            if server["missing"] and scenario.name not in server["skips"] and not scenario.servers]  # fmt: skip


def skipped(results: dict, scenario: Scenario) -> list[str]:
    """Why servers are not in the table, as one remark."""
    reasons = [f"{server['title']}: {server['skips'][scenario.name]}."
               for server in results["servers"] if scenario.name in server["skips"]]  # fmt: skip
    return [" ".join(["Not in the table:", *reasons])] if reasons else []


def cells(row: Row, scenario: Scenario) -> list[str]:
    found = [spread_text(row.columns[column.key], column.digits) for column in scenario.columns]
    return found + ([spread_text(row.ratio, 2)] if scenario.ratio_heading else [])


def spread_text(value: Spread | None, digits: int) -> str:
    """Median and, where rounds differ in what is shown, the least and the greatest: `3.91 (3.85–4.02)`."""
    if value is None:
        return "—"
    middle, low, high = (f"{number:,.{digits}f}" for number in (value.median, value.low, value.high))
    return middle if low == high else f"{middle} ({low}–{high})"


def budget_section(verdicts: list[Verdict], titles: dict[str, str]) -> str:
    lines = ["## Budgets", "", *fold("Goals for Skein, from `Benchmarks/Compare/thresholds.json`."), ""]
    lines += ["| scenario | server | figure | budget | seen | |", "|---|---|---|---|---:|---|"]
    for verdict in verdicts:
        state = "met" if verdict.is_met else "**missed**"
        seen = spread_text(verdict.seen, 2)
        fields = [verdict.scenario, titles[verdict.server], verdict.figure, verdict.budget, seen, state]
        lines.append(table_line(fields))
    return "\n".join(lines)


def reading() -> str:
    return "\n".join(["## How to read it", "", *fold(
        "A figure is the median of the rounds, with the least and the greatest behind it. A ratio is taken between runs "
        "of the same round, and the median of those ratios is shown: what slows the machine for a while slows both. "
        "Differences smaller than the spread mean nothing. CPU is user and system time of all processes of the server, "
        "so it does not depend on how busy the client was; rates and latencies of a closed loop do.")])  # fmt: skip


def notes(results: dict) -> str:
    lines = ["## What is not comparable", ""]
    for server in results["servers"]:
        if server["note"]:
            lines += fold(f"- **{server['title']}**: {server['note']}", "  ")
    return "\n".join(lines)


def fold(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, COLUMNS, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def table_line(fields: list[str]) -> str:
    return "| " + " | ".join(fields) + " |"
