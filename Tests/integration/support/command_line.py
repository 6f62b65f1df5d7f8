"""Runs `skein` commands that end by themselves."""

import subprocess
from pathlib import Path

import yaml

from support.node import binary, environment

COMMAND_SECONDS = 30


def skein(
    *arguments: str | Path, env: dict[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess:
    """One command with its output as text; whatever SKEIN_… the developer's shell has is left out."""
    return subprocess.run(
        [str(binary()), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        cwd=folder,
        env=environment() | (env or {}),
    )


def write_config(folder: Path, config: dict | str, name: str = "skein.yaml") -> Path:
    file = folder / name
    file.write_text(config if isinstance(config, str) else yaml.safe_dump(config))
    return file


def shown(*arguments: str | Path, env: dict[str, str] | None = None) -> dict:
    """The effective configuration as `skein config show` tells it."""
    done = skein("config", "show", *arguments, env=env)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)
