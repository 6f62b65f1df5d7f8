"""Deltas: patches against the publication before, applied here by the Python SDK's implementation of fossil."""

import json
import random

import pytest

from centrifuge.fossil import apply_delta
from support import protocol, protocol_protobuf
from support.channels import CONFIG

SEED = 20_260_131


@pytest.fixture(scope="module")
def node(module_node_factory):
    return module_node_factory(CONFIG)


def document(n: int, size: int = 20) -> dict:
    """Mostly the same for every n, so that a patch is much smaller than the whole."""
    rows = {f"row-{row}": f"value {row} of a table that hardly changes" for row in range(size)}
    return rows | {"changed": n, "ü": "😀" * (n % 3)}


class Follower:
    """Rebuilds the payloads of one subscription, and counts how they came."""

    def __init__(self):
        self.base: bytes | None = None
        self.patches = 0
        self.bytes = 0

    def take(self, data: bytes, is_patch: bool) -> bytes:
        self.bytes += len(data)
        if is_patch:
            assert self.base is not None, "a patch without anything before it"
            self.patches += 1
            data = bytes(apply_delta(self.base, data))
        self.base = data
        return data

    def take_json(self, publication: dict):
        assert isinstance(publication["data"], str), "with delta every payload is a string"
        return json.loads(self.take(publication["data"].encode(), publication.get("delta", False)))

    def take_protobuf(self, publication):
        return json.loads(self.take(publication.data, publication.delta))


def api_publish(node, channel: str, data) -> None:
    assert "error" not in node.api("publish", {"channel": channel, "data": data})


def test_json_subscribers_get_patches_as_strings(node, channel):
    name = f"delta:{channel}"
    with protocol.connected(node.ws_url) as session, protocol.connected(node.ws_url) as plain:
        assert session.subscribe(name, delta="fossil")["delta"] is True
        assert "delta" not in plain.subscribe(name)
        follower = Follower()
        for n in range(20):
            api_publish(node, name, document(n))
            publication = session.next_publication(name)
            assert publication.get("delta", False) is (n > 0), "the first is whole"
            assert follower.take_json(publication) == document(n) and publication["offset"] == n + 1
            whole = plain.next_publication(name)
            assert whole["data"] == document(n) and "delta" not in whole
        assert follower.patches == 19 and follower.bytes < 20 * len(json.dumps(document(0))) / 5


def test_protobuf_subscribers_get_patches_as_bytes(node, channel):
    name = f"delta:{channel}"
    with protocol_protobuf.connected(node.ws_url) as session:
        assert session.command("subscribe", channel=name, delta="fossil").delta
        follower = Follower()
        for n in range(20):
            api_publish(node, name, document(n))
            publication = session.next_push("pub").pub
            assert publication.delta is (n > 0) and follower.take_protobuf(publication) == document(n)
        assert follower.patches == 19


def test_who_comes_later_starts_with_a_whole_one(node, channel):
    name = f"delta:{channel}"
    with protocol.connected(node.ws_url) as first, protocol.connected(node.ws_url) as second:
        first.subscribe(name, delta="fossil")
        early, late = Follower(), Follower()
        for n in range(3):
            api_publish(node, name, document(n))
            early.take_json(first.next_publication(name))
        second.subscribe(name, delta="fossil")
        for n in range(3, 6):
            api_publish(node, name, document(n))
            assert early.take_json(first.next_publication(name)) == document(n)
            publication = second.next_publication(name)
            assert publication.get("delta", False) is (n > 3)
            assert late.take_json(publication) == document(n)


def test_recovered_publications_are_a_base_for_patches(node, channel):
    name = f"delta:{channel}"
    for is_protobuf in (False, True):
        with protocol.connected(node.ws_url) as session:
            seen = session.subscribe(name)
        start = seen.get("offset", 0)
        for n in range(5):
            api_publish(node, name, document(n))
        follower = Follower()
        fields = {"recover": True, "epoch": seen["epoch"], "offset": start, "delta": "fossil"}
        if is_protobuf:
            with protocol_protobuf.connected(node.ws_url) as session:
                result = session.command("subscribe", channel=name, **fields)
                assert result.recovered and result.delta
                assert [follower.take_protobuf(item) for item in result.publications] == [document(n) for n in range(5)]
                for n in range(5, 8):
                    api_publish(node, name, document(n))
                    assert follower.take_protobuf(session.next_push("pub").pub) == document(n)
        else:
            with protocol.connected(node.ws_url) as session:
                result = session.subscribe(name, **fields)
                assert result["recovered"] is True and result["delta"] is True
                assert [follower.take_json(item) for item in result["publications"]] == [document(n) for n in range(5)]
                for n in range(5, 8):
                    api_publish(node, name, document(n))
                    assert follower.take_json(session.next_publication(name)) == document(n)


def test_history_is_plain_for_subscribers_with_deltas(node, channel):
    # SDKs take what `history` returns as it is: only pushes and recovered publications are strings.
    name = f"delta:{channel}"
    with protocol.connected(node.ws_url) as session, protocol.connected(node.ws_url) as plain:
        session.subscribe(name, delta="fossil")
        plain.subscribe(name)
        for n in range(3):
            api_publish(node, name, document(n))
        publications = session.history(name, limit=-1)["publications"]
        assert [publication["data"] for publication in publications] == [document(n) for n in range(3)]
        assert not any(publication.get("delta") for publication in publications)
        assert [publication["data"] for publication in plain.history(name, limit=-1)["publications"]] == [
            document(n) for n in range(3)
        ]


def test_what_does_not_shrink_comes_whole(node, channel):
    name = f"delta:{channel}"
    rng = random.Random(SEED)
    with protocol.connected(node.ws_url) as session:
        session.subscribe(name, delta="fossil")
        follower = Follower()
        for _ in range(10):
            data = rng.randbytes(200).hex()
            api_publish(node, name, data)
            publication = session.next_publication(name)
            assert not publication.get("delta") and follower.take_json(publication) == data


def test_any_series_of_documents_comes_through(node, channel):
    name = f"delta:{channel}"
    rng = random.Random(SEED)
    with (
        protocol.connected(node.ws_url) as session,
        protocol_protobuf.connected(node.ws_url) as binary,
        protocol.connected(node.ws_url) as publisher,
    ):
        session.subscribe(name, delta="fossil")
        binary.command("subscribe", channel=name, delta="fossil")
        publisher.subscribe(name)
        followers = Follower(), Follower()
        text = "the quick brown fox — \"jumps\"\n over\\ the lazy dog 😀 " * 5
        for _ in range(150):
            at = rng.randrange(len(text) + 1)
            change = "".join(rng.choices("aé😀\"\\\n~Z0;@,:", k=rng.randrange(9)))
            text = (text[:at] + change + text[at + rng.randrange(12) :])[-3000:]
            publisher.publish(name, text)
            assert followers[0].take_json(session.next_publication(name)) == text
            assert followers[1].take_protobuf(binary.next_push("pub").pub) == text
        assert all(follower.patches > 50 for follower in followers)


@pytest.mark.parametrize(("namespace", "delta"), [("always", "fossil"), ("delta", "other"), ("delta", "")])
def test_deltas_are_not_granted(node, channel, namespace, delta):
    name = f"{namespace}:{channel}"
    with protocol.connected(node.ws_url) as session:
        assert not session.subscribe(name, delta=delta).get("delta")
        for n in range(2):
            api_publish(node, name, document(n))
            publication = session.next_publication(name)
            assert publication["data"] == document(n) and "delta" not in publication


def test_a_batch_that_arrives_at_once_is_a_chain_of_patches(node, channel):
    name = f"delta:{channel}"
    with protocol.connected(node.ws_url) as session:
        session.subscribe(name, delta="fossil")
        commands = [{"publish": {"channel": name, "data": document(n)}} for n in range(40)]
        replies = node.api("batch", {"commands": commands})["replies"]
        assert all("error" not in reply for reply in replies)
        follower = Follower()
        assert [follower.take_json(session.next_publication(name)) for _ in range(40)] == [
            document(n) for n in range(40)
        ]
