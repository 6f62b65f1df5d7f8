"""A load balancer in front of a cluster: HAProxy with the configuration that `skein ring haproxy` prints."""

import random
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.cluster import Cluster, Redis
from support.command_line import skein
from support.haproxy_process import HAProxyProcess
from support.load_connection import Endpoints
from support.node import binary, environment
from support.waiting import eventually

STOP_SECONDS = 10
# Short, so that tests of what the balancer sees need not wait for long.
CHECK_INTERVAL = "200ms"


@dataclass
class BalancedEndpoints(Endpoints):
    """One address for all clients, each with an id of its own; calls go to the nodes."""

    def client(self, name: str, rng: random.Random, besides: str | None = None) -> str:
        return f"{self.clients[0]}?cid={name}"


class Balancer(HAProxyProcess):
    """HAProxy as master and worker, so that it can be reloaded. Use it in a `with` statement."""

    def __init__(self, redis: Redis, folder: Path, *options: str):
        super().__init__(folder, "-W")
        self._redis = redis
        self._options = options

    def __enter__(self) -> "Balancer":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self) -> None:
        """Renders the configuration for the nodes of the moment, and starts."""
        self.config.write_text(self.rendered())
        super().start()

    def rendered(self) -> str:
        places = ["--bind", f"127.0.0.1:{self.port}", "--stats-socket", self.admin]
        limits = ["--check-interval", CHECK_INTERVAL, "--max-connections", "4000"]
        answer = skein("ring", "haproxy", *self.source, *places, *limits, *self._options)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    @property
    def source(self) -> list[str]:
        """Says to commands which cluster is meant."""
        return ["--set", "engine=redis", "--set", f"redis.url={self._redis.url}"]

    def reload(self) -> None:
        """A new worker with the configuration for the nodes of the moment; the old one keeps its connections."""
        self.config.write_text(self.rendered())
        before = self.worker()
        self.signal(signal.SIGUSR2)
        eventually(lambda: self.worker() not in (None, before), "a new worker")

    def worker(self) -> str | None:
        """The process id of the worker that answers."""
        try:
            lines = self.command("show info").splitlines()
        except OSError:
            return None
        return next((line for line in lines if line.startswith("Pid:")), None)

    # What it knows

    def states(self) -> dict[str, str]:
        """What the balancer thinks of each node: UP, DOWN, NOLB, DRAIN, MAINT, …"""
        lines = self.command("show stat skein 4 -1").splitlines()
        header = lines[0].lstrip("# ").split(",")
        rows = [dict(zip(header, line.split(","))) for line in lines[1:] if line]
        return {row["svname"]: row["status"].split()[0] for row in rows}

    def wait_state(self, node: str, *states: str) -> None:
        eventually(lambda: self.states().get(node) in states, f"{node} is {' or '.join(states)}")

    def endpoints(self, cluster: Cluster) -> Endpoints:
        return BalancedEndpoints([f"ws://127.0.0.1:{self.port}/connection/websocket"], cluster.endpoints.apis)


class Sync:
    """`skein ring sync`, which keeps the balancer in step with the registry. Use it in a `with` statement."""

    def __init__(self, balancer: Balancer, folder: Path):
        self._log = folder / "sync.log"
        command = ["ring", "sync", *balancer.source, "--socket", f"unix:{balancer.admin}", "--interval", "200ms"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [binary(), *command, "--check-interval", CHECK_INTERVAL],
                stdout=log,
                stderr=log,
                env=environment(),
            )

    def __enter__(self) -> "Sync":
        return self

    def __exit__(self, *_) -> None:
        self._process.terminate()
        assert self._process.wait(STOP_SECONDS) == 0, self._log.read_text()
