"""Publishers of the load: over WebSocket with several publications in flight, and through the HTTP API with keys."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable

import cent

from support.history import Recorder, compact, make_value
from support.load_connection import Connection, Endpoints, JSONFormat, Lost

RETRY_SECONDS = (0.05, 0.3)
# How long a call may take, and how long a publication is tried again.
CALL_SECONDS = 5.0
PERSISTENCE_SECONDS = 60.0
# How long a WebSocket publisher waits for an answer before it goes elsewhere.
ANSWER_SECONDS = 8.0
# Errors after which nobody knows; all others say that nothing was published.
UNKNOWN_OUTCOMES = {100}
# One in so many acknowledged calls is repeated with its key.
REPEATED_CALLS = 12


class Publisher:
    """Makes unique values at a rate, until it is told to finish; what is in flight then is still brought to its end."""

    def __init__(
        self,
        name: str,
        recorder: Recorder,
        endpoints: Endpoints,
        choose: Callable[[random.Random], tuple[str, int]],
        rate: float,
        seed: int,
    ):
        self.name = name
        self.acknowledged = 0
        self._recorder = recorder
        self._endpoints = endpoints
        # The channel and the size of the next publication.
        self._choose = choose
        self._rate = rate
        self._random = random.Random(f"{name} {seed}")
        self._finishing = asyncio.Event()
        self._number = 0
        self._due = 0.0

    async def run(self) -> None:
        """Ends after `finish`."""
        raise NotImplementedError

    def finish(self) -> None:
        self._finishing.set()

    def new_value(self, size: int) -> str:
        self._number += 1
        return make_value(self.name, self._number, size)

    async def pace(self) -> None:
        """Waits for the next time to publish. After a pause nothing is made up for."""
        now = time.monotonic()
        self._due = max(now, self._due + self._random.expovariate(self._rate))
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._finishing.wait(), max(0.0, self._due - now))

    def record(self, type: str, channel: str, value: str, op: int, **values) -> None:
        self._recorder.record(self.name, "pub", type, ch=channel, val=compact(value), op=op, **values)


class ConnectionPublisher(Publisher):
    """Publishes as a client, with up to `window` publications that are not answered yet. Nothing is tried again."""

    def __init__(self, *arguments, window: int, **named):
        super().__init__(*arguments, **named)
        self._window = window
        self._flights: dict[int, tuple[str, str, int, float]] = {}

    async def run(self) -> None:
        failed: str | None = None
        while not self._finishing.is_set():
            url = self._endpoints.client(self.name, self._random, besides=failed)
            connection = None
            try:
                connection = await Connection.open(url, JSONFormat)
                await self._use(connection)
            except Lost:
                failed = url
                await asyncio.sleep(self._random.uniform(*RETRY_SECONDS))
            finally:
                self._give_up()
                if connection:
                    connection.abort()

    async def _use(self, connection: Connection) -> None:
        reader = asyncio.create_task(self._read(connection))
        try:
            while not self._finishing.is_set() and not reader.done():
                await self.pace()
                if len(self._flights) < self._window and not self._finishing.is_set():
                    await self._publish(connection)
            end = time.monotonic() + ANSWER_SECONDS
            while self._flights and not reader.done() and time.monotonic() < end:
                await asyncio.sleep(0.02)
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader

    async def _publish(self, connection: Connection) -> None:
        channel, size = self._choose(self._random)
        value, op, identifier = self.new_value(size), self._recorder.next_op(), connection.next_id()
        self._flights[identifier] = (channel, value, op, time.monotonic())
        self.record("invoke", channel, value, op, conn=connection.client, node=connection.node)
        await connection.send("publish", identifier, channel=channel, data=value)

    async def _read(self, connection: Connection) -> None:
        """Until the connection is lost, or an answer does not come."""
        heard = time.monotonic()
        while True:
            oldest = next(iter(self._flights.values()), None)
            limit = min(heard + connection.patience, oldest[3] + ANSWER_SECONDS if oldest else float("inf"))
            now = time.monotonic()
            if now >= limit:
                raise Lost("no answer")
            try:
                messages = await connection.receive(min(1.0, limit - now))
            except TimeoutError:
                continue
            heard = time.monotonic()
            for message in messages:
                self._take(message)

    def _take(self, message: dict) -> None:
        flight = self._flights.pop(message.get("id", 0), None)
        if flight is None:
            return
        channel, value, op, _ = flight
        if "error" not in message:
            self.acknowledged += 1
            self.record("ok", channel, value, op)
        else:
            code = message["error"]["code"]
            self.record("info" if code in UNKNOWN_OUTCOMES else "fail", channel, value, op, code=code)

    def _give_up(self) -> None:
        """Nobody knows what became of what is in flight."""
        for channel, value, op, _ in self._flights.values():
            self.record("info", channel, value, op)
        self._flights.clear()


class CallPublisher(Publisher):
    """Publishes through the HTTP API, one call at a time, each with a key, and repeats what fails."""

    async def run(self) -> None:
        async with APIClients(self._endpoints) as clients:
            while not self._finishing.is_set():
                await self.pace()
                if not self._finishing.is_set():
                    channel, size = self._choose(self._random)
                    await self.publish(clients, channel, self.new_value(size))

    async def publish(self, clients: "APIClients", channel: str, value: str) -> bool:
        """Whether it was acknowledged in the end."""
        end = time.monotonic() + PERSISTENCE_SECONDS
        failed: str | None = None
        while time.monotonic() < end:
            url = self._endpoints.api(self._random, besides=failed)
            outcome = await self._call(clients, url, channel, value)
            if outcome == "ok":
                self.acknowledged += 1
                if self._random.randrange(REPEATED_CALLS) == 0:
                    await self._call(clients, self._endpoints.api(self._random), channel, value)
                return True
            if outcome == "fail":
                return False
            failed = url
            await asyncio.sleep(self._random.uniform(*RETRY_SECONDS))
        return False

    async def _call(self, clients: "APIClients", url: str, channel: str, value: str) -> str:
        key, op = compact(value), self._recorder.next_op()
        self.record("invoke", channel, value, op, key=key)
        request = cent.PublishRequest(channel=channel, data=value, idempotency_key=key)
        outcome, known = "info", {}
        try:
            result = await clients[url].publish(request, timeout=CALL_SECONDS)
            outcome, known = "ok", {"epoch": result.epoch or None, "off": result.offset or None}
        except cent.CentApiResponseError as error:
            outcome = "info" if error.code in UNKNOWN_OUTCOMES else "fail"
            known = {"code": error.code}
        except cent.CentError:
            pass
        except asyncio.CancelledError:
            self.record("info", channel, value, op, key=key)
            raise
        self.record(outcome, channel, value, op, key=key, **known)
        return outcome


class APIClients:
    """The clients of the HTTP API by address, made when they are needed."""

    def __init__(self, endpoints: Endpoints):
        self._key = endpoints.api_key
        self._clients: dict[str, cent.AsyncClient] = {}

    def __getitem__(self, url: str) -> cent.AsyncClient:
        if url not in self._clients:
            self._clients[url] = cent.AsyncClient(url, self._key, timeout=CALL_SECONDS)
        return self._clients[url]

    async def __aenter__(self) -> "APIClients":
        return self

    async def __aexit__(self, *_) -> None:
        for client in self._clients.values():
            await client.close()
