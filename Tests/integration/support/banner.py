"""The lines that `skein serve` prints when it is ready. They are a contract: scripts of operators read them too."""

import re
from dataclasses import dataclass, field

_READY = re.compile(r"^Skein (\S+) is ready \(node (.+)\)$")
_ROLE = re.compile(r"^  (client|api|admin|page|test) +(\S+)$")


@dataclass
class Banner:
    """What has been read of the start lines so far."""

    version: str | None = None
    node: str | None = None
    urls: dict[str, str] = field(default_factory=dict)

    def read(self, line: str) -> None:
        """Takes one line of standard output; a line of another form is an error, for nothing else belongs there."""
        text = line.rstrip("\n")
        if ready := _READY.match(text):
            self.version, self.node = ready.groups()
        elif self.version and (role := _ROLE.match(text)):
            self.urls[role[1]] = role[2]
        else:
            raise ValueError(f"unexpected start line: {text!r}")
