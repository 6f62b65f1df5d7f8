"""The Python SDK's own tests, from its source package, against a node with the configuration that they expect.

They speak with port 8000 of localhost, which therefore has to be free. Their tests of the client protocol are run one
class at a time: they wait without time limits, and a class that hangs must not hide what the others say. All other
tests of that package use fake servers of their own; they run at the same time, and show that the SDK works here.
"""

import ast
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support import sdk_source

PORT = 8000
CLASS_SECONDS = 60
FAKES_SECONDS = 300
SHOWN_OUTPUT = 3000

# The module with the tests that need a server, and how many tests there are, so that none gets lost unseen.
SERVER_MODULE = "test_client"
SERVER_TESTS = 62
FAKE_TESTS = 123

# Tests that cannot pass here, by "module.Class.test", with the reason. One that passes after all fails the run.
KNOWN_FAILURES: dict[str, str] = {}

# The docker-compose.yml of the source package, in our words. The secret is too short for anything but development,
# whose profile lets everybody in: these tests want the doors locked.
CONFIGURATION = yaml.safe_load("""
listeners:
  client: { address: 127.0.0.1, port: 8000 }
tokens:
  keys:
    main: { algorithm: HS256, secret: secret }
client:
  insecure: false
  anonymous: false
  personal_channel: true
channels:
  rules:
    subscribe: token_holders
    publish: subscribers
    read_history: subscribers
    read_presence: subscribers
    presence: true
    join_leave: true
    push_join_leave: true
    history_size: 100
    history_ttl: 300s
    recovery: always
    delta: true
namespaces:
  example:
    subscribe: token_holders
    publish: subscribers
    read_history: subscribers
    read_presence: subscribers
    presence: true
    join_leave: true
    push_join_leave: true
    history_size: 300
    history_ttl: 300s
  smallhistory:
    subscribe: token_holders
    publish: subscribers
    read_history: subscribers
    history_size: 2
    history_ttl: 300s
    recovery: always
""")


def require_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError as error:
            pytest.fail(f"the SDK's tests need port {PORT} of localhost, which is taken: {error}", pytrace=False)


def unittest_command(*names: str) -> list[str]:
    return [sys.executable, "-m", "unittest", "-v", *names]


def environment() -> dict[str, str]:
    """Proxies of the developer's shell must not come between the SDK and localhost."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


class Outcome:
    """What one run of unittest says in its last lines."""

    def __init__(self, output: str, module: str):
        ran = re.search(r"^Ran (\d+) tests? in", output, re.MULTILINE)
        self.finished = ran is not None
        self.ran = int(ran[1]) if ran else 0
        # "FAIL: test_x (tests.module.Class.test_x) (subtest)"; before Python 3.11 the last part is missing.
        headings = re.findall(r"^(?:FAIL|ERROR): (\S+) \((?:tests\.)?([^)]+)\)", output, re.MULTILINE)
        self.failed = {f"{place.removesuffix('.' + test)}.{test}" for test, place in headings}
        self.ok = self.finished and re.search(r"^OK\b", output[ran.start() :], re.MULTILINE) is not None
        if not self.ok and not self.failed:
            last = re.findall(r"^(test_\w+) \(", output, re.MULTILINE)
            self.failed = {f"{module}.{last[-1] if last else 'nothing started'} (hung or died)"}


@pytest.fixture(scope="module")
def source() -> Path:
    return sdk_source.unpacked()


@pytest.fixture(scope="module")
def fakes(source: Path, tmp_path_factory) -> Iterator[tuple[subprocess.Popen, Path]]:
    """The tests with fake servers, running in the background."""
    output = tmp_path_factory.mktemp("fakes") / "output"
    names = sorted(path.stem for path in (source / "tests").glob("test_*.py") if path.stem != SERVER_MODULE)
    command = unittest_command(*(f"tests.{name}" for name in names))
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=source, stdout=file, stderr=file, env=environment())
    yield process, output
    if process.poll() is None:
        process.kill()
    process.wait()


def run_class(source: Path, name: str) -> tuple[str, Outcome]:
    with subprocess.Popen(
        unittest_command(f"tests.{name}"),
        cwd=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(),
    ) as process:
        try:
            output, _ = process.communicate(timeout=CLASS_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
    text = output.decode(errors="replace")
    return text, Outcome(text, name)


def judge(failed: set[str], complaints: list[str]) -> None:
    expected = set(KNOWN_FAILURES)
    assert failed <= expected, f"failed: {sorted(failed - expected)}\n" + "\n".join(complaints)


def test_the_tests_against_a_server_pass(source: Path, fakes, node_factory):
    require_free_port()
    node_factory(CONFIGURATION)
    tree = ast.parse((source / "tests" / f"{SERVER_MODULE}.py").read_text())
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.name.startswith("Test")]
    ran, failed, complaints = 0, set(), []
    for name in classes:
        output, outcome = run_class(source, f"{SERVER_MODULE}.{name}")
        ran += outcome.ran
        failed |= outcome.failed
        if not outcome.ok:
            complaints.append(f"--- {name}\n{output[-SHOWN_OUTPUT:]}")
    judge(failed, complaints)
    assert ran >= SERVER_TESTS, f"only {ran} tests ran"
    assert set(KNOWN_FAILURES) <= failed, f"these pass now: {sorted(set(KNOWN_FAILURES) - failed)}"


def test_the_tests_with_fake_servers_pass(fakes):
    process, output = fakes
    try:
        process.wait(FAKES_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
    text = output.read_text(errors="replace")
    outcome = Outcome(text, "fakes")
    judge(outcome.failed, [text[-SHOWN_OUTPUT:]])
    assert outcome.ok and outcome.ran >= FAKE_TESTS, text[-SHOWN_OUTPUT:]
