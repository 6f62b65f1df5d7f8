"""What the files under deploy/ and those of Docker say, for tests."""

import re
import resource
import subprocess
from pathlib import Path

import yaml

from support.command_line import skein
from support.node import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
SYSTEMD = DEPLOY / "systemd"
SECRETS = {
    "SKEIN_TOKENS_KEYS_MAIN_SECRET": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "SKEIN_API_KEYS": "5e9d1c0a7b3f4e2d8c6b5a49",
}
# Where the files of a cluster are, and which variables its nodes must get.
CLUSTERS = {
    "compose": (DEPLOY / "skein.yaml", DEPLOY / "haproxy/haproxy.cfg", SECRETS),
    "kubernetes": (
        KUBERNETES / "skein.yaml",
        KUBERNETES / "haproxy.cfg",
        SECRETS | {"SKEIN_REDIS_URL": "redis://redis.internal:6379"},
    ),
}
CONFIGURATION_STATUS = 78
# client.ping_interval, which the files leave at its default.
PING_SECONDS = 25


class ComposeLoader(yaml.SafeLoader):
    """Knows the tag of Compose that replaces a list in place of adding to it."""


ComposeLoader.add_constructor(
    "!override", lambda loader, node: loader.construct_sequence(node, deep=True)
)


def compose(file: str = "docker-compose.yml") -> dict:
    return yaml.load((REPOSITORY / file).read_text(), ComposeLoader)


def settings(cluster: str) -> dict:
    return yaml.safe_load(CLUSTERS[cluster][0].read_text())


def ring(cluster: str) -> dict[str, tuple[int, str]]:
    """Id and address of each node of the configuration."""
    nodes = (re.fullmatch(r"([^=]+)=(\d+)@(\S+)", text) for text in settings(cluster)["ring"]["nodes"])
    return {match[1]: (int(match[2]), match[3]) for match in nodes}


def servers(text: str) -> dict[str, tuple[int, str]]:
    """Id and address of each server of a configuration of HAProxy."""
    found = re.findall(r"^\s+server (\S+) (\S+) id (\d+) weight 100$", text, re.MULTILINE)
    assert len(found) == len(re.findall(r"^\s+server ", text, re.MULTILINE)), "a server without id or weight"
    return {name: (int(number), address) for name, address, number in found}


def seconds(text: str) -> float:
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", text).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]


def directive(text: str, words: str) -> str:
    """What follows these words in a configuration of HAProxy, the first time."""
    found = re.search(rf"^\s*(?:default-server .*)?\b{words} (\S+)", text, re.MULTILINE)
    assert found, f"no {words}"
    return found[1]


def stop_seconds(cluster: str) -> float:
    """The longest that the stop of a node takes."""
    values = settings(cluster)
    drain, grace = values["drain"], seconds(values["shutdown"]["grace"])
    return seconds(drain["delay"]) + values["client"]["connections"] / drain["rate"] + grace


def check(file: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    """`skein config check`. More connections than this machine allows are not what is asked."""
    wanted = yaml.safe_load(file.read_text())["client"]["connections"]
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < wanted + 100:
        arguments = (*arguments, "--set", "client.connections=0")
    return skein("config", "check", "--config", file, *arguments, env=environment)
