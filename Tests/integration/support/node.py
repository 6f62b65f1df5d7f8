"""One real Skein process: started with a configuration of its own, stopped by its process id."""

import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from support import exposition
from support.banner import Banner

REPOSITORY = Path(__file__).resolve().parents[3]
START_SECONDS = 20
STOP_SECONDS = 20
REQUEST_SECONDS = 10


def binary() -> Path:
    """The binary under test: `SKEIN_BINARY`, or the release build of this repository."""
    path = Path(os.environ.get("SKEIN_BINARY") or REPOSITORY / ".build/release/skein")
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"{path} is missing; build it with: make build")
    return path


def environment() -> dict[str, str]:
    """What the developer's shell has, without a configuration of Skein: it must not leak into a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SKEIN_")}


def merged(base: Mapping, over: Mapping) -> dict:
    """`base` with the entries of `over`, mapping by mapping."""
    result = dict(base)
    for name, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(name), Mapping)
        result[name] = merged(result[name], value) if both else value
    return result


def defaults(dev: bool) -> dict:
    """What every node of the tests starts from: free ports on the loopback address, and a short farewell."""
    listeners: dict = {"client": {"address": "127.0.0.1", "port": 0}}
    if not dev:
        listeners["api"] = {"address": "127.0.0.1", "port": 0}
        listeners["admin"] = {"address": "127.0.0.1", "port": 0}
    return {"listeners": listeners, "shutdown": {"grace": "2s"}, "drain": {"delay": "0s"}}


@dataclass(frozen=True)
class Response:
    """An HTTP response; names of headers are in lower case, of repeated headers the last counts."""

    status: int
    headers: dict[str, str]
    body: bytes

    def text(self) -> str:
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


# No proxies from the environment: everything here is on the loopback address.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def http(
    url: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """One request; every status is an answer, only a missing answer is an error."""
    request = urllib.request.Request(url, data=body, method=method, headers=dict(headers or {}))
    try:
        answer = _opener.open(request, timeout=REQUEST_SECONDS)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return Response(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())


class Node:
    """A started node. Everything it prints on standard error goes to a file; see `log`."""

    def __init__(self, folder: Path, config: Mapping | str, dev: bool, args: list[str], env: Mapping[str, str]):
        folder.mkdir(parents=True, exist_ok=True)
        is_text = isinstance(config, str)
        settings = config if is_text else merged(defaults(dev), config)
        self.config_file = folder / "skein.yaml"
        self.config_file.write_text(settings if is_text else yaml.safe_dump(settings))
        self.log_file = folder / "skein.log"
        values = yaml.safe_load(settings) or {} if is_text else settings
        self._wanted = {"client", "api", "admin"} | ({"page"} if dev else set())
        if (values.get("test") or {}).get("echo"):
            self._wanted.add("test")
        self.banner = Banner()
        self.output: list[str] = []
        self.was_waited_for = False
        self._changed = threading.Condition()
        self._failure: str | None = None
        command = [str(binary()), "serve", "--config", str(self.config_file), *(["--dev"] if dev else []), *args]
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=folder,
                env=environment() | dict(env),
            )
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()

    def _read_output(self) -> None:
        with self._process.stdout as lines:
            for line in lines:
                with self._changed:
                    self.output.append(line)
                    try:
                        self.banner.read(line)
                    except ValueError as error:
                        self._failure = self._failure or str(error)
                    self._changed.notify_all()
        with self._changed:
            self._failure = self._failure or "standard output ended"
            self._changed.notify_all()

    def wait_ready(self) -> "Node":
        """Returns once the start lines of all expected listeners are there; AssertionError with the log otherwise."""
        with self._changed:
            self._changed.wait_for(lambda: self._failure or self._wanted <= self.banner.urls.keys(), START_SECONDS)
            missing = sorted(self._wanted - self.banner.urls.keys())
        if missing:
            reason = self._failure or f"not ready after {START_SECONDS} s"
            self.kill()
            output = "".join(self.output)
            raise AssertionError(f"{reason}; no line for {missing}\n--- output\n{output}--- log\n{self.log()}")
        return self

    # Addresses

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def name(self) -> str:
        return self.banner.node

    @property
    def ws_url(self) -> str:
        """Of the client protocol: ws://127.0.0.1:<port>/connection/websocket."""
        return self.banner.urls["client"]

    @property
    def port(self) -> int:
        """Of the client listener."""
        return urlsplit(self.ws_url).port

    @property
    def http_url(self) -> str:
        """Of the client listener, without a path."""
        return f"http://{urlsplit(self.ws_url).netloc}"

    @property
    def api_url(self) -> str:
        """What a server SDK is given: http://127.0.0.1:<port>/api."""
        return self.banner.urls["api"]

    @property
    def admin_url(self) -> str:
        """Of the admin listener, without a path."""
        return f"http://{urlsplit(self.banner.urls['admin']).netloc}"

    @property
    def echo_url(self) -> str:
        return self.banner.urls["test"]

    # Requests

    def api(self, method: str, payload: Mapping | None = None, key: str | None = None) -> dict:
        """The decoded answer of one API method; AssertionError for every status but 200."""
        headers = {"Content-Type": "application/json"} | ({"X-API-Key": key} if key else {})
        answer = http(f"{self.api_url}/{method}", "POST", json.dumps(payload or {}).encode(), headers)
        assert answer.status == 200, f"{method}: {answer.status} {answer.text()}"
        return answer.json()

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics under `name` or `name{label="value",…}`, labels in alphabetical order."""
        answer = http(f"{self.admin_url}/metrics")
        assert answer.status == 200, answer.text()
        return exposition.parse(answer.text())

    def metric(self, name: str, **labels: str) -> float:
        """One sample; 0 when the node does not show it (yet)."""
        return self.metrics().get(exposition.key(name, labels), 0.0)

    # Process

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait_exit(self, timeout: float = STOP_SECONDS) -> int:
        """The exit code (negative: the signal). The test then answers for it; the teardown no longer asks for 0."""
        code = self._process.wait(timeout)
        self._reader.join(timeout)
        self.was_waited_for = True
        return code

    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL, as a crash; the process is gone on return."""
        self._process.kill()
        self.wait_exit()

    def stop(self) -> None:
        """SIGTERM; AssertionError unless the node exits with 0 in time. Nothing, if the test waited for the exit."""
        if self.was_waited_for:
            return
        self.signal(signal.SIGTERM)
        began = time.monotonic()
        try:
            code = self.wait_exit()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {STOP_SECONDS} s after SIGTERM") from None
        assert code == 0, f"exit code {code}, {time.monotonic() - began:.1f} s after SIGTERM"
