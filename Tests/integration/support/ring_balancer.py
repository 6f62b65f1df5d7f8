"""HAProxy as `skein ring haproxy` configures it, with small servers behind it that answer as nodes do."""

import http.client
import json
import os
import socket
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from support.command_line import skein
from support.haproxy_process import HAProxyProcess
from support.waiting import WAIT_SECONDS

# The key and its answer are those of RFC 6455 1.3; HAProxy compares them.
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
_UPGRADED = {
    "upgrade": "websocket", "connection": "upgrade", "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
}  # fmt: skip


class _Answers(BaseHTTPRequestHandler):
    """426 with the headers that arrived, 101 to an upgrade, and the health of the node."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path == "/health":
            self._answer(404 if self.server.is_draining else 200, b"")
        elif self.headers.get("upgrade"):
            self.send_response(101)
            for name, value in {**_UPGRADED, "x-skein-node": self.server.name}.items():
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True
            while data := self.connection.recv(1024):
                self.connection.sendall(data)
        else:
            self._answer(426, json.dumps(dict(self.headers.items())).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("x-skein-node", self.server.name)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass

    def log_message(self, *arguments):
        pass


class FakeNode:
    """One server with a name; `entry` is its line in a file of nodes."""

    def __init__(self, name: str, number: int):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
        self._server.daemon_threads = True
        self._server.name = name
        self._server.is_draining = False
        address = f"127.0.0.1:{self._server.server_port}"
        self.entry = {"name": name, "id": number, "address": address, "weight": 100, "zone": "z"}
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def drain(self) -> None:
        self._server.is_draining = True

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Agent:
    """Answers each agent check with one line. Use it in a `with` statement."""

    def __init__(self, answer: str):
        self.answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "Agent":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        # Closing alone does not wake the thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
                with connection:
                    connection.sendall(f"{self.answer}\n".encode())
            except ConnectionError:
                continue
            except OSError:
                return


class RingBalancer(HAProxyProcess):
    """HAProxy with the configuration that the command prints for a file of nodes."""

    def __init__(self, folder: Path, nodes: list[dict], *options: str | Path):
        super().__init__(folder)
        self.nodes_file = folder / "nodes.json"
        self.set_nodes(nodes)
        self.url = f"http://127.0.0.1:{self.port}"
        bind = ["--bind", f"127.0.0.1:{self.port}", "--stats-socket", self.admin]
        limits = ["--max-connections", "500", "--check-interval", "100ms"]
        self.config.write_text(self.ring("haproxy", *bind, *limits, *options))
        self.start()

    def set_nodes(self, nodes: Iterable[dict]) -> None:
        """At once: a reader sees the nodes before or these."""
        fresh = self.nodes_file.with_suffix(".new")
        fresh.write_text(json.dumps(list(nodes)))
        os.replace(fresh, self.nodes_file)

    def ring(self, command: str, *arguments: str | Path, status: int = 0) -> str:
        """`skein ring …` with the nodes of this balancer; standard output, and the errors if it is to fail."""
        answer = skein("ring", command, "--nodes", self.nodes_file, *arguments)
        assert answer.returncode == status, answer.stdout + answer.stderr
        return answer.stdout + (answer.stderr if status else "")

    def sync(self, *arguments: str | Path) -> list[str]:
        """One round; what it says."""
        socket_option = ["--socket", f"unix:{self.admin}", "--check-interval", "100ms"]
        return self.ring("sync", "--once", *socket_option, *arguments).splitlines()

    def owners(self, keys: list[str], *arguments: str | Path) -> list[str]:
        file = self.folder / "keys"
        file.write_text("".join(f"{key}\n" for key in keys))
        return self.ring("owner", "--keys", file, *arguments).splitlines()

    def servers(self) -> dict[str, tuple[int, int]]:
        """Id and weight of each server, by name; empty while HAProxy does not answer."""
        try:
            lines = self.command("show servers state skein").splitlines()[2:]
        except OSError:
            return {}
        rows = [line.split() for line in lines if line]
        return {row[3]: (int(row[2]), int(row[7])) for row in rows}

    def process_id(self) -> str:
        """Of the process that answers; another one after a reload."""
        return next(line for line in self.command("show info").splitlines() if line.startswith("Pid: "))

    def choices(self, keys: Iterable[str]) -> list[str]:
        """The node that each client id came to."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        names = []
        for key in keys:
            client.request("GET", f"/connection/websocket?cid={quote(key, safe='')}")
            answer = client.getresponse()
            answer.read()
            names.append(answer.headers["x-skein-node"])
        client.close()
        return names

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str]]:
        """Status, and the headers that the node saw, in lower case; empty when HAProxy answered itself."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        client.request("GET", path, headers=headers or {})
        answer = client.getresponse()
        body = answer.read()
        client.close()
        if answer.status != 426:
            return answer.status, {}
        seen = {name.lower(): value for name, value in json.loads(body).items()}
        return answer.status, seen | {"node": answer.headers["x-skein-node"]}

    def websocket(self, key: str) -> tuple[socket.socket, str]:
        """An upgraded connection that stays open, and the node it came to."""
        connection = socket.create_connection(("127.0.0.1", self.port), WAIT_SECONDS)
        connection.sendall(
            f"GET /connection/websocket?cid={key} HTTP/1.1\r\nhost: t\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
            f"sec-websocket-key: {_KEY}\r\nsec-websocket-version: 13\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(4096)
            assert data, head
            head += data
        assert head.startswith(b"HTTP/1.1 101"), head
        lines = head.decode().lower().split("\r\n")
        return connection, next(line.split(": ")[1] for line in lines if line.startswith("x-skein-node"))
