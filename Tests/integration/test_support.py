"""What the other tests rely on: the readers of start lines and metrics refuse what is not in their format."""

import pytest

from support import exposition, raw
from support.banner import Banner


def test_start_lines_are_read():
    banner = Banner()
    for line in (
        "Skein 0.1.0 is ready (node alpha-12ab34)\n",
        "  client   ws://127.0.0.1:8000/connection/websocket\n",
        "  page     http://127.0.0.1:8000/\n",
    ):
        banner.read(line)
    assert (banner.version, banner.node) == ("0.1.0", "alpha-12ab34")
    assert banner.urls == {"client": "ws://127.0.0.1:8000/connection/websocket", "page": "http://127.0.0.1:8000/"}


@pytest.mark.parametrize("line", ["starting", "  client   ws://a/b", "Skein is ready"])
def test_other_lines_are_refused(line):
    with pytest.raises(ValueError, match="unexpected start line"):
        Banner().read(line)


def test_samples_are_found_by_name_and_sorted_labels():
    text = '# TYPE a counter\na{y="2",x="q\\"{,"} 3\nb 1.5e3\nc_bucket{le="+Inf"} 4\n'
    assert exposition.parse(text) == {'a{x="q\\"{,",y="2"}': 3, "b": 1500, 'c_bucket{le="+Inf"}': 4}
    assert exposition.key("a", {"y": "2", "x": "1"}) == 'a{x="1",y="2"}'


@pytest.mark.parametrize("text", ["a", "a one", 'a{x=1} 2', 'a{x="1" 2', "a 1\na 2"])
def test_broken_samples_are_refused(text):
    with pytest.raises(ValueError):
        exposition.parse(text)


@pytest.mark.parametrize(("size", "header"), [(0, 2), (125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_frames_take_the_shortest_length_and_a_mask(size, header):
    data = raw.frame(raw.BINARY, b"\xff" * size)
    assert data[0] == 0x82 and data[1] & 0x80
    assert len(data) == header + 4 + size
    assert raw.apply_mask(data[header + 4 :], data[header : header + 4]) == b"\xff" * size
