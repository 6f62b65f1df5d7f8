"""What subscribers are promised while much happens at once: one order, no loss, no repetition (guarantees G3 to G9)."""

import functools
import json
import random

import pytest

from support import protocol, protocol_protobuf
from support.channels import CONFIG
from support.node import merged
from support.waiting import eventually, in_parallel

SUBSCRIBERS = 20
PUBLISHERS = 4
EACH = 500
TOTAL = PUBLISHERS * EACH
IN_FLIGHT = 50
SEAM_TOTAL = 1500
SEAM_WORKERS = 4
SEED = 7


@pytest.fixture(scope="module")
def node(module_node_factory):
    deep = {"history_size": 10_000, "history_ttl": "1h", "recovery": "always"}
    everybody = {"subscribe": "anyone", "publish": "anyone", "read_history": "anyone", "anonymous": True}
    namespaces = {"deep": everybody | deep, "patched": everybody | deep | {"delta": True}}
    return module_node_factory(
        merged(CONFIG, {"client": {"history_limit": 10_000}, "namespaces": namespaces, "log": {"level": "warning"}})
    )


def publish_all(url: str, channel: str, publisher: int) -> None:
    """Publishes 0, 1, … as this publisher, some in flight at a time, until all are acknowledged."""
    with protocol.connected(url) as session:
        for start in range(0, EACH, IN_FLIGHT):
            numbers = range(start, start + IN_FLIGHT)
            session.send_lines(
                *({"id": 1000 + n, "publish": {"channel": channel, "data": {"by": publisher, "n": n}}} for n in numbers)
            )
            for n in numbers:
                assert "error" not in session.reply(1000 + n)


def read_json(session: protocol.Session, channel: str) -> list[tuple]:
    publications = [session.next_publication(channel) for _ in range(TOTAL)]
    return [(item.get("offset"), item["data"]["by"], item["data"]["n"]) for item in publications]


def read_protobuf(session: protocol_protobuf.ProtobufSession) -> list[tuple]:
    publications = [session.next_push("pub").pub for _ in range(TOTAL)]
    data = [json.loads(publication.data) for publication in publications]
    return [
        (publication.offset or None, payload["by"], payload["n"])
        for publication, payload in zip(publications, data, strict=True)
    ]


@pytest.mark.parametrize("namespace", ["wide", "deep"])
def test_all_subscribers_see_one_order_without_loss_or_repetition(node, channel, namespace):
    name = f"{namespace}:{channel}"
    before = node.metrics()
    json_sessions = [protocol.connected(node.ws_url) for _ in range(SUBSCRIBERS // 2)]
    binary_sessions = [protocol_protobuf.connected(node.ws_url) for _ in range(SUBSCRIBERS // 2)]
    for session in json_sessions:
        session.subscribe(name)
    for session in binary_sessions:
        session.command("subscribe", channel=name)
    readers = [functools.partial(read_json, session, name) for session in json_sessions]
    readers += [functools.partial(read_protobuf, session) for session in binary_sessions]
    publishers = [functools.partial(publish_all, node.ws_url, name, n) for n in range(PUBLISHERS)]
    seen = in_parallel(*readers, *publishers, timeout=120)[:SUBSCRIBERS]
    for session in (*json_sessions, *binary_sessions):
        # Whatever else was on its way comes before this answer.
        session.reply(session.start("rpc", method="skein.whoami"))
        assert not session.pushes
        session.__exit__()
    first = seen[0]
    assert all(other == first for other in seen)
    for publisher in range(PUBLISHERS):
        assert [n for _, by, n in first if by == publisher] == list(range(EACH)), "each publisher's order is kept"
    if namespace == "deep":
        assert [offset for offset, _, _ in first] == list(range(1, TOTAL + 1))
        with protocol.connected(node.ws_url) as session:
            history = session.history(name, limit=-1)["publications"]
        assert [(item["offset"], item["data"]["by"], item["data"]["n"]) for item in history] == first
    after = node.metrics()
    assert after["skein_deliveries_total"] - before.get("skein_deliveries_total", 0) == SUBSCRIBERS * TOTAL
    assert after["skein_publications_total"] - before.get("skein_publications_total", 0) == TOTAL
    assert not [name for name in after if name.startswith(("skein_dropped", "skein_live_gap")) and after[name]]


def publish_numbers(url: str, channel: str) -> None:
    with protocol.connected(url) as session:
        for start in range(1, SEAM_TOTAL + 1, 5):
            numbers = range(start, start + 5)
            session.send_lines(*({"id": 1000 + n, "publish": {"channel": channel, "data": n}} for n in numbers))
            for n in numbers:
                assert "error" not in session.reply(1000 + n)


class Commuter:
    """A subscriber that leaves and comes back at random moments, and has to have seen everything in the end."""

    def __init__(self, url: str, channel: str, seed: int):
        self.url = url
        self.channel = channel
        self.random = random.Random(seed)
        self.offsets: list[int] = []
        self.epoch = ""
        self.turns = 0

    @property
    def position(self) -> int:
        return self.offsets[-1] if self.offsets else 0

    def take(self, publication: dict) -> None:
        assert publication["data"] == publication["offset"]
        self.offsets.append(publication["offset"])

    def subscribe(self, session: protocol.Session) -> None:
        known = {"recover": True, "epoch": self.epoch, "offset": self.position} if self.epoch else {}
        result = session.subscribe(self.channel, **known)
        self.turns += 1
        if known:
            assert result.get("recovered") is True and result.get("offset", 0) == self.position, result
        else:
            self.epoch = result["epoch"]
            assert result.get("offset", 0) == 0
        for publication in result.get("publications") or []:
            self.take(publication)

    def run(self) -> list[int]:
        session = protocol.connected(self.url)
        while self.position < SEAM_TOTAL:
            self.subscribe(session)
            for _ in range(self.random.choice([0, 0, 1, 2, 10, 60])):
                if self.position == SEAM_TOTAL:
                    break
                self.take(session.next_publication(self.channel))
            if self.random.random() < 0.3:
                # Gone without a word; what had arrived unread counts as not seen.
                session.__exit__()
                session = protocol.connected(self.url)
            else:
                self.unsubscribe(session)
        session.__exit__()
        return self.offsets

    def unsubscribe(self, session: protocol.Session) -> None:
        session.unsubscribe(self.channel)
        # What came before the answer counts as seen; afterwards there is nothing.
        while session.pushes:
            self.take(session.pushes.popleft()["pub"])
        session.command("rpc", method="skein.whoami")
        assert not session.pushes, "a publication after the end of the subscription"


def test_recovery_has_no_seam_while_publications_go_on(node, channel):
    name = f"deep:{channel}"
    commuters = [Commuter(node.ws_url, name, SEED + n) for n in range(SEAM_WORKERS)]
    # The stream exists before anybody publishes, so that the first subscription is one from the beginning.
    with protocol.connected(node.ws_url) as session:
        assert session.subscribe(name).get("offset", 0) == 0
        for commuter in commuters:
            commuter.epoch = session.history(name)["epoch"]
        in_parallel(
            *(commuter.run for commuter in commuters), lambda: publish_numbers(node.ws_url, name), timeout=120
        )
        steady = [session.next_publication(name)["offset"] for _ in range(SEAM_TOTAL)]
    expected = list(range(1, SEAM_TOTAL + 1))
    assert steady == expected
    for commuter in commuters:
        assert commuter.offsets == expected
    assert sum(commuter.turns for commuter in commuters) > 10 * SEAM_WORKERS, "they came and went often enough"


def test_many_channels_at_once_do_not_mix(node, channel):
    names = [f"deep:{channel}-{n}" for n in range(6)]
    sessions = [protocol.connected(node.ws_url) for _ in range(6)]
    for session in sessions:
        for name in names:
            session.subscribe(name)

    def publish(at: int) -> None:
        with protocol.connected(node.ws_url) as session:
            for n in range(100):
                session.publish(names[at], f"{names[at]} {n}")

    in_parallel(*(functools.partial(publish, at) for at in range(6)))
    for session in sessions:
        for name in names:
            publications = [session.next_publication(name) for _ in range(100)]
            assert [item["data"] for item in publications] == [f"{name} {n}" for n in range(100)]
            assert [item["offset"] for item in publications] == list(range(1, 101))
        assert not session.pushes
        session.__exit__()


def test_sessions_that_come_and_go_leave_no_trace(node, channel):
    gauges = ("skein_sessions", "skein_subscriptions", "skein_channels", "skein_presence_members")
    before = {name: node.metric(name) for name in gauges}

    def churn(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(25):
            with protocol.connected(node.ws_url) as session:
                for n in rng.sample(range(6), 3):
                    session.subscribe(f"present:{channel}-{n}")
                if rng.random() < 0.5:
                    session.start("subscribe", channel=f"present:{channel}-x")
                if rng.random() < 0.5:
                    session.connection.reset()

    in_parallel(*(functools.partial(churn, SEED + n) for n in range(4)))
    eventually(lambda: {name: node.metric(name) for name in gauges} == before, "the gauges are as before")
    with protocol.connected(node.ws_url) as session:
        for n in range(6):
            session.subscribe(f"present:{channel}-{n}")
            assert len(session.presence(f"present:{channel}-{n}")) == 1
