"""Bad UTF-8, close frames of every kind, fragments without end, and floods of frames that carry nothing."""

import socket
import struct

import pytest

from support import protocol, raw
from support.faults import TCP_CLOSE_WAIT, Counters, eventually, resident_bytes, sockets_in_state

KIB = 1024
FRAGMENTS = 20_000
CONNECTIONS = 100

INVALID_UTF8 = {
    "continuation alone": b"\x80",
    "C0": b"\xc0\xaf",
    "overlong of two": b"\xc1\xbf",
    "overlong of three": b"\xe0\x80\x80",
    "surrogate": b"\xed\xa0\x80",
    "overlong of four": b"\xf0\x8f\xbf\xbf",
    "above U+10FFFF": b"\xf4\x90\x80\x80",
    "F5": b"\xf5\x80\x80\x80",
    "FE": b"\xfe",
    "interrupted": b"\xe2\x82\x41",
    "interrupted by a new one": b"\xce\xce\xba",
}
VALID_CLOSE_CODES = [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 3999, 4000, 4999]
INVALID_CLOSE_CODES = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]

PRESENCE = {
    "subscribe": "anyone",
    "publish": "anyone",
    "anonymous": True,
    "presence": True,
    "join_leave": True,
    "push_join_leave": True,
}


@pytest.fixture(scope="module")
def node(module_node_factory):
    """Brief farewells, a rule set with join and leave events, and enough fragments for row 10."""
    client = {"close_timeout": "400ms", "connect_timeout": "2m", "message_fragments": FRAGMENTS + 1000}
    return module_node_factory({"client": client, "namespaces": {"room": PRESENCE}})


@pytest.mark.parametrize("name", INVALID_UTF8)
def test_invalid_text_is_refused_at_its_first_bad_byte(dev_node, name):
    """Fault row 7: at every split into fragments and into segments, although the message never ends."""
    text = b"caf\xc3\xa9 " + INVALID_UTF8[name]
    counters = Counters(dev_node)
    for cut in range(len(text) + 1):
        with raw.connected(dev_node.ws_url) as connection:
            connection.send(raw.frame(raw.TEXT, text[:cut], fin=False))
            connection.send_quietly(raw.frame(raw.CONTINUATION, text[cut:], fin=False))
            connection.expect_close(1007)
        with raw.connected(dev_node.ws_url) as connection:
            whole = raw.frame(raw.TEXT, text, length=len(text) + 50)
            split = len(whole) - len(text) + cut
            connection.send(whole[:split])
            connection.send_quietly(whole[split:])
            connection.expect_close(1007)
    counters.expect(2 * (len(text) + 1), "skein_ws_protocol_errors_total", kind="utf8")


def test_characters_may_be_split_anywhere(dev_node):
    """Fault row 7: valid text passes at every split."""
    command = '{"id":1,"connect":{"name":"é€😀"}}'.encode()
    for cut in range(1, len(command)):
        with raw.connected(dev_node.ws_url) as connection:
            connection.send(raw.frame(raw.TEXT, command[:cut], fin=False))
            connection.send(raw.frame(raw.CONTINUATION, command[cut:]))
            assert b'"connect"' in connection.read_message().payload


@pytest.mark.parametrize("code", [None, *VALID_CLOSE_CODES])
def test_valid_close_codes_are_echoed(dev_node, code):
    """Fault row 8: the same code comes back, TCP ends, and nothing counts as an error."""
    counters = Counters(dev_node)
    with raw.connected(dev_node.ws_url) as connection:
        connection.send(raw.close_frame(code, "bye" if code else b""))
        connection.expect_close(code)
    assert counters.moved("skein_ws_protocol_errors_total", kind="close_body") == 0


@pytest.mark.parametrize("code", INVALID_CLOSE_CODES)
def test_codes_that_must_not_be_sent_are_1002(dev_node, code):
    """Fault row 8: unassigned, reserved and local codes."""
    counters = Counters(dev_node)
    with raw.connected(dev_node.ws_url) as connection:
        connection.send(raw.close_frame(code))
        connection.expect_close(1002)
    counters.expect(1, "skein_ws_protocol_errors_total", kind="close_body")


@pytest.mark.parametrize(
    ("body", "code", "kind"),
    [
        (b"\x03", 1002, "close_body"),
        (struct.pack("!H", 1000) + b"\xff", 1007, "utf8"),
        (struct.pack("!H", 1000) + b"\xe2\x82", 1007, "utf8"),
        (struct.pack("!H", 1000) + b"x" * 124, 1002, "control_frame"),
    ],
)
def test_malformed_close_bodies_are_refused(dev_node, body, code, kind):
    """Fault row 8: half a code is 1002, a reason that is not UTF-8 is 1007, one above 123 bytes is 1002."""
    counters = Counters(dev_node)
    with raw.connected(dev_node.ws_url) as connection:
        connection.send(raw.frame(raw.CLOSE, body))
        connection.expect_close(code)
    counters.expect(1, "skein_ws_protocol_errors_total", kind=kind)


def test_data_after_close_is_ignored(dev_node):
    """Fault row 9: commands and rubbish behind the close frame change nothing, the answer is the close frame."""
    counters = Counters(dev_node)
    with raw.connected(dev_node.ws_url) as connection:
        command = raw.frame(raw.TEXT, '{"id":1,"connect":{}}')
        connection.send(raw.close_frame(1000) + command + b"\xff" * 200)
        connection.expect_close(1000)
    assert counters.moved("skein_messages_received_total") == 0
    assert counters.moved("skein_commands_total") == 0


def test_a_client_that_never_answers_our_close_is_cut_off(node):
    """Fault row 9: TCP ends at close_timeout, and no socket stays half-closed."""
    counters = Counters(node)
    with raw.connected(node.ws_url) as connection:
        connection.send(raw.frame(raw.TEXT, "rubbish"))
        assert connection.read_frame().close_code == 3501
        assert connection.read_to_end() == b""
    counters.expect(1, "skein_disconnects_total", code="3501")
    eventually(lambda: sockets_in_state(node.port, TCP_CLOSE_WAIT) == 0)


@pytest.mark.parametrize("end", ["finish_sending", "reset"])
def test_the_end_of_tcp_without_a_close_frame_is_one_leave(node, end):
    """Fault row 9: FIN or RST without a close frame; others see one leave, and no socket is left over."""
    with protocol.connected(node.ws_url) as observer:
        observer.subscribe("room:end")
        observer.next_push("join")
        with protocol.connected(node.ws_url) as vanishing:
            vanishing.subscribe("room:end")
            client = observer.next_push("join")["join"]["info"]["client"]
            getattr(vanishing.connection, end)()
            left = observer.next_push("leave")
            assert left["leave"]["info"]["client"] == client
        observer.publish("room:end", "marker")
        observer.next_publication("room:end")
        assert not [push for push in observer.pushes if "leave" in push]
        assert client not in observer.presence("room:end")
    eventually(lambda: sockets_in_state(node.port, TCP_CLOSE_WAIT) == 0)


@pytest.mark.parametrize(("count", "is_allowed"), [(1023, True), (1024, True), (1025, False)])
def test_fragments_are_counted(dev_node, count, is_allowed):
    """Fault row 10: 1024 fragments make a message, one more is 1009."""
    text = '{"id":1,"connect":{}}'
    pieces = [raw.frame(raw.TEXT, "", fin=False)] + [raw.frame(raw.CONTINUATION, "", fin=False)] * (count - 2)
    counters = Counters(dev_node)
    with raw.connected(dev_node.ws_url) as connection:
        connection.send_quietly(b"".join([*pieces, raw.frame(raw.CONTINUATION, text)]))
        if is_allowed:
            assert b'"connect"' in connection.read_message().payload
        else:
            connection.expect_close(1009)
    counters.expect(0 if is_allowed else 1, "skein_ws_protocol_errors_total", kind="too_many_fragments")


def test_a_thousand_tiny_fragments_cost_their_bytes(node):
    """Fault row 10: 100 connections that each send 20 000 fragments of one byte and never end the message."""
    piece = raw.frame(raw.CONTINUATION, " ", fin=False)
    fragments = raw.frame(raw.TEXT, " ", fin=False) + piece * (FRAGMENTS - 1)
    connections = [raw.connected(node.ws_url, timeout=60) for _ in range(CONNECTIONS)]
    try:
        for connection in connections:
            connection.send(raw.frame(raw.PING))
            connection.read_frame()
        before = resident_bytes(node)
        for connection in connections:
            connection.send(fragments + raw.frame(raw.PING, b"end"))
        for connection in connections:
            assert connection.read_frame() == raw.Frame(raw.PONG, b"end")
        assert resident_bytes(node) - before <= CONNECTIONS * 72 * KIB
    finally:
        for connection in connections:
            connection.__exit__()


@pytest.mark.parametrize("opcode", [raw.PING, raw.PONG])
def test_a_flood_of_control_frames_ends_the_connection(dev_node, opcode):
    """Fault row 11: 3013, while another client is served as before."""
    counters = Counters(dev_node)
    with protocol.connected(dev_node.ws_url) as neighbour, raw.connected(dev_node.ws_url) as connection:
        connection.send_quietly(raw.frame(opcode, b"x" * 100) * 5000)
        received = connection.read_frame()
        while received.opcode == raw.PONG:
            received = connection.read_frame()
        assert (received.opcode, received.close_code) == (raw.CLOSE, 3013)
        assert neighbour.command("ping") == {}
    counters.expect(1, "skein_disconnects_total", code="3013")


def test_a_flood_of_empty_messages_ends_the_connection(dev_node):
    """Fault row 11: a frame without a byte holds no command, the first one is 3501."""
    counters = Counters(dev_node)
    with protocol.connected(dev_node.ws_url) as session:
        session.connection.send_quietly(raw.frame(raw.TEXT) * 1000)
        assert session.until_disconnected().code == 3501
    counters.expect(1, "skein_disconnects_total", code="3501")


def test_pings_of_a_client_that_does_not_read_do_not_pile_up(node_factory):
    """Fault row 11: 100 000 pings within the limit, no pong read; memory stays within the queue, others are served."""
    budget = {"control_frames": 1_000_000, "control_frame_burst": 1_000_000, "write_timeout": "60s"}
    node = node_factory({"client": budget})
    with protocol.connected(node.ws_url) as neighbour, raw.connected(node.ws_url, timeout=60) as connection:
        connection._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        burst = raw.frame(raw.PING, b"x" * 125) * 1000
        before = None
        for _ in range(100):
            connection.send(burst)
            assert neighbour.command("ping") == {}
            before = before or resident_bytes(node)
        assert resident_bytes(node) - before <= 2 * 1024 * KIB
