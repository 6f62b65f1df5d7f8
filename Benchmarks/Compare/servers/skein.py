"""Skein, in both formats of its protocol: $SKEIN_BINARY, else the release build."""

import os

from harness.definition import Protocol, Server
from harness.tools import COMPARE, output

ORDER = 1
BINARY = COMPARE.parent.parent / ".build" / "release" / "skein"
CONFIGURATION = """
node: {{ loops: {loops} }}
listeners:
  client: {{ address: 127.0.0.1, port: {port} }}
  api: {{ port: shared }}
  admin: {{ port: shared }}
client: {{ anonymous: true, handshake_rate: 0, ping_interval: 1h }}
channels:
  rules: {{ subscribe: anyone, publish: anyone, anonymous: true }}
log: {{ level: warning }}
"""


class SkeinJSON(Server):
    name = "skein-json"
    title = "Skein, JSON"
    source = "this repository"
    protocol = Protocol(
        path="/connection/websocket",
        first=('{"id":1,"connect":{}}',),
        subscribe='{"id":2,"subscribe":{"channel":"%C"}}',
        publish='{"id":3,"publish":{"channel":"%C","data":"%M"}}',
    )

    def binary(self):
        return os.environ.get("SKEIN_BINARY") or str(BINARY)

    def missing(self, tools):
        found = os.access(self.binary(), os.X_OK)
        return "" if found else "not built; make build, or set SKEIN_BINARY"

    def version(self, tools):
        return output([self.binary(), "version"])

    def command(self, tools, start):
        text = CONFIGURATION.format(port=start.port, loops=start.loops)
        return [self.binary(), "serve", "--config", start.file("skein.yaml", text)]


class SkeinProtobuf(SkeinJSON):
    name = "skein-protobuf"
    title = "Skein, protobuf"
    protocol = Protocol(
        path="/connection/websocket?format=protobuf",
        first=("hex:(0801 2200)",),
        subscribe="hex:(0802 2a(0a(%C)))",
        publish="hex:(0803 3a(0a(%C) 12(22%M22)))",
    )
    skips = {"storm": "the handshake is that of JSON"}


SERVERS = [SkeinJSON, SkeinProtobuf]
