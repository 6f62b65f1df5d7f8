"""Centrifugo, when there is a binary: it is in neither Debian nor PyPI. Put it on PATH, or name it in $CENTRIFUGO."""

import json

from harness.definition import Protocol, Server
from harness.tools import output


class CentrifugoJSON(Server):
    name = "centrifugo-json"
    title = "Centrifugo, JSON"
    source = "a binary of its project"
    note = "The same protocol as Skein's, with its memory engine."
    protocol = Protocol(
        path="/connection/websocket",
        first=('{"id":1,"connect":{}}',),
        subscribe='{"id":2,"subscribe":{"channel":"%C"}}',
        publish='{"id":3,"publish":{"channel":"%C","data":"%M"}}',
    )

    def missing(self, tools):
        return "" if tools.program("centrifugo", "CENTRIFUGO") else "no centrifugo on PATH or in CENTRIFUGO"

    def version(self, tools):
        return output([tools.program("centrifugo", "CENTRIFUGO"), "version"]).partition("\n")[0]

    def command(self, tools, start):
        configuration = {  # of version 6
            "http_server": {"address": "127.0.0.1", "port": start.port},
            "client": {"insecure": True, "allowed_origins": ["*"], "ping_interval": "1h", "pong_timeout": "10s"},
            "log": {"level": "error"},
        }
        path = start.file("centrifugo.json", json.dumps(configuration))
        return [tools.program("centrifugo", "CENTRIFUGO"), "--config", path]


class CentrifugoProtobuf(CentrifugoJSON):
    name = "centrifugo-protobuf"
    title = "Centrifugo, protobuf"
    protocol = Protocol(
        path="/connection/websocket?format=protobuf",
        first=("hex:(0801 2200)",),
        subscribe="hex:(0802 2a(0a(%C)))",
        publish="hex:(0803 3a(0a(%C) 12(22%M22)))",
    )
    skips = {"storm": "the handshake is that of JSON"}


SERVERS = [CentrifugoJSON, CentrifugoProtobuf]
