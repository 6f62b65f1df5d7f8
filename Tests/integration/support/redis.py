"""A real redis-server for tests, and a small blocking client for it (RESP2)."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

from support.waiting import WAIT_SECONDS, eventually

STOP_SECONDS = 10
BINARY = "redis-server"
# Nothing is written to disk, unless a test wants it.
DEFAULTS = ("--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--protected-mode", "no")


class RedisError(Exception):
    """An error reply."""


def _encoded(arguments: Iterable) -> bytes:
    parts = [part if isinstance(part, bytes) else str(part).encode() for part in arguments]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


class RedisClient:
    """One connection. Bulk strings come as bytes, status replies as str."""

    def __init__(self, port: int, timeout: float = WAIT_SECONDS):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._replies = self._socket.makefile("rb")

    def command(self, *arguments):
        """The reply; RedisError when it is an error."""
        self._socket.sendall(_encoded(arguments))
        reply = self._read()
        if isinstance(reply, RedisError):
            raise reply
        return reply

    def pipeline(self, commands: Iterable[Iterable]) -> list:
        """The replies in order; errors are values."""
        commands = list(commands)
        self._socket.sendall(b"".join(map(_encoded, commands)))
        return [self._read() for _ in commands]

    def subscribe(self, *channels: str | bytes) -> "RedisClient":
        """Returns when the subscriptions are confirmed. The connection is then for `next_message` alone."""
        self._socket.sendall(_encoded(("SUBSCRIBE", *channels)))
        for _ in channels:
            assert self._read()[0] == b"subscribe"
        return self

    def next_message(self) -> tuple[bytes, bytes]:
        """Channel and payload; TimeoutError when none comes."""
        kind, channel, payload = self._read()
        assert kind == b"message", kind
        return channel, payload

    def close(self) -> None:
        self._replies.close()
        self._socket.close()

    def _read(self):
        line = self._replies.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self._replies.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self._read() for _ in range(int(rest))]
        raise ValueError(f"no reply: {line!r}")


class RedisServer:
    """A redis-server in a folder of its own, on a port that stays the same over restarts. Use it in a `with` statement.

    `options` are those of the command line, after defaults that write nothing to disk.
    """

    def __init__(self, folder: Path, *options: str, port: int = 0):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log_file = folder / "redis.log"
        self._options = options
        self.port = port or _free_port()
        self._process: subprocess.Popen | None = None
        self._client: RedisClient | None = None

    def __enter__(self) -> "RedisServer":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> "RedisServer":
        """Returns when commands are answered; AssertionError with the log otherwise."""
        files = ("--port", str(self.port), "--dir", str(self.folder), "--logfile", str(self.log_file))
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        command = [BINARY, *DEFAULTS, *self._options, *files]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)
        try:
            eventually(self._is_answering, "an answer from redis-server")
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"{error}\n{self.log()}") from None
        return self

    def _is_answering(self) -> bool:
        assert self._process.poll() is None, f"redis-server ended with {self._process.returncode}\n{self.log()}"
        try:
            return self.command("PING") == "PONG"
        except (OSError, RedisError):
            self._forget_client()
            return False

    def stop(self) -> None:
        """SIGTERM, as an operator's stop: with `--save` rules, Redis writes its data first."""
        if self._process and self._process.poll() is None:
            self.resume()
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"still running after SIGTERM\n{self.log()}") from None
        self._forget_client()

    def kill(self) -> None:
        """SIGKILL, as a crash; the process is gone on return."""
        self._process.kill()
        self._process.wait(STOP_SECONDS)
        self._forget_client()

    def restart(self) -> "RedisServer":
        """Stops, if it is running, and starts in the same folder and on the same port."""
        self.stop()
        return self.start()

    def pause(self) -> None:
        """SIGSTOP: connections stay and nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Ends `pause`."""
        self._process.send_signal(signal.SIGCONT)

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def client(self, timeout: float = WAIT_SECONDS) -> RedisClient:
        """A new connection, for subscribing or for a thread of its own."""
        return RedisClient(self.port, timeout)

    def command(self, *arguments):
        """One command on a connection of the server's own."""
        if self._client is None:
            self._client = self.client()
        return self._client.command(*arguments)

    def info(self, section: str) -> dict[str, str]:
        """What INFO says about one section."""
        lines = self.command("INFO", section).decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def _forget_client(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
