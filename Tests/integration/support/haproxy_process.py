"""HAProxy as a process of the tests: found, started, asked through its Runtime API, stopped."""

import os
import socket
import subprocess
from pathlib import Path

from support.waiting import WAIT_SECONDS, eventually

STOP_SECONDS = 10


def executable() -> str | None:
    """Debian has it in a folder that is not on everybody's path."""
    places = os.environ.get("PATH", "").split(os.pathsep) + ["/usr/sbin"]
    return next((path for place in places if os.access(path := f"{place}/haproxy", os.X_OK)), None)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class HAProxyProcess:
    """One HAProxy in the foreground. Its configuration has the Runtime API on the socket `admin`."""

    def __init__(self, folder: Path, *arguments: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.config = folder / "haproxy.cfg"
        # Paths of sockets are short.
        self.admin = folder / "a.sock"
        self._arguments = arguments
        self._log = folder / "haproxy.log"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Returns when it answers."""
        command = [executable(), *self._arguments, "-db", "-f", self.config]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            eventually(self._is_ready, "HAProxy answers")
        except BaseException:
            self.stop()
            raise

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        try:
            return "Name: HAProxy" in self.command("show info")
        except OSError:
            return False

    def command(self, text: str) -> str:
        """The answer of the Runtime API."""
        with socket.socket(socket.AF_UNIX) as admin:
            admin.settimeout(WAIT_SECONDS)
            admin.connect(str(self.admin))
            admin.sendall(f"{text}\n".encode())
            return b"".join(iter(lambda: admin.recv(65536), b"")).decode().strip()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
