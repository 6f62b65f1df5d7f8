"""Protobuf that is not protobuf, judged against python's parser, and frames of too many or too strange commands."""

import random

import pytest
from centrifuge.protocol import client_pb2
from google.protobuf.message import DecodeError

from support import protocol, raw
from support.faults import Counters, resident_bytes
from support.protobuf import ProtobufSession, delimited, split, varint

KIB = 1024
MUTATIONS = 400


@pytest.fixture(scope="module")
def node(module_node_factory):
    return module_node_factory({"client": {"errors": 1_000_000}})


def field(number: int, wire_type: int) -> bytes:
    return varint(number << 3 | wire_type)


PING = client_pb2.Command(id=7, ping=client_pb2.PingRequest()).SerializeToString()
BAD_FRAMES = {
    "a length beyond the frame": b"\x05\x01",
    "a length of 2^63": b"\xff" * 8 + b"\x7f" + b"x",
    "a length of eleven bytes": b"\xff" * 10 + b"\x01",
    "half a length": b"\x80",
    "a length with needless bytes": b"\x80\x00",
    "an empty frame": b"",
    "a varint of eleven bytes": delimited(field(1, 0) + b"\xff" * 10 + b"\x01"),
    "half a varint": delimited(field(1, 0) + b"\x80"),
    "a group": delimited(field(5, 3) + field(9, 4)),
    "the end of a group": delimited(field(5, 4)),
    "wire type 6": delimited(field(5, 6)),
    "wire type 7": delimited(field(5, 7)),
    "field 0": delimited(field(0, 0) + b"\x01"),
    "a field beyond its message": delimited(field(5, 2) + b"\x7f" + b"x"),
    "a length of -1 inside": delimited(field(5, 2) + b"\xff" * 9 + b"\x01"),
    "a string that is not UTF-8": delimited(PING + field(5, 2) + delimited(field(1, 2) + delimited(b"\xff\xfe"))),
    "half of a fixed64": delimited(field(100, 1) + b"\0" * 7),
    "groups to 10^4": delimited(field(100, 3) * 10_000),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_bad_frames_end_the_session(node, name):
    """Fault row 34: 3501 for the session, and nobody else notices."""
    counters = Counters(node)
    with ProtobufSession(node.ws_url) as session, ProtobufSession(node.ws_url) as neighbour:
        neighbour.connect()
        session.connect()
        session.send(BAD_FRAMES[name])
        assert session.until_disconnected().code == 3501
        neighbour.command(ping=client_pb2.PingRequest())
    counters.expect(1, "skein_disconnects_total", code="3501")


GOOD_FRAMES = {
    "10^4 unknown fields": PING + (field(1000, 0) + b"\x01") * 10_000,
    "unknown bytes of 50 KiB": PING + field(1000, 2) + delimited(b"x" * 50 * KIB),
    "an unknown group": PING + field(1000, 3) + field(1, 0) + b"\x01" + field(1000, 4),
    "the id twice": field(1, 0) + b"\x05" + PING,
    "a packed bomb in an unknown field": PING + field(1001, 2) + delimited(b"\x01" * 60_000),
}


@pytest.mark.parametrize("name", GOOD_FRAMES)
def test_strange_but_valid_messages_are_answered(node, name):
    """Fault row 34: what protobuf allows is read; unknown fields are dropped."""
    with ProtobufSession(node.ws_url) as session:
        session.connect()
        session.send(delimited(GOOD_FRAMES[name]))
        assert session.reply(7).HasField("ping")


def seeds() -> list[bytes]:
    """One command of each kind."""
    pb = client_pb2
    position = pb.StreamPosition(offset=3, epoch="e")
    return [
        command.SerializeToString()
        for command in (
            pb.Command(id=7, subscribe=pb.SubscribeRequest(channel="mutants", recover=True, epoch="é", offset=9)),
            pb.Command(id=8, unsubscribe=pb.UnsubscribeRequest(channel="mutants")),
            pb.Command(id=9, publish=pb.PublishRequest(channel="mutants", data=b'{"a":1}')),
            pb.Command(id=10, presence=pb.PresenceRequest(channel="mutants")),
            pb.Command(id=11, presence_stats=pb.PresenceStatsRequest(channel="mutants")),
            pb.Command(id=12, history=pb.HistoryRequest(channel="mutants", limit=-1, since=position, reverse=True)),
            pb.Command(id=13, rpc=pb.RPCRequest(method="none", data=b"1")),
            pb.Command(id=14, refresh=pb.RefreshRequest(token="t.o.ken")),
            pb.Command(id=15, sub_refresh=pb.SubRefreshRequest(channel="mutants", token="t")),
        )
    ]


def mutate(generator: random.Random, data: bytes) -> bytes:
    mutant = bytearray(data)
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(mutant) + 1)
        kind = generator.randrange(4)
        if kind == 0 and at < len(mutant):
            mutant[at] ^= 1 << generator.randrange(8)
        elif kind == 1:
            mutant[at:at] = generator.randbytes(generator.randint(1, 3))
        elif kind == 2:
            del mutant[at : at + generator.randint(1, 3)]
        else:
            mutant[at:at] = generator.choice((b"\xff" * 10, b"\x00", b"\x80", field(5, 3), field(1, 2) + b"\x7f"))
    return bytes(mutant)


def is_valid(data: bytes) -> bool:
    try:
        client_pb2.Command.FromString(data)
    except DecodeError:
        return False
    return True


def test_mutants_are_judged_as_python_judges_them(node):
    """Fault row 34: what python cannot parse is 3501; whatever it can parse gets an answer or a known code."""
    generator = random.Random(34)
    marker = client_pb2.Command(id=99, ping=client_pb2.PingRequest()).SerializeToString()
    survivors = 0
    session = None
    for _ in range(MUTATIONS):
        data = mutate(generator, generator.choice(seeds()))
        if session is None:
            session = ProtobufSession(node.ws_url)
            session.connect()
        session.send(delimited(data) + delimited(marker))
        try:
            session.reply(99)
            assert is_valid(data), data.hex()
            survivors += 1
        except protocol.Disconnected as disconnected:
            # 3500 is the answer to a refresh of an earlier mutant.
            assert disconnected.code in (3500, 3501), data.hex()
            session.__exit__()
            session = None
    assert node.is_running()
    assert 0 < survivors < MUTATIONS


def test_bad_frames_cost_little_memory(node):
    """Fault row 34: 300 frames of the largest size that look like much more leave no memory behind."""
    bombs = [(field(5, 2) + b"\0") * 21_000, (field(1000, 2) + b"\0") * 20_000, field(100, 3) * 30_000]

    def round_of(count: int) -> None:
        for number in range(count):
            with ProtobufSession(node.ws_url) as session:
                session.connect()
                bomb = delimited(bombs[number % len(bombs)][: 60 * KIB])
                session.connection.send_quietly(raw.frame(raw.BINARY, bomb))
                session.connection.send_quietly(raw.close_frame(1000))
                session.until_disconnected()

    round_of(30)
    before = resident_bytes(node)
    round_of(300)
    assert resident_bytes(node) - before <= 8 * 1024 * KIB


@pytest.mark.parametrize(("count", "is_allowed"), [(63, True), (64, True), (65, False), (2000, False)])
def test_commands_of_a_frame_are_limited(node, count, is_allowed):
    """Fault row 37: 64 commands in a frame are answered, each with its id; one more is 3501."""
    counters = Counters(node)
    with protocol.connected(node.ws_url) as session:
        session.send_lines(*({"id": 100 + number, "ping": {}} for number in range(count)))
        if is_allowed:
            for number in range(count):
                assert session.reply(100 + number)["ping"] == {}
        else:
            assert session.until_disconnected().code == 3501
    counters.expect(0 if is_allowed else 1, "skein_disconnects_total", code="3501")
    with ProtobufSession(node.ws_url) as session:
        session.connect()
        session.send(delimited(PING) * count)
        if is_allowed:
            received = 0
            while received < count:
                received += len(split(session.connection.read_message().payload))
        else:
            assert session.until_disconnected().code == 3501


@pytest.mark.parametrize("identifier", [1, 2**16, 2**31, 2**32 - 1])
def test_every_id_of_32_bits_is_answered_with_itself(node, identifier):
    """Fault row 37: ids are the client's own; only 0 stands for none."""
    with protocol.connected(node.ws_url) as session:
        session.send_lines({"id": identifier, "ping": {}})
        assert session.reply(identifier) == {"id": identifier, "ping": {}}


def test_the_same_id_twice_is_answered_twice(node):
    """Fault row 37: the server keeps no table of ids."""
    with protocol.connected(node.ws_url) as session:
        session.send_lines({"id": 5, "ping": {}}, {"id": 5, "rpc": {"method": "no such method"}})
        assert session.reply(5)["ping"] == {}
        assert session.reply(5)["error"]["code"] in (104, 108)


@pytest.mark.parametrize("command", [{"id": 5}, {"id": 5, "fly": {}}, {"id": 5, "ping": None}, {"id": 5, "Ping": {}}])
def test_unknown_methods_are_104(node, command):
    """Fault row 37: an error reply, and the session goes on."""
    counters = Counters(node)
    with protocol.connected(node.ws_url) as session:
        session.send_lines(command)
        assert session.reply(5)["error"]["code"] == 104
        assert session.command("ping") == {}
    counters.expect(1, "skein_command_errors_total", code="104")


@pytest.mark.parametrize("method", ["subscribe", "publish", "history", "presence", "presence_stats", "sub_refresh"])
def test_null_in_every_field_is_an_empty_request(node, method):
    """Fault row 37: null means absent, which is an error of the command and not of the frame."""
    names = ("channel", "data", "token", "recover", "offset", "epoch", "limit", "since", "reverse", "flag", "type")
    with protocol.connected(node.ws_url) as session:
        with pytest.raises(protocol.CommandError) as error:
            session.command(method, **dict.fromkeys(names))
        assert error.value.code == 107


def test_ten_mistakes_end_the_session(dev_node):
    """Fault row 37: nine errors within ten seconds are answered, the tenth is 3509."""
    counters = Counters(dev_node)
    with protocol.connected(dev_node.ws_url) as session:
        for _ in range(9):
            with pytest.raises(protocol.CommandError):
                session.subscribe("no:such namespace")
        with pytest.raises(protocol.Disconnected) as disconnected:
            session.subscribe("no:such namespace")
        assert disconnected.value.code == 3509
    counters.expect(9, "skein_command_errors_total", code="107")
    counters.expect(1, "skein_disconnects_total", code="3509")


def test_mistakes_in_one_frame_count_too(dev_node):
    """Fault row 37: a frame of 64 mistakes gets nine replies and 3509."""
    with protocol.connected(dev_node.ws_url) as session:
        session.send_lines(*({"id": 10 + number, "fly": {}} for number in range(64)))
        for number in range(9):
            assert session.reply(10 + number)["error"]["code"] == 104
        assert session.until_disconnected().code == 3509
