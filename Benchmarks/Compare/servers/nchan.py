"""Nchan, the pub/sub module of nginx, with one worker process; master and worker count."""

import os
from pathlib import Path

from harness.definition import Protocol, Server

MODULE = "usr/lib/nginx/modules/ngx_nchan_module.so"
CONFIGURATION = """
load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile {descriptors};
{user}
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections {connections}; use epoll; }}
http {{
  access_log off;
  nchan_shared_memory_size 256M;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    client_max_body_size 1m;
    location ~ ^/subscribe/(.+)$ {{ nchan_subscriber websocket; nchan_channel_id $1; }}
    location ~ ^/publish/(.+)$ {{ nchan_publisher websocket; nchan_channel_id $1; nchan_message_timeout 5s; }}
  }}
}}
"""


class Nchan(Server):
    name = "nchan"
    title = "Nchan"
    source = "Debian libnginx-mod-nchan, nginx"
    note = (
        "The channel is in the path, so each channel has a publisher connection of its own, and a subscription is the "
        "handshake. There is no subscribe reply; a publisher gets the state of its channel for each message. "
        "Every message is also kept for five seconds in shared memory."
    )
    protocol = Protocol("/subscribe/%C", publish="%M", publisher_path="/publish/%C", publisher_per_channel=True)
    debian = ("nginx", "libnginx-mod-nchan")
    processes = 2

    def missing(self, tools):
        if not tools.program("nginx") or not tools.debian_file(MODULE):
            return "not installed"
        usable = self.state_folder() or os.geteuid() == 0
        return "" if usable else "/var/lib/nginx is missing: install nginx, or run as root"

    def state_folder(self):
        return Path("/var/lib/nginx").is_dir()

    def version(self, tools):
        return f"{tools.debian_version('libnginx-mod-nchan')}, nginx {tools.debian_version('nginx')}"

    def command(self, tools, start):
        descriptors = os.sysconf("SC_OPEN_MAX")
        text = CONFIGURATION.format(
            module=tools.debian_file(MODULE), folder=start.folder, port=start.port, descriptors=descriptors,
            connections=descriptors - 100, user="user root;" if os.geteuid() == 0 else "")  # fmt: skip
        command = [tools.program("nginx"), "-p", str(start.folder), "-c", start.file("nginx.conf", text)]
        if self.state_folder():
            return command
        # The module makes Debian's temporary folders whatever the configuration says: it gets them in a mount
        # namespace of its own, not on the machine.
        script = 'mount -t tmpfs none /var/lib && mkdir /var/lib/nginx && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, "sh", *command]


SERVERS = [Nchan]
