"""A system that does not let sockets be watched directly: a sandbox, or a kernel without asynchronous poll."""

import os
import platform
import sys

import pytest

from support import protocol
from support.node import binary

# io_setup(2) and io_submit(2), as Linux numbers them.
NUMBERS = {"x86_64": {"io_setup": 206, "io_submit": 209}, "aarch64": {"io_setup": 0, "io_submit": 2}}

# A filter for system calls (seccomp(2)) that answers one of them with EPERM, and then the server in place of this program.
LAUNCHER = """#!{python}
import ctypes, os, struct, sys
program = [(0x20, 0, 0, 0), (0x15, 0, 1, {number}), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
argument = ctypes.create_string_buffer(struct.pack("HL", len(program), ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, argument) == 0, os.strerror(ctypes.get_errno())
os.execv({binary!r}, [{binary!r}, *sys.argv[1:]])
"""


@pytest.mark.parametrize("forbidden", ["io_setup", "io_submit"])
def test_where_sockets_cannot_be_watched_the_node_says_so_and_serves(forbidden, node_factory, tmp_path, monkeypatch):
    launcher = tmp_path / "launcher"
    number = NUMBERS[platform.machine()][forbidden]
    launcher.write_text(LAUNCHER.format(python=sys.executable, number=number, binary=str(binary())))
    launcher.chmod(0o755)
    monkeypatch.setenv("SKEIN_BINARY", os.fspath(launcher))
    node = node_factory()
    assert "connections cost more here" in node.log() and forbidden in node.log()
    with protocol.connected(node.ws_url) as session:
        session.subscribe("sandbox")
        session.publish("sandbox", "served")
        assert session.next_publication("sandbox")["data"] == "served"


def test_elsewhere_the_node_has_nothing_to_say(node_factory):
    assert "connections cost more here" not in node_factory().log()
