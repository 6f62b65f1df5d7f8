"""Several nodes on one Redis, as processes of this machine: started, killed, paused and brought back one by one."""

import signal
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from support.load_connection import Endpoints
from support.node import Node, http, merged
from support.waiting import eventually, in_parallel

READY_SECONDS = 20
# Short, so that tests of what happens after a crash need not wait for long.
HEARTBEAT, LEASE = "1s", "4s"
LEASE_SECONDS = 4


class Redis(Protocol):
    """What a cluster has to know of its Redis."""

    @property
    def url(self) -> str: ...


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class Cluster:
    """Nodes with the names n1, n2, …, which are numbered from 1 here too. Use it in a `with` statement.

    A node keeps its port for life, so that clients find it again after a restart. Without a Redis the nodes have the
    embedded engine, and know nothing of each other.
    """

    def __init__(self, redis: Redis | None, count: int, folder: Path, config: Mapping | None = None):
        self._redis = redis
        self._folder = folder
        self._config = config or {}
        self._ports = free_ports(count)
        self._starts = [0] * count
        self._paused: set[int] = set()
        self.nodes: list[Node | None] = [None] * count

    def __enter__(self) -> "Cluster":
        try:
            in_parallel(*(lambda number=number: self.start(number) for number in self.numbers))
            return self
        except BaseException:
            self._kill_all()
            raise

    def __exit__(self, kind, *_) -> None:
        if kind is not None:
            self._kill_all()
            return
        failures = []
        for number, node in self._running():
            try:
                self.resume(number)
                node.stop()
            except AssertionError as error:
                failures.append(f"n{number}: {error}")
        assert not failures, "\n".join(failures)

    def _kill_all(self) -> None:
        for _, node in self._running():
            node.kill()

    @property
    def numbers(self) -> range:
        return range(1, len(self.nodes) + 1)

    def _running(self) -> Iterator[tuple[int, Node]]:
        for number, node in zip(self.numbers, self.nodes):
            if node is not None and node.is_running():
                yield number, node

    def node(self, number: int) -> Node:
        """The newest process of this node, running or not."""
        node = self.nodes[number - 1]
        assert node is not None, f"n{number} was never started"
        return node

    def _settings(self, number: int) -> dict:
        settings: dict = {
            "node": {"name": f"n{number}", "loops": 1},
            "listeners": {"client": {"port": self._ports[number - 1]}},
        }
        if self._redis is not None:
            settings |= {
                "engine": "redis",
                "redis": {"url": self._redis.url, "prefix": "skein"},
                "cluster": {"heartbeat": HEARTBEAT, "lease": LEASE},
            }
        return merged(settings, self._config)

    # One node

    def start(self, number: int, wait: bool = True) -> Node:
        """A new process; returns when it is ready, unless `wait` is false: then only when it listens."""
        self._starts[number - 1] += 1
        folder = self._folder / f"n{number}-{self._starts[number - 1]}"
        node = Node(folder, self._settings(number), True, [], {})
        self.nodes[number - 1] = node
        node.wait_ready()
        if wait:
            self.wait_ready(number)
        return node

    def wait_ready(self, number: int, timeout: float = READY_SECONDS) -> None:
        node = self.node(number)
        eventually(lambda: self.is_ready(number) or not node.is_running(), f"n{number} is ready", timeout)
        assert node.is_running(), f"n{number} has ended\n{node.log()}"

    def is_ready(self, number: int) -> bool:
        """What a load balancer is told; a node that does not answer is not ready."""
        try:
            return http(f"{self.node(number).admin_url}/ready").status == 200
        except OSError:
            return False

    def kill(self, number: int) -> None:
        """SIGKILL; the node is gone on return."""
        self._paused.discard(number)
        self.node(number).kill()

    def stop(self, number: int) -> None:
        """SIGTERM; AssertionError unless it ends well and in time."""
        self.node(number).stop()

    def pause(self, number: int) -> None:
        """SIGSTOP: it holds its connections, and does nothing."""
        self.node(number).signal(signal.SIGSTOP)
        self._paused.add(number)

    def resume(self, number: int) -> None:
        if number in self._paused:
            self._paused.discard(number)
            self.node(number).signal(signal.SIGCONT)

    def restart(self, number: int, wait: bool = True) -> Node:
        """Stops the node if it runs, and starts it again under its name and port."""
        if self.node(number).is_running():
            self.resume(number)
            self.stop(number)
        return self.start(number, wait)

    # All nodes

    @property
    def endpoints(self) -> Endpoints:
        """Of all nodes, also of those that are down: clients have to cope."""
        return Endpoints(
            [f"ws://127.0.0.1:{port}/connection/websocket" for port in self._ports],
            [f"http://127.0.0.1:{port}/api" for port in self._ports],
        )

    def api(self, number: int, method: str, payload: Mapping | None = None) -> dict:
        """The decoded answer of this node."""
        return self.node(number).api(method, payload)

    def logs(self, lines: int = 60) -> str:
        """The ends of the logs of the newest processes."""
        parts = []
        for number, node in zip(self.numbers, self.nodes):
            if node is not None:
                state = "running" if node.is_running() else "ended"
                parts.append(f"--- n{number} ({state})\n" + "\n".join(node.log().splitlines()[-lines:]))
        return "\n".join(parts)
