"""The documents say what the program does: generated pages, links, names, configuration files and options."""

import re
from pathlib import Path

import pytest

from support.command_line import skein, write_config
from support.node import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
DOCUMENTS = [REPOSITORY / "README.md", *PAGES]
GENERATED = ["configuration", "metrics", "codes"]
COMMANDS = [["serve"], ["token"], ["config"], ["config", "check"], ["config", "show"], ["config", "default"], ["docs"]]
COMMANDS += [["nodes"], ["drain"], ["health"], ["ring"]]
COMMANDS += [["ring", command] for command in ("haproxy", "sync", "verify", "owner", "plan", "diff")]
README_LINES = 150
COLUMNS = 140
# Pages whose names in backticks are names in the source.
NAMING = [DOCS / "explanation" / f"{page}.md" for page in ("architecture", "data-path", "ownership")]


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """The fragments that GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ +(.+)$", without_code(path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path: Path) -> list[str]:
    found = re.findall(r"\[[^\]]*\]\(([^)]+)\)", without_code(path.read_text()))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def words_of_the_source() -> set[str]:
    text = "\n".join(path.read_text() for path in (REPOSITORY / "Sources").rglob("*.swift"))
    return set(re.findall(r"\w+", text + (REPOSITORY / "Package.swift").read_text()))


def configurations() -> list:
    blocks = []
    for path in DOCUMENTS:
        for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)):
            blocks.append(pytest.param(block, id=f"{name(path)}-{number + 1}"))
    return blocks


@pytest.mark.parametrize("page", GENERATED)
def test_generated_pages_are_what_the_program_prints(page):
    printed = skein("docs", page)
    assert printed.returncode == 0, printed.stderr
    file = DOCS / "reference" / f"{page}.md"
    assert file.read_text() == printed.stdout, f"write it anew: skein docs {page} > {name(file)}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path):
    broken = []
    for link in links(path):
        target, _, fragment = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or (fragment and fragment not in anchors(file)):
            broken.append(link)
    assert broken == []


def test_the_map_has_every_page_once():
    mapped = [link for link in links(DOCS / "README.md") if link.endswith(".md")]
    assert sorted(mapped) == sorted(path.relative_to(DOCS).as_posix() for path in PAGES if path.parent != DOCS)


@pytest.mark.parametrize("path", NAMING, ids=name)
def test_names_in_backticks_are_in_the_source(path):
    known = words_of_the_source()
    unknown = []
    for span in re.findall(r"`([^`]+)`", without_code(path.read_text())):
        # Paths are for scripts/soundness; `send(2)` and `client.queue_size` are read word by word.
        if "/" not in span:
            unknown += [f"{word} in {span}" for word in re.findall(r"[A-Za-z_]\w*", span) if word not in known]
    assert unknown == []


@pytest.mark.parametrize("block", configurations())
def test_configurations_can_be_used(block, tmp_path):
    checked = skein("config", "check", "--config", write_config(tmp_path, block))
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_page_of_the_command_line_has_every_option(command):
    page = (DOCS / "reference" / "cli.md").read_text()
    options = set(re.findall(r"^ +(?:-\w, )?(--[a-z0-9-]+)", skein("help", *command).stdout, re.MULTILINE)) - {"--help"}
    subcommands = set(re.findall(r"^  ([a-z]+) ", skein("help", *command).stdout, re.MULTILINE))
    missing = [word for word in options if f"`{word}" not in page]
    missing += [word for word in subcommands if f"skein {' '.join(command)} {word}" not in page]
    assert missing == []


def test_the_readme_is_short():
    assert len((REPOSITORY / "README.md").read_text().splitlines()) <= README_LINES


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_prose_is_not_wider_than_a_screen(path):
    # A row of a table and a line of output cannot be folded.
    lines = [line for line in without_code(path.read_text()).splitlines() if not line.startswith("|")]
    assert [line for line in lines if len(line) > COLUMNS] == []
