"""The Centrifuge client protocol in JSON, by hand: what was sent and what came back stays visible to the test.

Replies are matched by id; pushes queue up in the order of arrival; pings are answered. For the behaviour of real
clients see the tests with the SDKs.
"""

import json
from collections import deque
from urllib.parse import urlsplit

from support import raw


class CommandError(Exception):
    """An error reply."""

    def __init__(self, error: dict):
        super().__init__(f"{error.get('code')} {error.get('message')}")
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.temporary: bool = error.get("temporary", False)


class Disconnected(Exception):
    """The server sent a close frame."""

    def __init__(self, code: int | None, reason: str):
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Session:
    """One connection. Use it in a `with` statement; leaving it closes TCP without a close frame."""

    def __init__(self, url: str, headers: dict[str, str | None] | None = None, timeout: float = 10):
        self.connection = raw.connected(url, headers, timeout)
        self.pushes: deque[dict] = deque()
        self.pings = 0
        self.answers_pings = True
        self._lines: deque[dict] = deque()
        self._replies: dict[int, dict] = {}
        self._last_id = 0

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_) -> None:
        self.connection.__exit__()

    # Frames

    def send_lines(self, *commands: dict) -> None:
        """One text frame with these commands, separated by newlines."""
        self.connection.send(raw.frame(raw.TEXT, "\n".join(json.dumps(command) for command in commands)))

    def receive(self) -> dict:
        """The next object that the server sent, whatever it is; Disconnected at a close frame."""
        while not self._lines:
            received = self.connection.read_frame()
            if received.opcode == raw.CLOSE:
                self.connection.send_quietly(raw.frame(raw.CLOSE, received.payload[:2]))
                raise Disconnected(received.close_code, received.close_reason)
            assert received.opcode == raw.TEXT and received.fin, received
            self._lines.extend(json.loads(line) for line in received.payload.decode().split("\n") if line)
        return self._lines.popleft()

    def _advance(self) -> None:
        """Takes the next object to where it belongs."""
        message = self.receive()
        if not message:
            self.pings += 1
            if self.answers_pings:
                self.send_lines({})
        elif "push" in message:
            self.pushes.append(message["push"])
        else:
            self._replies[message["id"]] = message

    # Commands

    def start(self, method: str, /, **fields) -> int:
        """Sends a command and returns its id without waiting for the reply."""
        self._last_id += 1
        self.send_lines({"id": self._last_id, method: fields})
        return self._last_id

    def reply(self, identifier: int) -> dict:
        """The whole reply to this command, error or not."""
        while identifier not in self._replies:
            self._advance()
        return self._replies.pop(identifier)

    def command(self, method: str, /, **fields) -> dict:
        """The result of a command; CommandError for an error reply."""
        reply = self.reply(self.start(method, **fields))
        if "error" in reply:
            raise CommandError(reply["error"])
        return reply[method]

    def error_code(self, method: str, /, **fields) -> int:
        """The code of the error that a command gets; AssertionError when it succeeds."""
        reply = self.reply(self.start(method, **fields))
        assert "error" in reply, reply
        return reply["error"]["code"]

    def connect(self, token: str | None = None, **fields) -> dict:
        return self.command("connect", **({"token": token} if token else {}), **fields)

    def subscribe(self, channel: str, **fields) -> dict:
        return self.command("subscribe", channel=channel, **fields)

    def unsubscribe(self, channel: str) -> dict:
        return self.command("unsubscribe", channel=channel)

    def publish(self, channel: str, data) -> dict:
        return self.command("publish", channel=channel, data=data)

    def history(self, channel: str, **fields) -> dict:
        return self.command("history", channel=channel, **fields)

    def presence(self, channel: str) -> dict:
        """The members by client id."""
        return self.command("presence", channel=channel)["presence"]

    # Pushes

    def next_push(self, kind: str | None = None, channel: str | None = None) -> dict:
        """Takes the next push, or the next of a kind ("pub", "join", …) or channel; others stay queued, in order."""
        at = 0
        while True:
            while at == len(self.pushes):
                self._advance()
            push = self.pushes[at]
            if (kind is None or kind in push) and channel in (None, push.get("channel")):
                del self.pushes[at]
                return push
            at += 1

    def next_publication(self, channel: str | None = None) -> dict:
        return self.next_push("pub", channel)["pub"]

    def until_disconnected(self) -> Disconnected:
        """Reads on until the server closes, and returns with which code."""
        try:
            while True:
                self._advance()
        except Disconnected as disconnected:
            return disconnected


def connected(url: str, token: str | None = None, **fields) -> Session:
    """A session that has completed `connect`."""
    session = Session(url)
    try:
        session.connect(token, **fields)
    except BaseException:
        session.__exit__()
        raise
    return session


def with_query(url: str, query: str) -> str:
    """The URL with a query, for options such as cf_protocol."""
    return urlsplit(url)._replace(query=query).geturl()
