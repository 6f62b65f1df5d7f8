"""What a file in servers/ says of one server: how it is had, started and spoken to."""

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path

from .tools import Tools

SERVERS = Path(__file__).resolve().parent.parent / "servers"


@dataclass(frozen=True)
class Protocol:
    """The templates with which `load` speaks; load.c says what may be in them."""

    path: str = "/"
    first: tuple[str, ...] = ()
    subscribe: str = ""
    publish: str = ""
    publisher_path: str = ""
    publisher_per_channel: bool = False

    def arguments(self, publishes: bool) -> list[str]:
        """Options of `load`. Without a publisher it connects and subscribes alone."""
        words = ["-u", self.path]
        for message in self.first:
            words += ["-i", message]
        if self.subscribe:
            words += ["-s", self.subscribe]
        if not publishes:
            return words
        words += ["-b", self.publish]
        if self.publisher_path:
            words += ["--publisher-path", self.publisher_path]
        return words + ["--publisher-per-channel"] * self.publisher_per_channel


@dataclass
class Start:
    """One start of a server: a folder of its own for configuration and logs, ports that were free, its event loops."""

    folder: Path
    port: int
    loops: int = 1
    other_ports: list[int] = field(default_factory=list)

    def file(self, name: str, text: str) -> str:
        """Writes a file of the folder; returns its path."""
        (self.folder / name).write_text(text)
        return str(self.folder / name)


class Server:
    """Base of all definitions. A definition is stateless; what was found or built is in `tools`."""

    name = ""  # short, for the command line and the JSON
    title = ""  # for the tables
    note = ""  # what is not comparable, one or two sentences
    source = ""  # where it comes from
    protocol = Protocol()
    debian: tuple[str, ...] = ()
    pypi = ""
    other_ports = 0
    processes = 1  # that it has when it is ready; all of them count
    skips: dict[str, str] = {}  # scenario → why it is not run

    def missing(self, tools: Tools) -> str:
        """Why it cannot run here, empty when it can. Called after `tools` had its chance to install."""
        raise NotImplementedError

    def version(self, tools: Tools) -> str:
        raise NotImplementedError

    def command(self, tools: Tools, start: Start) -> list[str]:
        """The command that serves in the foreground on 127.0.0.1 until SIGTERM."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}


def load_servers(folder: Path = SERVERS) -> list[Server]:
    """One instance of everything that the files list as SERVERS, in the order of their `order`, then of their names."""
    found: list[tuple[int, str, list[Server]]] = []
    for path in sorted(folder.glob("*.py")):
        specification = importlib.util.spec_from_file_location(f"servers.{path.stem}", path)
        assert specification and specification.loader
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        found.append((getattr(module, "ORDER", 50), path.stem, [server() for server in module.SERVERS]))
    return [server for _, _, servers in sorted(found, key=lambda entry: entry[:2]) for server in servers]
