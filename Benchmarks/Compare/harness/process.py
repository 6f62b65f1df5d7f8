"""A server process: started on its core, waited for, ended by its id together with the processes it started."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .definition import Server, Start
from .tools import Tools

START_SECONDS = 15
STOP_SECONDS = 5
LOG_CHARACTERS = 2000


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on; all are held until the last is found, so they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


def family(pid: int) -> list[int]:
    """The process and everything that it started, the parent first; one that has ended meanwhile is left out."""
    found = [pid]
    for parent in found:
        for listing in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in listing.read_text().split()]
            except OSError:
                continue
    return found


def end(process: subprocess.Popen, children: list[int]) -> None:
    """SIGTERM to the server, after some seconds SIGKILL; then SIGKILL to those of its children that are still there.

    Children are descriptors of processes (pidfd): an id that has been given to somebody else meanwhile is not hit.
    """
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in children:
        try:
            signal.pidfd_send_signal(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(child)


@dataclass
class Running:
    """A server that accepts connections."""

    port: int
    pids: list[int]


def environment(server: Server) -> dict[str, str]:
    """That of this process, without what Skein would take for its configuration, and the server's own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SKEIN_")} | server.environment()


@contextmanager
def running(server: Server, tools: Tools, cores: str, loops: int = 1) -> Iterator[Running]:
    """Runs a server on the given cores for the length of a `with`; its log is in the error when it does not start."""
    with tempfile.TemporaryDirectory(prefix="skein-compare-") as name:
        port, *others = free_ports(1 + server.other_ports)
        start = Start(Path(name), port, loops, others)
        command = ["taskset", "-c", cores, *server.command(tools, start)]
        with open(start.folder / "log", "wb") as log:
            # A session of its own: Ctrl-C reaches this script alone, which then ends the server.
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=name,
                                       env=environment(server), start_new_session=True)  # fmt: skip
        children: list[int] = []
        try:
            wait_until_it_listens(process, port, start.folder / "log")
            pids = wait_for_family(process, server.processes)
            children += [os.pidfd_open(pid) for pid in pids[1:]]
            yield Running(port, pids)
        finally:
            end(process, children)


def wait_for_family(process: subprocess.Popen, count: int) -> list[int]:
    """The server's processes, once there are `count`: the first may listen before it has started the others."""
    deadline = time.monotonic() + START_SECONDS
    while len(pids := family(process.pid)) < count:
        if time.monotonic() > deadline or process.poll() is not None:
            raise RuntimeError(f"the server has {len(pids)} processes instead of {count}")
        time.sleep(0.02)
    return pids


def wait_until_it_listens(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    said = log.read_text(errors="replace")[-LOG_CHARACTERS:]
    raise RuntimeError(f"the server did not start: {said or 'it said nothing'}")
