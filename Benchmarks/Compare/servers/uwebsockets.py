"""uWebSockets: a small C server on the native library that the Python package socketify ships."""

from harness.definition import Protocol, Server
from harness.definition import SERVERS as FOLDER

LIBRARY = "libsocketify_linux_amd64.so"


class UWebSockets(Server):
    name = "uwebsockets"
    title = "uWebSockets"
    source = "PyPI socketify, Debian libuv1"
    note = (
        "A library and not a server: the C program on it has the floor's two text frames for a protocol. "
        "It is the version 20 that socketify bundles, on libuv as built there; a build on epoll alone may be faster."
    )
    protocol = Protocol(subscribe="s%C", publish="p%C %M")
    debian = ("libuv1",)
    pypi = "socketify==0.0.31"

    def missing(self, tools):
        if not (tools.folder / "pypi" / "socketify" / LIBRARY).exists():
            return "not installed"
        return "" if self.libuv(tools) else "libuv1 is not installed"

    def libuv(self, tools):
        return tools.debian_file("usr/lib/x86_64-linux-gnu/libuv.so.1")

    def version(self, tools):
        return f"20 ({self.pypi.replace('==', ' ')}, libuv {tools.debian_version('libuv1')})"

    def command(self, tools, start):
        library = tools.folder / "pypi" / "socketify" / LIBRARY
        libuv = self.libuv(tools)
        # An rpath of the old kind also counts for what the library itself needs.
        flags = ("-Wl,--disable-new-dtags", f"-Wl,-rpath,{library.parent}:{libuv.rpartition('/')[0]}")
        return [tools.compile(FOLDER / "uwebsockets.c", (str(library), libuv, *flags)), str(start.port)]


SERVERS = [UWebSockets]
