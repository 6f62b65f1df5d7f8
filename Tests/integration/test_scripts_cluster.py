"""scripts/cluster: three nodes with one command, and nothing left behind by any end."""

import os
import queue
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.node import REPOSITORY, binary, environment, http
from support.waiting import eventually

START_SECONDS = 60
STOP_SECONDS = 30
NODE = re.compile(r"^(n\d|haproxy)  (http://\S+)/  process (\d+)$")


class Script:
    """A running scripts/cluster; its output is read line by line."""

    def __init__(self, *arguments: str):
        self.process = subprocess.Popen(
            [REPOSITORY / "scripts/cluster", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment() | {"SKEIN_BINARY": str(binary())},
            # Whoever runs the tests in the background has SIGINT ignored, which a shell script cannot undo.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.output: list[str] = []
        self._lines: queue.Queue = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.output.append(line)
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, text: str) -> None:
        """Reads on until a line has this in it."""
        end = time.monotonic() + START_SECONDS
        line: str | None = ""
        while text not in line:
            line = self._lines.get(timeout=max(0.1, end - time.monotonic()))
            assert line is not None, "".join(self.output)

    @property
    def nodes(self) -> dict[str, tuple[str, int]]:
        """The address and the process id of each node."""
        found = (NODE.match(line.rstrip("\n")) for line in self.output)
        return {match[1]: (match[2], int(match[3])) for match in found if match}

    @property
    def redis_pid(self) -> int:
        return int(re.search(r"Redis is ready: \S+ \(process (\d+)\)", "".join(self.output))[1])

    def end(self) -> int:
        """Waits for the exit code; kills what does not end."""
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            raise AssertionError("still running\n" + "".join(self.output)) from None


@pytest.fixture
def script():
    script = Script("--port", "0")
    yield script
    if script.process.poll() is None:
        script.process.terminate()
        script.end()
    print("".join(script.output))


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def started(script: Script) -> list[int]:
    """Waits until all is up and looks at it; the ids of all processes."""
    script.wait_for("3 nodes are ready")
    nodes = script.nodes
    assert nodes.keys() == {"n1", "n2", "n3", "haproxy"}
    balancer, _ = nodes.pop("haproxy")
    assert http(f"{balancer}/health").status == 200
    assert http(f"{balancer}/connection/websocket?cid=a").headers["x-skein-node"] in nodes
    for address, _ in nodes.values():
        assert http(f"{address}/ready").status == 200
    # The process is the node itself: nothing outlives it.
    for _, pid in nodes.values():
        assert Path(f"/proc/{pid}/exe").resolve() == binary().resolve()
    answer = http(f"{nodes['n1'][0]}/api/info", "POST", b"{}", {"Content-Type": "application/json"})
    assert {node["name"] for node in answer.json()["result"]["nodes"]} == {"n1", "n2", "n3"}
    return [pid for _, pid in script.nodes.values()] + [script.redis_pid]


def assert_all_gone(pids: list[int]) -> None:
    eventually(lambda: not any(map(is_there, pids)), "all processes are gone")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything(script, number):
    pids = started(script)
    script.process.send_signal(number)
    assert script.end() == 0
    assert_all_gone(pids)


@pytest.mark.parametrize("victim", ["n2", "Redis", "haproxy"])
def test_the_death_of_one_stops_everything(script, victim):
    pids = started(script)
    os.kill(script.redis_pid if victim == "Redis" else script.nodes[victim][1], signal.SIGKILL)
    assert script.end() == 1
    assert f"{victim} has ended" in "".join(script.output)
    assert_all_gone(pids)
