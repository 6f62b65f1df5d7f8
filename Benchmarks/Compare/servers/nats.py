"""NATS server with its WebSocket listener."""

from harness.definition import Protocol, Server
from harness.tools import output

CONFIGURATION = """
listen: "127.0.0.1:{other}"
ping_interval: "1h"
max_payload: 1MB
websocket {{
  listen: "127.0.0.1:{port}"
  no_tls: true
}}
"""


class NATS(Server):
    name = "nats"
    title = "NATS server"
    source = "Debian nats-server"
    note = "Core NATS, at most once: publications are not acknowledged (verbose is off)."
    protocol = Protocol(
        first=(r'CONNECT {"verbose":false,"pedantic":false}\r\n',),
        subscribe=r"SUB %C 1\r\n",
        publish=r"PUB %C %L\r\n%M\r\n",
    )
    debian = ("nats-server",)
    other_ports = 1

    def missing(self, tools):
        return "" if tools.program("nats-server") else "not installed"

    def version(self, tools):
        return output([tools.program("nats-server"), "--version"]).replace("nats-server: ", "")

    def command(self, tools, start):
        text = CONFIGURATION.format(port=start.port, other=start.other_ports[0])
        return [tools.program("nats-server"), "--config", start.file("nats.conf", text)]


SERVERS = [NATS]
