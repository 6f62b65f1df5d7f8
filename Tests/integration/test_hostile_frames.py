"""WebSocket frames that break RFC 6455, by hand: each ends its own connection with the right code, and is counted."""

import itertools
import struct

import pytest

from support import protocol, raw
from support.faults import Counters, resident_bytes

KIB = 1024
MASK = b"\x12\x34\x56\x78"
CONNECT = '{"id":1,"connect":{}}'
CONTROL = (raw.CLOSE, raw.PING, raw.PONG)
RESERVED_OPCODES = [*range(3, 8), *range(11, 16)]
MESSAGE_SIZE = 64 * KIB


def header(first: int, second: int, *extended: bytes, mask: bytes = MASK) -> bytes:
    return bytes([first, second]) + b"".join(extended) + mask


def expect_failure(node, sent: bytes, code: int, kind: str) -> None:
    """On a fresh connection: this code, these counters, and nothing that would have reached the client protocol."""
    counters = Counters(node)
    with raw.connected(node.ws_url) as connection:
        connection.send_quietly(sent)
        connection.expect_close(code)
    counters.expect(1, "skein_ws_protocol_errors_total", kind=kind)
    counters.expect(1, "skein_disconnects_total", code=str(code))
    assert counters.moved("skein_messages_received_total") == 0


def finish_quietly(connection: raw.RawConnection) -> None:
    """The server may have closed first."""
    try:
        connection.finish_sending()
    except OSError:
        pass


@pytest.mark.parametrize("opcode", [raw.TEXT, raw.BINARY, raw.CLOSE, raw.PING, raw.PONG])
def test_unmasked_frames_end_the_connection(dev_node, opcode):
    """Fault row 1: an unmasked client frame is 1002, and none of its bytes reaches the codec."""
    payload = CONNECT if opcode in (raw.TEXT, raw.BINARY) else b""
    expect_failure(dev_node, raw.frame(opcode, payload, mask=None), 1002, "mask")


def test_an_unmasked_frame_after_good_ones_ends_the_session(dev_node):
    """Fault row 1: what was sent before is answered, the unmasked command is not carried out."""
    counters = Counters(dev_node)
    with protocol.connected(dev_node.ws_url) as session:
        session.subscribe("unmasked")
        session.connection.send(raw.frame(raw.TEXT, '{"id":9,"publish":{"channel":"unmasked","data":1}}', mask=None))
        assert session.until_disconnected().code == 1002
        assert not session.pushes
    counters.expect(1, "skein_ws_protocol_errors_total", kind="mask")
    assert counters.moved("skein_publications_total") == 0


@pytest.mark.parametrize("rsv", range(1, 8))
@pytest.mark.parametrize("opcode", [raw.TEXT, raw.BINARY, raw.PING, raw.CLOSE])
def test_reserved_bits_end_the_connection(dev_node, opcode, rsv):
    """Fault row 2: no extension is negotiated, so every reserved bit is 1002."""
    expect_failure(dev_node, raw.frame(opcode, b"", rsv=rsv), 1002, "reserved_bits")


@pytest.mark.parametrize("rsv", range(1, 8))
def test_reserved_bits_of_a_continuation_end_the_connection(dev_node, rsv):
    """Fault row 2: also inside a message."""
    sent = raw.frame(raw.TEXT, b"{", fin=False) + raw.frame(raw.CONTINUATION, b"}", rsv=rsv)
    expect_failure(dev_node, sent, 1002, "reserved_bits")


@pytest.mark.parametrize("opcode", RESERVED_OPCODES)
@pytest.mark.parametrize("size", [0, 1])
def test_reserved_opcodes_end_the_connection(dev_node, opcode, size):
    """Fault row 3: opcodes 3–7 and 11–15 are 1002."""
    expect_failure(dev_node, raw.frame(opcode, b"x" * size), 1002, "opcode")


@pytest.mark.parametrize("opcode", CONTROL)
def test_long_or_fragmented_control_frames_end_the_connection(dev_node, opcode):
    """Fault row 4: more than 125 bytes, in whichever form of the length, or FIN = 0, is 1002."""
    payload = struct.pack("!H", 1000) + b"x" * 124
    expect_failure(dev_node, raw.frame(opcode, payload), 1002, "control_frame")
    expect_failure(dev_node, raw.frame(opcode, payload[:125], fin=False), 1002, "control_frame")


def test_control_frames_of_125_bytes_are_fine(dev_node):
    """Fault row 4: the limit itself is allowed, between the fragments of a message too."""
    with raw.connected(dev_node.ws_url) as connection:
        first, rest = CONNECT[:5], CONNECT[5:]
        connection.send(raw.frame(raw.TEXT, first, fin=False) + raw.frame(raw.PING, b"p" * 125))
        pong = connection.read_frame()
        assert (pong.opcode, pong.payload) == (raw.PONG, b"p" * 125)
        connection.send(raw.frame(raw.CONTINUATION, rest))
        assert b'"connect"' in connection.read_message().payload


@pytest.mark.parametrize("fin", [True, False])
def test_a_continuation_of_nothing_ends_the_connection(dev_node, fin):
    """Fault row 5: a continuation without a message is 1002, also behind one that is complete."""
    expect_failure(dev_node, raw.frame(raw.CONTINUATION, b"x", fin=fin), 1002, "continuation")


@pytest.mark.parametrize("opcode", [raw.TEXT, raw.BINARY])
@pytest.mark.parametrize("fin", [True, False])
def test_a_message_inside_a_message_ends_the_connection(dev_node, opcode, fin):
    """Fault row 5: new data before the last fragment is 1002."""
    sent = raw.frame(raw.TEXT, b"{", fin=False) + raw.frame(opcode, b"}", fin=fin)
    expect_failure(dev_node, sent, 1002, "continuation")


LENGTHS = {
    "highest bit": (header(0x81, 0xFF, struct.pack("!Q", 1 << 63)), 1002, "length"),
    "all bits": (header(0x81, 0xFF, b"\xff" * 8), 1002, "length"),
    "2^63 - 1": (header(0x81, 0xFF, struct.pack("!Q", (1 << 63) - 1)), 1009, "message_too_big"),
    "2^62": (header(0x82, 0xFF, struct.pack("!Q", 1 << 62)), 1009, "message_too_big"),
    "2^32": (header(0x82, 0xFF, struct.pack("!Q", 1 << 32)), 1009, "message_too_big"),
    "2^31": (header(0x82, 0xFF, struct.pack("!Q", 1 << 31)), 1009, "message_too_big"),
    "limit + 1": (header(0x81, 0xFF, struct.pack("!Q", MESSAGE_SIZE + 1)), 1009, "message_too_big"),
    "125 in 16 bits": (raw.frame(raw.TEXT, b"x" * 125, length_bytes=2), 1002, "length"),
    "0 in 16 bits": (raw.frame(raw.TEXT, b"", length_bytes=2), 1002, "length"),
    "125 in 64 bits": (raw.frame(raw.TEXT, b"x" * 125, length_bytes=8), 1002, "length"),
    "65535 in 64 bits": (raw.frame(raw.TEXT, b"", length=65535, length_bytes=8), 1002, "length"),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_impossible_lengths_end_the_connection(dev_node, name):
    """Fault row 6: judged by the header alone, whatever was announced never arrives."""
    expect_failure(dev_node, *LENGTHS[name])


def test_messages_up_to_the_limit_are_read(dev_node):
    """Fault row 6: limit − 1 and limit are messages, whole or in two fragments; limit + 1 is 1009."""
    for size, cut in itertools.product((MESSAGE_SIZE - 1, MESSAGE_SIZE), (0, 1000)):
        padded = CONNECT[:-1].encode() + b" " * (size - len(CONNECT)) + b"}"
        with raw.connected(dev_node.ws_url) as connection:
            if cut:
                connection.send(raw.frame(raw.TEXT, padded[:cut], fin=False))
                connection.send(raw.frame(raw.CONTINUATION, padded[cut:]))
            else:
                connection.send(raw.frame(raw.TEXT, padded))
            assert b'"connect"' in connection.read_message().payload
    too_long = raw.frame(raw.TEXT, b" " * MESSAGE_SIZE, fin=False) + raw.frame(raw.CONTINUATION, b" ")
    expect_failure(dev_node, too_long, 1009, "message_too_big")


@pytest.mark.parametrize("announced", [1 << 62, MESSAGE_SIZE])
def test_an_announced_length_allocates_nothing(dev_node, announced):
    """Fault row 6: 200 headers that announce much and bring nothing leave memory as it was."""
    connections = [raw.connected(dev_node.ws_url) for _ in range(200)]
    try:
        for connection in connections:  # The read path has allocated what it keeps.
            connection.send(raw.frame(raw.PING))
            connection.read_frame()
        before = resident_bytes(dev_node)
        for connection in connections:
            connection.send(raw.frame(raw.BINARY, length=announced))
        for connection in connections:
            if announced > MESSAGE_SIZE:
                assert connection.read_frame().close_code == 1009
        Counters(dev_node)  # One request on the same loops, behind all of the headers.
        assert resident_bytes(dev_node) - before < len(connections) * 16 * KIB
    finally:
        for connection in connections:
            connection.__exit__()


def test_no_header_traps(dev_node):
    """Fault row 6: every first byte with boundary lengths ends in a close frame of a known code, or in silence."""
    seconds = [mask | length for mask in (0, 0x80) for length in (0, 125, 126, 127)]
    tail = b"\x7f" + b"\xff" * 7 + MASK
    for first, second in itertools.product(range(256), seconds):
        with raw.connected(dev_node.ws_url) as connection:
            connection.send_quietly(bytes([first, second]) + tail)
            finish_quietly(connection)
            try:
                while (received := connection.read_frame()).opcode != raw.CLOSE:
                    assert received.opcode == raw.PONG, (hex(first), hex(second), received)
            except raw.Closed as closed:
                assert str(closed).endswith("got b''"), closed
            else:
                if first & 0xF == raw.CLOSE and received.close_code is None:
                    continue  # An empty close frame is a good one.
                assert received.close_code in (1002, 1007, 1009, 3501), (hex(first), hex(second), received)
    assert dev_node.is_running()
    with protocol.connected(dev_node.ws_url):
        pass
