"""The Autobahn conformance suite against the raw echo of a real node, where a Python 2.7 to run it with is found.

The same rules are checked case by case in Tests/SkeinWireTests, everywhere.
"""

import subprocess
import sys

import pytest

from support.node import REPOSITORY

SCRIPT = REPOSITORY / "scripts/autobahn"
RUN_SECONDS = 300
# The first run installs the suite.
INSTALL_SECONDS = 600


def test_every_case_is_ok_or_informational(echo_node):
    found = subprocess.run([sys.executable, SCRIPT, "--find"], capture_output=True, text=True)
    if found.returncode == 3:
        pytest.skip(found.stderr.strip())
    assert found.returncode == 0, found.stderr
    command = [sys.executable, SCRIPT, echo_node.echo_url, "--seconds", str(RUN_SECONDS)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS + INSTALL_SECONDS)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr[-4000:]}"
