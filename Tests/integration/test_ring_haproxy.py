"""The ring and a real HAProxy choose the same server for every key, also while servers come, go and change.

No share of agreement but all of it will do: a ring that is right for 99 % of the keys sends every hundredth client from
one node to another.
"""

import base64
import hashlib
import hmac
import random

import pytest

from support import haproxy
from support.haproxy import HAProxy, NamedServers, owners
from support.waiting import eventually

pytestmark = pytest.mark.skipif(haproxy.executable() is None, reason="HAProxy is not installed")

KEYS = 3000
SECRET = b"a secret of the load balancer"
FUNCTIONS = [(name, avalanche) for name in ("sdbm", "djb2", "wt6", "crc32") for avalanche in (True, False)]
# The server that the tests add; its id is that of no other.
ADDED = {"name": "added", "id": 4242, "weight": 77}

_random = random.Random(20260)
WEIGHTED = [
    {"name": f"w{number}", "id": id_, "weight": weight}
    for number, (id_, weight) in enumerate([(1, 100), (2, 1), (3, 256), (17, 13), (999_999, 50), (1000, 100), (5, 7)])
]
EVEN = [{"name": f"e{number}", "id": 100 + 3 * number, "weight": 100} for number in range(50)]


def _keys() -> list[str]:
    kinds = [
        lambda: f"client-{_random.randrange(10**6)}",
        lambda: str(_random.randrange(10**9)),
        lambda: "%08x-%04x-4%03x" % (_random.getrandbits(32), _random.getrandbits(16), _random.getrandbits(12)),
        lambda: "".join(_random.choices("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789._~@-", k=_random.randrange(1, 60))),
    ]
    return [kinds[number % len(kinds)]() for number in range(KEYS)]


def _backend(name: str, servers: list[dict], ports: dict[str, int], kind: str, expression="var(txn.cid)") -> str:
    lines = [
        f"    server {server['name']} 127.0.0.1:{ports[server['name']]} id {server['id']} weight {server['weight']}"
        for server in servers
    ]
    return f"backend {name}\n    balance hash {expression}\n    hash-type consistent {kind}\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def servers():
    servers = NamedServers([server["name"] for server in [*WEIGHTED, *EVEN, ADDED]])
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def proxy(servers, tmp_path_factory):
    """The first part of the path names the backend, the parameter `cid` the key."""
    sections = "    http-request set-var(txn.cid) url_param(cid)\n    use_backend %[path,field(2,/)]\n"
    for function, avalanche in FUNCTIONS:
        kind = f"{function} avalanche" if avalanche else function
        for name, nodes in (("weighted", WEIGHTED), ("even", EVEN)):
            sections += _backend(_name(name, function, avalanche), nodes, servers.ports, kind)
    secret = base64.b64encode(SECRET).decode()
    sections += _backend("keyed", WEIGHTED, servers.ports, "crc32 avalanche", f"var(txn.cid),hmac(sha256,{secret})")
    sections += _backend("changing", WEIGHTED, servers.ports, "crc32 avalanche")
    proxy = HAProxy(tmp_path_factory.mktemp("haproxy"), sections)
    yield proxy
    proxy.stop()


@pytest.fixture(scope="module")
def keys() -> list[str]:
    return _keys()


def _name(ring: str, function: str, avalanche: bool) -> str:
    return f"{ring}-{function}-{'avalanche' if avalanche else 'plain'}"


def _compare(proxy: HAProxy, backend: str, keys: list[str], expected: list[str]) -> None:
    chosen = proxy.chosen(f"/{backend}?cid={key}" for key in keys)
    matches = sum(ours == theirs for ours, theirs in zip(expected, chosen, strict=True))
    print(f"HAProxy {haproxy.version()}, {backend}: {matches} of {len(keys)} keys agree")
    wrong = [(key, ours, theirs) for key, ours, theirs in zip(keys, expected, chosen) if ours != theirs]
    assert not wrong, f"{len(wrong)} of {len(keys)}, first (key, ring, HAProxy): {wrong[:5]}"
    assert len(set(chosen)) > 1


@pytest.mark.parametrize(("function", "avalanche"), FUNCTIONS)
@pytest.mark.parametrize("ring", ["weighted", "even"])
def test_every_function_chooses_the_owner(proxy, keys, ring, function, avalanche):
    nodes = WEIGHTED if ring == "weighted" else EVEN
    profile = f"haproxy({function},{'avalanche,' if avalanche else ''}id)"
    _compare(proxy, _name(ring, function, avalanche), keys, owners(_with_addresses(nodes), keys, profile))


def test_a_keyed_digest_of_the_client_id_chooses_the_owner(proxy, keys):
    digests = [hmac.new(SECRET, key.encode(), hashlib.sha256).digest() for key in keys]
    _compare(proxy, "keyed", keys, owners(_with_addresses(WEIGHTED), digests))


def test_the_owner_is_the_same_through_drain_maintenance_weights_and_new_servers(proxy, servers, keys):
    state = {server["name"]: dict(server) for server in WEIGHTED}

    def phase(command: str, answer: str = "", **weights: int) -> None:
        proxy.change(command, answer)
        for name, weight in weights.items():
            state[name]["weight"] = weight
        _compare(proxy, "changing", keys, owners(_with_addresses(state.values()), keys))

    phase("set server changing/w0 state drain", w0=0)
    phase("set server changing/w5 state drain", w5=0)
    phase("set server changing/w0 state ready", w0=100)
    phase("set server changing/w2 state maint", w2=0)
    phase("set server changing/w2 state ready", w2=256)
    phase("set weight changing/w3 200", w3=200)
    phase("set weight changing/w4 1", w4=1)
    # Percentages are of the weight in the configuration, and rounded down.
    phase("set weight changing/w3 50%", w3=6)
    phase("set server changing/w5 state ready", w5=100)
    address = f"127.0.0.1:{servers.ports['added']}"
    proxy.change(
        f"add server changing/added {address} id {ADDED['id']} weight {ADDED['weight']}", "New server registered."
    )
    state["added"] = dict(ADDED)
    phase("set server changing/added state ready")
    phase("set server changing/added state maint", added=0)
    _compare_deletion(proxy, keys, state)


def _compare_deletion(proxy: HAProxy, keys: list[str], state: dict) -> None:
    def is_deleted() -> bool:
        # Connections that are kept for reuse have to be closed first.
        return proxy.command("del server changing/added") == "Server deleted."

    eventually(is_deleted, "the added server is deleted")
    del state["added"]
    _compare(proxy, "changing", keys, owners(_with_addresses(state.values()), keys))


def _with_addresses(nodes) -> list[dict]:
    """The command wants an address; HAProxy's choice by id does not depend on it."""
    return [{"address": "127.0.0.1:1", **node} for node in nodes]
