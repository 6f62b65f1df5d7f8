"""Load on running nodes while things go wrong: publishers and subscribers that write down all they do and see.

A test starts the load, does what it likes to the nodes, tells the load when the last fault is gone, and lets it settle:

    async with Load(endpoints, plan, tmp_path / "history", seed) as load:
        with load.fault("kill n1"):
            cluster.kill(1)
            await load.run_for(5)
            cluster.restart(1)
        await load.settle()
    load.check(Expectations(window=1000)).assert_clean()
"""

import asyncio
import contextlib
import functools
import math
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cent

from support import history
from support.history import HEAL, QUIET, Recorder, compact
from support.history_anomaly import Expectations
from support.history_checker import Report, check
from support.load_connection import FORMATS, Endpoints
from support.load_publishers import APIClients, CallPublisher, ConnectionPublisher, Publisher
from support.load_sdk import SDKSubscriber
from support.load_subscribers import Habits, RawSubscriber, Subscriber

START_SECONDS = 20
CONVERGENCE_SECONDS = 30
PAGE = 1000
_POLL_SECONDS = 0.05
_TESTER, _CLOSING = "tester", "closing"


@dataclass(frozen=True)
class Plan:
    """How much of everything. Channels have to allow everybody to publish, and to subscribe without a token.

    `deep` channels have a history and recovery, `live` ones neither, `present` ones presence with joins and leaves that
    are pushed. Publications go to all of them, to the first of each list most often. Every subscriber is subscribed to
    `breadth` channels, chosen at random, and to all that are `present`. `rate` is per publisher and second.
    """

    deep: list[str]
    live: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    connection_publishers: int = 3
    call_publishers: int = 3
    rate: float = 40
    window: int = 16
    sizes: tuple[int, int] = (20, 4096)
    subscribers: int = 12
    sdk_subscribers: int = 0
    breadth: int = 4
    # Subscribers take turns with these.
    habits: tuple[Habits, ...] = (Habits(),)

    @property
    def channels(self) -> list[str]:
        return [*self.deep, *self.live, *self.present]


class Load:
    """Use it in an `async with` statement: it starts when everybody is subscribed, and ends with the statement."""

    def __init__(self, endpoints: Endpoints, plan: Plan, file: Path, seed: int = 0):
        self.recorder = Recorder(file)
        self.convergence_seconds = 0.0
        self._endpoints = endpoints
        self._plan = plan
        self._seed = seed
        self._random = random.Random(seed)
        self._tasks: dict[str, asyncio.Task] = {}
        self._weights = [1 / (1 + at) for part in (plan.deep, plan.live, plan.present) for at in range(len(part))]
        self.subscribers: list[Subscriber] = list(self._make_subscribers())
        self.publishers: list[Publisher] = list(self._make_publishers())

    # Who there is

    def _make_subscribers(self) -> Iterator[Subscriber]:
        plan = self._plan
        for n in range(plan.subscribers + plan.sdk_subscribers):
            others = [*plan.deep, *plan.live]
            chosen = self._random.sample(others, min(plan.breadth, len(others)))
            channels = [channel for channel in plan.channels if channel in chosen or channel in plan.present]
            if n < plan.subscribers:
                habits = plan.habits[n % len(plan.habits)]
                # Each habit in each format.
                format = FORMATS[n // len(plan.habits) % len(FORMATS)]
                yield RawSubscriber(f"sub-{n}", channels, self.recorder, self._endpoints, format, habits, self._seed)
            else:
                url = self._endpoints.clients[n % len(self._endpoints.clients)]
                yield SDKSubscriber(f"sdk-{n}", channels, self.recorder, url, use_protobuf=n % 2 == 0)

    def _make_publishers(self) -> Iterator[Publisher]:
        plan = self._plan
        make = functools.partial(
            ConnectionPublisher,
            recorder=self.recorder,
            endpoints=self._endpoints,
            choose=self._choose,
            rate=plan.rate,
            seed=self._seed,
            window=plan.window,
        )
        yield from (make(f"ws-{n}") for n in range(plan.connection_publishers))
        yield from (self._call_publisher(f"api-{n}") for n in range(plan.call_publishers))

    def _call_publisher(self, name: str) -> CallPublisher:
        return CallPublisher(name, self.recorder, self._endpoints, self._choose, self._plan.rate, self._seed)

    def _choose(self, rng: random.Random) -> tuple[str, int]:
        (channel,) = rng.choices(self._plan.channels, self._weights)
        smallest, largest = self._plan.sizes
        return channel, round(math.exp(rng.uniform(math.log(smallest), math.log(largest))))

    # Phases

    async def __aenter__(self) -> "Load":
        for subscriber in self.subscribers:
            self._tasks[subscriber.name] = asyncio.create_task(subscriber.run())
        try:
            assert await self._reached(self._is_steady, START_SECONDS), "not everybody is subscribed"
        except BaseException:
            await self.__aexit__()
            raise
        for publisher in self.publishers:
            self._tasks[publisher.name] = asyncio.create_task(publisher.run())
        return self

    async def __aexit__(self, *_) -> None:
        # Once is not enough: before Python 3.12 `asyncio.wait_for` drops a cancellation that comes with what it waits for.
        while pending := [task for task in self._tasks.values() if not task.done()]:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=1)
        self.recorder.close()

    async def run_for(self, seconds: float) -> None:
        """Lets the load go on; whatever fails in it fails here."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._raise_failures()
            await asyncio.sleep(min(left, 0.2))

    @contextlib.contextmanager
    def fault(self, name: str) -> Iterator[None]:
        """What happens inside is known to the checker as the time of a fault."""
        op = self.recorder.next_op()
        self.recorder.record(_TESTER, "fault", "invoke", val=name, op=op)
        try:
            yield
        finally:
            self.recorder.record(_TESTER, "fault", "ok", val=name, op=op)

    async def settle(self, seconds: float = CONVERGENCE_SECONDS) -> None:
        """All faults are gone: publishers finish, everything has to arrive, then histories and presence are read.

        Waits for each of these at most so long, and says nothing of what does not come: that is for the checker.
        """
        self.recorder.record(_TESTER, "phase", "ok", val=HEAL)
        start = time.monotonic()
        for publisher in self.publishers:
            publisher.finish()
        for subscriber in self.subscribers:
            subscriber.calm()
        await self._reached(lambda: all(self._tasks[found.name].done() for found in self.publishers), seconds)
        await self._reached(self._is_steady, seconds)
        async with APIClients(self._endpoints) as clients:
            closing = await self._publish_closing(clients)
            await self._reached(lambda: self._is_level(closing), seconds)
            await self._reached(functools.partial(self._is_present, clients), seconds)
            self.convergence_seconds = time.monotonic() - start
            self.recorder.record(_TESTER, "phase", "ok", val=QUIET)
            await self._read_all(clients)

    async def _publish_closing(self, clients: APIClients) -> dict[str, str]:
        """One more publication on each channel, which everybody has to get; the value for each that succeeded."""
        publisher = self._call_publisher(_CLOSING)
        closing = {}
        for channel in self._plan.channels:
            value = publisher.new_value(0)
            if await publisher.publish(clients, channel, value):
                closing[channel] = compact(value)
        return closing

    def _is_steady(self) -> bool:
        return all(subscriber.is_steady for subscriber in self.subscribers)

    def _is_level(self, closing: dict[str, str]) -> bool:
        """Whether everybody has the newest publication of each channel."""
        return self._is_steady() and all(
            subscriber.newest.get(channel) == closing.get(channel)
            for subscriber in self.subscribers
            for channel in subscriber.channels
        )

    async def _is_present(self, clients: APIClients) -> bool:
        """Whether presence has everybody who is there, and nobody who is gone."""
        everybody = sorted(subscriber.client for subscriber in self.subscribers)
        try:
            for channel in self._plan.present:
                if (await self._presence(clients[self._endpoints.api(self._random)], channel))["members"] != everybody:
                    return False
        except cent.CentError:
            return False
        return True

    async def _reached(self, condition: Callable[[], bool | Awaitable[bool]], seconds: float) -> bool:
        """Whether the condition came true in time."""
        end = time.monotonic() + seconds
        while True:
            is_there = condition()
            if is_there if isinstance(is_there, bool) else await is_there:
                return True
            self._raise_failures()
            if time.monotonic() > end:
                return False
            await asyncio.sleep(_POLL_SECONDS)

    def _raise_failures(self) -> None:
        for name, task in self._tasks.items():
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise AssertionError(f"{name} has failed") from error

    # Final reads

    async def _read_all(self, clients: APIClients) -> None:
        """Every node that answers is asked, and all have to say the same."""
        for channel in self._plan.deep:
            await self._read(clients, "hist", channel, self._history)
        for channel in self._plan.present:
            await self._read(clients, "presence", channel, self._presence)

    async def _read(self, clients: APIClients, f: str, channel: str, read: Callable[..., Awaitable[dict]]) -> None:
        answers = 0
        for url in self._endpoints.apis:
            op = self.recorder.next_op()
            self.recorder.record(_TESTER, f, "invoke", ch=channel, op=op, final=True)
            try:
                values = await read(clients[url], channel)
            except cent.CentError:
                self.recorder.record(_TESTER, f, "fail", ch=channel, op=op, final=True)
            else:
                self.recorder.record(_TESTER, f, "ok", ch=channel, op=op, final=True, **values)
                answers += 1
        assert answers, f"no node answers to the final read of the {f} of {channel}"

    @staticmethod
    async def _history(client: cent.AsyncClient, channel: str) -> dict:
        """All of it. Nothing changes any more, so that pages fit together."""
        items: list[list] = []
        since = None
        while True:
            page = await client.history(cent.HistoryRequest(channel=channel, limit=PAGE, since=since))
            items += [[publication.offset, compact(publication.data)] for publication in page.publications]
            if len(page.publications) < PAGE:
                return {"epoch": page.epoch, "off": page.offset, "items": items}
            since = cent.StreamPosition(offset=items[-1][0], epoch=page.epoch)

    @staticmethod
    async def _presence(client: cent.AsyncClient, channel: str) -> dict:
        answer = await client.presence(cent.PresenceRequest(channel=channel))
        return {"members": sorted(answer.presence)}

    def check(self, expectations: Expectations) -> Report:
        """What the history says, once the load has ended."""
        return check(history.read(self.recorder.file), expectations)
