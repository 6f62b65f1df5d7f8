"""JSON that is not JSON, envelopes that are not commands, names that are not channels, and binary where JSON is due."""

import json
import random
import unicodedata

import pytest
from centrifuge.protocol import client_pb2

from support import protocol, raw
from support.faults import Counters, cpu_seconds
from support.protobuf import ProtobufSession

OPEN = {"subscribe": "anyone", "publish": "anyone", "anonymous": True}


@pytest.fixture(scope="module")
def node(module_node_factory):
    """Many mistakes are forgiven, so that a table of them fits one session."""
    client = {"errors": 1_000_000, "channels": 10_000}
    return module_node_factory({"client": client, "namespaces": {"open": OPEN, "binary": OPEN | {"payload": "binary"}}})


ENVELOPES = {
    "depth of 10^4": "[" * 10_000,
    "objects to 10^4": '{"a":' * 10_000,
    "a flat array": "[" + "1," * 30_000 + "1]",
    "an array": "[]",
    "a string": '"connect"',
    "a number": "1",
    "null": "null",
    "nothing but blanks": "   ",
    "a blank line first": '\n{"id":2,"ping":{}}',
    "a blank line between": '{"id":2,"ping":{}}\n\n{"id":3,"ping":{}}',
    "a BOM": '\ufeff{"id":2,"ping":{}}',
    "a trailing comma": '{"id":2,"ping":{},}',
    "a missing comma": '{"id":2 "ping":{}}',
    "single quotes": "{'id':2,'ping':{}}",
    "no quotes": "{id:2,ping:{}}",
    "a comment": '{"id":2,/**/"ping":{}}',
    "an open string": '{"id":2,"ping":{"a":"',
    "an open object": '{"id":2,"ping":{',
    "two values": '{"id":2,"ping":{}}{"id":3,"ping":{}}',
    "the same id twice": '{"id":2,"id":3,"ping":{}}',
    "the same command twice": '{"id":2,"ping":{},"ping":{}}',
    "an escaped duplicate": '{"id":2,"\\u0069d":3,"ping":{}}',
    "id of 2^32": '{"id":4294967296,"ping":{}}',
    "id of 2^64": '{"id":18446744073709551616,"ping":{}}',
    "a negative id": '{"id":-1,"ping":{}}',
    "an id of 1e999": '{"id":1e999,"ping":{}}',
    "an id with a fraction": '{"id":1.5,"ping":{}}',
    "an id in a string": '{"id":"2","ping":{}}',
    "an id of true": '{"id":true,"ping":{}}',
    "id 0": '{"id":0,"ping":{}}',
    "a command without an id": '{"subscribe":{"channel":"a"}}',
    "a second connect": '{"id":2,"connect":{}}',
    "a command in an array": '{"id":2,"ping":[]}',
    "a command in a string": '{"id":2,"subscribe":"a"}',
    "a channel that is a number": '{"id":2,"subscribe":{"channel":1}}',
    "a channel twice": '{"id":2,"subscribe":{"channel":"a","channel":"b"}}',
    "a lone surrogate in a name": '{"id":2,"subscribe":{"channel":"\\ud800"}}',
    "half an escape": '{"id":2,"subscribe":{"channel":"\\u12"}}',
    "a control character": '{"id":2,"subscribe":{"channel":"a\tb"}}',
    "an offset below 0": '{"id":2,"subscribe":{"channel":"a","offset":-1}}',
    "an offset of 2^64": '{"id":2,"subscribe":{"channel":"a","offset":18446744073709551616}}',
    "a limit of 2^31": '{"id":2,"history":{"channel":"a","limit":2147483648}}',
    "recover that is a number": '{"id":2,"subscribe":{"channel":"a","recover":1}}',
    "NaN": '{"id":2,"rpc":{"method":"a","data":NaN}}',
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_bad_envelopes_end_the_session(node, name):
    """Fault row 33: 3501, without a reply and without an effect."""
    counters = Counters(node)
    with protocol.connected(node.ws_url) as session:
        session.connection.send(raw.frame(raw.TEXT, ENVELOPES[name]))
        assert session.until_disconnected().code == 3501
    counters.expect(1, "skein_disconnects_total", code="3501")


PAYLOADS = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1.5e-3",
    "1e999",
    "123456789012345678901234567890",
    '""',
    '"\\u0000"',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\ud83d\\ude00 é😀"',
    "[]",
    "{}",
    '{"a":1,"a":2}',
    '{"a":[1,{"b":[null,true,{"c":"d"}]}],"e":-0.0E+10}',
    "[" * 100 + "]" * 100,
    ' [ 1 ,\t2 ] ',
]
REJECTED = [
    "",
    "01",
    "-",
    "+1",
    ".5",
    "1.",
    "1e",
    "0x10",
    "NaN",
    "Infinity",
    "-Infinity",
    "True",
    "nul",
    "[1,]",
    "[,1]",
    '{"a":1,}',
    '{"a"}',
    "{1:2}",
    "[1 2]",
    "[1",
    "1]",
    "}",
    '"\\x41"',
    '"\\u12g4"',
    '"a\tb"',
    '"a',
    "'a'",
    "\ufeff1",
    "// 1",
    "\x0b1",
    "\u00a01",
]
BYTES = b'{}[]",:\\0123456789.eE+-tfnu \t\x00\x1f\x7f\x80\xc3\xa9\xff/'


def is_json(data: bytes) -> bool:
    """What python's parser says, without its extensions."""

    def refuse(name: str):
        raise ValueError(name)

    try:
        json.loads(data.decode(), parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    return True


def mutations(count: int) -> list[bytes]:
    """Valid payloads with one to three bytes changed, inserted or left out; always the same ones."""
    generator = random.Random(33)
    result = []
    for _ in range(count):
        data = bytearray(generator.choice(PAYLOADS).encode())
        for _ in range(generator.randint(1, 3)):
            at = generator.randrange(len(data) + 1)
            byte = generator.choice(BYTES)
            data[at : at + generator.randint(0, 1)] = bytes([byte]) if generator.random() < 0.7 else b""
        if b"\n" not in data:
            result.append(bytes(data))
    return result


def verdict(session: protocol.Session, payload: bytes) -> bool:
    """Whether the server takes these bytes as the data of a publication. A session it ends is of no more use."""
    command = b'{"id":77,"publish":{"data":%s,"channel":"open:json"}}' % payload
    session.connection.send(raw.frame(raw.TEXT, command))
    try:
        return "error" not in session.reply(77)
    except protocol.Disconnected as disconnected:
        assert disconnected.code in (3501, 1007), payload
        return False


def is_envelope(payload: bytes) -> bool:
    """Whether the payload keeps to its place: the whole command is what is judged."""
    return is_json(b'{"id":77,"publish":{"data":%s,"channel":"open:json"}}' % payload)


def test_payloads_are_judged_as_python_judges_them(node):
    """Fault row 33: a table and 400 mutations; what is accepted is delivered as it was sent."""
    cases = [text.encode() for text in PAYLOADS + REJECTED] + mutations(400)
    disagreements = []
    session = protocol.connected(node.ws_url)
    with protocol.connected(node.ws_url) as reader:
        reader.subscribe("open:json")
        for payload in cases:
            accepted = verdict(session, payload)
            expected = is_envelope(payload) and is_json(payload) and payload.strip() != b"null"
            if accepted != expected:
                disagreements.append((payload, accepted))
            if accepted and expected:
                assert reader.next_publication("open:json")["data"] == json.loads(payload)
            if not accepted:
                session.__exit__()
                session = protocol.connected(node.ws_url)
    session.__exit__()
    assert not disagreements


def test_line_breaks_in_a_payload_do_not_break_the_line(node):
    """Fault row 33: replies are separated by line breaks, so a payload must not bring any of its own."""
    with protocol.connected(node.ws_url) as session:
        session.subscribe("open:lines")
        command = '{"id":50,"publish":{"channel":"open:lines","data":{"a":\n1,\r\n"b":[\n2]}}}'
        session.connection.send(raw.frame(raw.TEXT, command))
        try:
            session.reply(50)
        except protocol.Disconnected as disconnected:
            assert disconnected.code == 3501
            return
        assert session.next_publication("open:lines")["data"] == {"a": 1, "b": [2]}


def test_deep_payloads_have_a_limit(node):
    """Fault row 33: a depth that would hurt receivers is refused with 3501, and does not overflow a stack."""
    for depth, is_accepted in ((100, True), (1000, False), (30_000, False)):
        with protocol.connected(node.ws_url) as session:
            assert verdict(session, b"[" * depth + b"]" * depth) == is_accepted


def test_names_that_share_a_long_prefix_cost_what_others_cost(node):
    """Fault row 35: 4 000 names that differ in their last bytes only, against 4 000 random ones, by CPU time."""
    generator = random.Random(35)

    def cost(names: list[str]) -> float:
        with protocol.connected(node.ws_url) as session:
            before = cpu_seconds(node)
            for name in names:
                session.start("subscribe", channel=f"open:{name}")
            session.reply(len(names) + 1)
            return cpu_seconds(node) - before

    alike = [["p" * 200 + f"{number:06}" for number in range(4_000)] for _ in range(2)]
    others = [["".join(generator.choices("abcdefghij", k=206)) for _ in range(4_000)] for _ in range(2)]
    assert min(map(cost, alike)) <= 2 * min(map(cost, others)) + 0.1


NAMES = ["*", "?", "[a-z]", "open:*", "open:a*", "open:{tag}", "{}", "open:a\\b", "%s", "open:'\"", "😀", "..", "/"]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_a_pattern(dev_node, name):
    """Fault row 36: signs that other systems expand are letters; nothing of other channels arrives."""
    name = name.replace("open:", "")
    with protocol.connected(dev_node.ws_url) as session, protocol.connected(dev_node.ws_url) as other:
        session.subscribe(name)
        for channel in ("a", "ab", "tag", "abc"):
            other.subscribe(channel)
            other.publish(channel, "not for patterns")
        session.publish(name, "exact")
        push = session.next_push("pub")
        assert (push["channel"], push["pub"]["data"]) == (name, "exact")
        assert not session.pushes


FORBIDDEN = ["", " ", "a b", "a\nb", "a\r\nb", "a\0b", "\x7f", "a\x80", "a\u00a0b", "\t", "x" * 256, "é" * 128]


@pytest.mark.parametrize("command", ["subscribe", "publish", "history", "presence", "presence_stats"])
@pytest.mark.parametrize("name", FORBIDDEN)
def test_forbidden_names_are_107(node, command, name):
    """Fault row 36: control characters, blanks, nothing, and more than 255 bytes; each is one counted error."""
    counters = Counters(node)
    with protocol.connected(node.ws_url) as session:
        with pytest.raises(protocol.CommandError) as error:
            session.command(command, channel=name, **({"data": 1} if command == "publish" else {}))
        assert error.value.code == 107
    counters.expect(1, "skein_command_errors_total", code="107")
    assert counters.moved("skein_publications_total") == 0


def test_names_of_255_bytes_are_fine(dev_node):
    """Fault row 36: the limit counts bytes."""
    with protocol.connected(dev_node.ws_url) as session:
        for name in ("x" * 255, "é" * 127 + "e"):
            session.subscribe(name)


def test_canonically_equivalent_names_are_two_channels(dev_node):
    """Fault row 36: é in one scalar and in two are two channels, everywhere."""
    composed, decomposed = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    assert composed != decomposed
    with protocol.connected(dev_node.ws_url) as first, protocol.connected(dev_node.ws_url) as second:
        first.subscribe(composed)
        second.subscribe(decomposed)
        first.publish(composed, "composed")
        second.publish(decomposed, "decomposed")
        assert first.next_publication(composed)["data"] == "composed"
        assert second.next_publication(decomposed)["data"] == "decomposed"
        assert not first.pushes and not second.pushes
        assert len(first.presence(composed)) == 1
        assert [entry["data"] for entry in first.history(composed, limit=10)["publications"]] == ["composed"]


def test_a_namespace_is_its_bytes(node_factory):
    """Fault row 36: a namespace in another normal form, or another case, is unknown: 102."""
    node = node_factory({"namespaces": {"open": OPEN}})
    with protocol.connected(node.ws_url) as session:
        for name in ("Open:a", "open\u0301:a", "\uff4fpen:a", "opеn:a"):
            with pytest.raises(protocol.CommandError) as error:
                session.subscribe(name)
            assert error.value.code == 102


def test_binary_data_ends_only_sessions_that_cannot_read_it(node):
    """Fault row 38: 3506 for the JSON session in the channel; protobuf peers get the bytes, other sessions live."""
    counters = Counters(node)
    data = b"\xff\x00 not JSON"
    with (
        protocol.connected(node.ws_url) as reader,
        protocol.connected(node.ws_url) as elsewhere,
        ProtobufSession(node.ws_url) as peer,
    ):
        reader.subscribe("binary:a")
        elsewhere.subscribe("open:a")
        peer.connect()
        peer.command(subscribe=client_pb2.SubscribeRequest(channel="binary:a"))
        for payload in (data, b"1"):
            peer.command(publish=client_pb2.PublishRequest(channel="binary:a", data=payload))
            assert peer.next_publication().data == payload
        assert reader.until_disconnected().code == 3506
        assert elsewhere.command("ping") == {}
    counters.expect(1, "skein_disconnects_total", code="3506")


def test_binary_data_is_refused_where_json_is_due(node):
    """Fault row 38: a namespace of JSON takes no other bytes, from nobody; 107."""
    with protocol.connected(node.ws_url) as reader, ProtobufSession(node.ws_url) as peer:
        reader.subscribe("open:b")
        peer.connect()
        request = client_pb2.PublishRequest(channel="open:b", data=b"\xff")
        assert peer.reply(peer.start(publish=request)).error.code == 107
        reader.publish("open:b", "fine")
        assert reader.next_publication("open:b")["data"] == "fine"
