"""A real HAProxy for tests, servers behind it that answer with their names, and what `skein ring owner` says."""

import json
import selectors
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

from support.haproxy_process import HAProxyProcess, executable
from support.node import binary
from support.waiting import WAIT_SECONDS

STOP_SECONDS = 10
COMMAND_SECONDS = 30
# Requests that are on their way at once: the answers come in the order of the requests (RFC 9112 9.3.2).
BATCH = 100


def version() -> str:
    """As `2.6.12-1+deb12u4`."""
    answer = subprocess.run([executable(), "-v"], capture_output=True, text=True, check=True).stdout
    return answer.split()[2]


def owners(servers: Iterable[dict], keys: Iterable[str | bytes], profile: str = "haproxy") -> list[str]:
    """The owner of each key by `skein ring owner`; `-` for none. Keys that are bytes travel as hexadecimal digits."""
    keys = list(keys)
    arguments = ["--hex"] if any(isinstance(key, bytes) for key in keys) else []
    lines = [key.hex() if isinstance(key, bytes) else key for key in keys]
    with tempfile.TemporaryDirectory() as folder:
        nodes_file, keys_file = Path(folder, "nodes.json"), Path(folder, "keys")
        nodes_file.write_text(json.dumps(list(servers)))
        keys_file.write_text("".join(f"{line}\n" for line in lines))
        command = [binary(), "ring", "owner", "--nodes", nodes_file, "--keys", keys_file, "--profile", profile]
        answer = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=COMMAND_SECONDS)
    assert answer.returncode == 0, answer.stderr
    names = answer.stdout.split("\n")[:-1]
    assert len(names) == len(keys), f"{len(names)} owners of {len(keys)} keys"
    return names


class NamedServers:
    """HTTP servers on ports of their own, which answer every request with the name that belongs to the port."""

    def __init__(self, names: Iterable[str]):
        self.ports: dict[str, int] = {}
        self._selector = selectors.DefaultSelector()
        self._sockets: set[socket.socket] = set()
        self._wake, self._waker = socket.socketpair()
        self._selector.register(self._wake, selectors.EVENT_READ, None)
        for name in names:
            listener = socket.create_server(("127.0.0.1", 0))
            self.ports[name] = listener.getsockname()[1]
            self._add(listener, (name, None))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _add(self, sock: socket.socket, data: tuple) -> None:
        sock.setblocking(False)
        self._sockets.add(sock)
        self._selector.register(sock, selectors.EVENT_READ, data)

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                name, received = key.data
                if received is None:
                    self._add(key.fileobj.accept()[0], (name, bytearray()))
                else:
                    self._answer(key.fileobj, name, received)

    def _answer(self, connection: socket.socket, name: str, received: bytearray) -> None:
        try:
            data = connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(connection)
            self._sockets.discard(connection)
            connection.close()
            return
        received += data
        while (end := received.find(b"\r\n\r\n")) >= 0:
            del received[: end + 4]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(name), name.encode()))

    def stop(self) -> None:
        self._waker.send(b"x")
        self._thread.join(STOP_SECONDS)
        for sock in [*self._sockets, self._wake, self._waker]:
            sock.close()
        self._selector.close()


class HAProxy(HAProxyProcess):
    """HAProxy with servers that a test describes."""

    def __init__(self, folder: Path, sections: str):
        super().__init__(folder)
        self.config.write_text(
            f"global\n    stats socket {self.admin} mode 600 level admin\n    maxconn 500\n"
            "defaults\n    mode http\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n"
            f"    http-reuse always\nfrontend tests\n    bind 127.0.0.1:{self.port}\n{sections}"
        )
        self.start()

    def change(self, text: str, expected: str = "") -> None:
        """A command of the Runtime API; AssertionError unless it answers just this."""
        answer = self.command(text)
        assert answer == expected, f"{text}: {answer!r}"

    def chosen(self, paths: Iterable[str]) -> list[str]:
        """The name of the server that each request came to, over one connection."""
        paths = list(paths)
        names: list[str] = []
        with socket.create_connection(("127.0.0.1", self.port), WAIT_SECONDS) as connection:
            answers = connection.makefile("rb")
            for start in range(0, len(paths), BATCH):
                batch = paths[start : start + BATCH]
                connection.sendall("".join(f"GET {path} HTTP/1.1\r\nHost: t\r\n\r\n" for path in batch).encode())
                names += [_read_body(answers) for _ in batch]
        return names


def _read_body(answers) -> str:
    status = answers.readline()
    assert status.startswith(b"HTTP/1.1 200"), status
    length = 0
    while (line := answers.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return answers.read(length).decode()
