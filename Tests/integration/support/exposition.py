"""Reads the Prometheus text format, as strictly as these tests need it."""

import re

_SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?')


def key(name: str, labels: dict[str, str]) -> str:
    """The key of a sample: `name`, or `name{a="1",b="2"}` with the labels in alphabetical order."""
    if not labels:
        return name
    return name + "{" + ",".join(f'{label}="{value}"' for label, value in sorted(labels.items())) + "}"


def parse(text: str) -> dict[str, float]:
    """Every sample by its key; a line that is neither comment nor sample, or a repeated sample, is a ValueError."""
    samples: dict[str, float] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = _SAMPLE.match(line)
        if not match or _LABEL.sub("", match[2] or ""):
            raise ValueError(f"not a sample: {line!r}")
        sample = key(match[1], dict(_LABEL.findall(match[2] or "")))
        if sample in samples:
            raise ValueError(f"repeated sample: {line!r}")
        samples[sample] = float(match[3])
    return samples
