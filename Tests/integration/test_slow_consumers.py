"""Subscribers that stop reading: bounded memory, a policy for each namespace, and no loss for anybody else."""

import threading
import time

import pytest

from support import protocol, raw
from support.faults import Counters, eventually, resident_bytes

KIB = 1024
PAYLOAD = "x" * 48 * KIB
READERS = 6
MOST = 2000
HISTORY = {"history_size": 3000, "history_ttl": "5m", "recovery": "always"}
OPEN = {"subscribe": "anyone", "publish": "anyone", "anonymous": True}


@pytest.fixture(scope="module")
def node(module_node_factory):
    config = {
        "client": {"queue_size": "256KiB", "write_timeout": "60s", "ping_interval": "60s"},
        "namespaces": {
            "close": OPEN | HISTORY,
            "oldest": OPEN | {"slow_consumer": "drop_oldest"},
            "latest": OPEN | {"slow_consumer": "keep_latest"},
        },
    }
    return module_node_factory(config)


class Reader(threading.Thread):
    """Takes every publication of a channel, until one says that it is the last."""

    def __init__(self, node, channel: str):
        super().__init__(daemon=True)
        self.numbers: list[int] = []
        self.session = protocol.connected(node.ws_url)
        self.session.subscribe(channel)
        self.start()

    def run(self) -> None:
        with self.session:
            while not self.numbers or self.numbers[-1] >= 0:
                self.numbers.append(self.session.next_publication()["data"]["n"])

    def finish(self) -> list[int]:
        self.join(30)
        assert not self.is_alive(), f"still waiting behind {self.numbers[-1:]}"
        return self.numbers[:-1]


def stopped(node, channel: str) -> tuple[protocol.Session, str]:
    """A subscriber that will not read, and the epoch of its stream. The kernel takes about 4 MiB for it."""
    session = protocol.connected(node.ws_url)
    return session, session.subscribe(channel).get("epoch", "")


class Publisher:
    """Publishes numbered payloads that fill a kernel's buffers soon."""

    def __init__(self, node, channel: str):
        self.channel = channel
        self.count = 0
        self.session = protocol.connected(node.ws_url)

    def publish(self, number: int | None = None) -> None:
        """The next number, or a given one."""
        if number is None:
            number, self.count = self.count, self.count + 1
        self.session.publish(self.channel, {"n": number, "payload": PAYLOAD if number >= 0 else ""})

    def publish_until(self, is_done) -> None:
        while not is_done():
            assert self.count < MOST, "the stopped subscriber has taken everything"
            for _ in range(10):
                self.publish()


def received_until_disconnected(session: protocol.Session) -> tuple[list[dict], int | None]:
    publications = []
    try:
        while True:
            publications.append(session.next_publication())
    except protocol.Disconnected as disconnected:
        return publications, disconnected.code
    except raw.Closed:
        return publications, None


def test_close_ends_the_slow_one_and_recovery_brings_it_back(node):
    """Fault row 52: 3008 for the stopped subscriber, everything for the others; then recovered with nothing lost."""
    channel = "close:a"
    readers = [Reader(node, channel) for _ in range(READERS)]
    slow, epoch = stopped(node, channel)
    publisher = Publisher(node, channel)
    counters = Counters(node)
    before = resident_bytes(node)
    publisher.publish_until(lambda: counters.moved("skein_disconnects_total", code="3008") > 0)
    for _ in range(5):
        publisher.publish()
    kept = publisher.count * len(PAYLOAD)  # The history of the channel.
    assert resident_bytes(node) - before - kept <= 24 * KIB * KIB
    publisher.publish(-1)
    for reader in readers:
        assert reader.finish() == list(range(publisher.count))
    with slow:
        publications, code = received_until_disconnected(slow)
    assert code in (3008, None)
    numbers = [publication["data"]["n"] for publication in publications]
    assert numbers == list(range(len(numbers)))
    counters.expect(1, "skein_disconnects_total", code="3008")
    with protocol.connected(node.ws_url) as back:
        result = back.subscribe(channel, recover=True, offset=publications[-1]["offset"], epoch=epoch)
        assert result["recovered"] is True
        rest = [publication["data"]["n"] for publication in result["publications"]]
    assert numbers + rest[:-1] == list(range(publisher.count))
    publisher.session.__exit__()


def test_drop_oldest_keeps_the_session_and_counts_what_is_missing(node):
    """Fault row 52: the stopped subscriber stays, gets the newest, and delivered plus dropped is what was published."""
    channel = "oldest:a"
    readers = [Reader(node, channel) for _ in range(READERS)]
    slow, _ = stopped(node, channel)
    publisher = Publisher(node, channel)
    counters = Counters(node)
    publisher.publish_until(lambda: counters.moved("skein_dropped_total", reason="slow_consumer") >= 20)
    publisher.publish(-1)
    for reader in readers:
        assert reader.finish() == list(range(publisher.count))
    numbers = []
    with slow:
        while not numbers or numbers[-1] >= 0:
            numbers.append(slow.next_publication()["data"]["n"])
    assert numbers[:-1] == sorted(set(numbers[:-1]))
    missing = publisher.count - len(numbers[:-1])
    assert missing >= 20
    assert publisher.count - 1 in numbers
    counters.expect(missing, "skein_dropped_total", reason="slow_consumer")
    assert counters.moved("skein_disconnects_total", code="3008") == 0
    publisher.session.__exit__()


def test_keep_latest_ends_with_the_newest(node):
    """Fault row 52: of what waits only the newest is kept; it is the first thing behind what was already sent."""
    channel = "latest:a"
    readers = [Reader(node, channel) for _ in range(READERS)]
    slow, _ = stopped(node, channel)
    publisher = Publisher(node, channel)
    counters = Counters(node)
    publisher.publish_until(lambda: counters.moved("skein_dropped_total", reason="slow_consumer") >= 20)
    publisher.publish(-1)
    for reader in readers:
        assert reader.finish() == list(range(publisher.count))
    numbers = []
    with slow:
        while not numbers or numbers[-1] >= 0:
            numbers.append(slow.next_publication()["data"]["n"])
    sent = numbers[:-1]
    assert sent == sorted(set(sent))
    assert len(sent) < publisher.count - 19
    assert counters.moved("skein_disconnects_total", code="3008") == 0
    publisher.session.__exit__()


def test_a_client_that_makes_no_progress_is_closed_at_write_timeout(node_factory):
    """Fault row 52: no progress for write_timeout is 3008, below the queue limit too."""
    config = {"queue_size": "256MiB", "write_timeout": "1s", "ping_interval": "60s"}
    node = node_factory({"client": config, "namespaces": {"close": OPEN}})
    reader = Reader(node, "close:b")
    slow, _ = stopped(node, "close:b")
    publisher = Publisher(node, "close:b")
    counters = Counters(node)
    # More than the kernel takes for a client that does not read.
    for _ in range(400):
        publisher.publish()
    eventually(lambda: counters.moved("skein_disconnects_total", code="3008") == 1, 10, "3008")
    publisher.publish(-1)
    assert reader.finish() == list(range(publisher.count))
    eventually(lambda: node.metric("skein_connections") <= 3, 15, "the connection of the stopped client")
    with slow:
        publications, _ = received_until_disconnected(slow)
        assert len(publications) < publisher.count
    publisher.session.__exit__()


def test_a_slow_subscriber_delays_nobody(node):
    """Fault row 52: while one subscriber is stopped, others are answered, and nothing waits for the stopped one."""
    slow, _ = stopped(node, "oldest:b")
    with slow, protocol.connected(node.ws_url) as neighbour:
        publisher = Publisher(node, "oldest:b")
        counters = Counters(node)
        publisher.publish_until(lambda: counters.moved("skein_dropped_total", reason="slow_consumer") > 0)
        began = time.monotonic()
        for _ in range(10):
            publisher.publish()
            neighbour.command("ping")
        assert time.monotonic() - began < 10
        publisher.session.__exit__()
