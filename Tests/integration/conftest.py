"""Fixtures: real nodes, started for a module or for one test. The log of a node is shown when a test fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.node import Node

SHOWN_LOG_LINES = 120

# Nodes that are running, or stopped since the last test ended: the ones that a failure may be about.
_nodes: list[Node] = []


class NodeFactory:
    """Starts nodes and stops all of them, with exit code 0, when the scope of its fixture ends."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._nodes: list[Node] = []

    def __call__(
        self,
        config: dict | str | None = None,
        dev: bool = True,
        args: list[str] | None = None,
        env: dict[str, str] | None = None,
        ready: bool = True,
    ) -> Node:
        """Starts one node and waits for its start lines, unless `ready` is false: then it may be expected to exit.

        A dictionary is laid over the defaults of the tests (free loopback ports); a text is the whole YAML file.
        """
        folder = self._folder / f"node-{len(self._nodes)}"
        node = Node(folder, {} if config is None else config, dev, list(args or []), env or {})
        self._nodes.append(node)
        _nodes.append(node)
        return node.wait_ready() if ready else node

    def stop(self) -> None:
        failures = []
        for node in self._nodes:
            try:
                node.stop()
            except AssertionError as error:
                failures.append(f"{node.config_file.parent.name}: {error}")
        assert not failures, "\n".join(failures)


def _factory(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[NodeFactory]:
    factory = NodeFactory(tmp_path_factory.mktemp(name))
    try:
        yield factory
    finally:
        factory.stop()


@pytest.fixture
def node_factory(tmp_path_factory) -> Iterator[NodeFactory]:
    """Nodes of one test."""
    yield from _factory(tmp_path_factory, "test")


@pytest.fixture(scope="module")
def module_node_factory(tmp_path_factory) -> Iterator[NodeFactory]:
    """Nodes that the tests of one module share."""
    yield from _factory(tmp_path_factory, "module")


@pytest.fixture(scope="module")
def dev_node(module_node_factory) -> Node:
    """`skein serve --dev` on a free port."""
    return module_node_factory()


@pytest.fixture(scope="module")
def echo_node(module_node_factory) -> Node:
    """A development node with the raw WebSocket echo, and limits that let the largest conformance cases through."""
    limits = {"message_size": "16MiB", "message_fragments": 65536, "queue_size": "64MiB"}
    return module_node_factory({"test": {"echo": True}, "client": limits})


@pytest.fixture
def channel(request) -> str:
    """The last part of the name of a channel that no other test uses."""
    return request.node.name.replace(" ", "_")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for node in _nodes:
            tail = node.log().splitlines()[-SHOWN_LOG_LINES:]
            state = "running" if node.is_running() else "stopped"
            report.sections.append((f"log of node {node.name} ({node.log_file}, {state})", "\n".join(tail)))
    return report


def pytest_runtest_logfinish(nodeid, location):
    _nodes[:] = [node for node in _nodes if node.is_running()]
