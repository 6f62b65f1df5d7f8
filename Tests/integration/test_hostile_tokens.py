"""Forged, broken and expired tokens: nobody gets in, nobody learns why, and every refusal is counted by its reason."""

import base64
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from support import protocol
from support.faults import Counters, eventually

SECRET = "integration-secret-of-more-than-32-bytes"
OTHER_SECRET = "another-integration-secret-of-more-than-32-bytes"
GRACE = 0.5
SLACK = 0.6
CHANNEL = {"subscribe": "anyone", "publish": "anyone", "history_size": 10, "history_ttl": "1m"}


def public_pem(key) -> str:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
FOREIGN_RSA_KEY = rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def node(module_node_factory):
    keys = {
        "hs": {"algorithm": "HS256", "secret": SECRET},
        "rs": {"algorithm": "RS256", "public_key": public_pem(RSA_KEY)},
        "es": {"algorithm": "ES256", "public_key": public_pem(EC_KEY)},
        "ed": {"algorithm": "EdDSA", "public_key": public_pem(ED_KEY)},
    }
    config = {
        "tokens": {"keys": keys, "audience": "skein", "issuer": "tests"},
        "client": {"token_grace": f"{int(GRACE * 1000)}ms", "ping_interval": "1s"},
        "channels": {"rules": CHANNEL},
        "namespaces": {"private": CHANNEL | {"subscribe": "token_holders"}},
        "api": {"keys": ["integration-api-key"]},
    }
    return module_node_factory(config, dev=False)


def part(value) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(**over) -> dict:
    """Good ones, with some replaced or, where the value is None, left out."""
    base = {"sub": "alice", "aud": "skein", "iss": "tests", "exp": int(time.time()) + 60} | over
    return {name: value for name, value in base.items() if value is not None}


def token(key=SECRET, algorithm: str = "HS256", header: dict | None = None, **over) -> str:
    return jwt.encode(claims(**over), key, algorithm, {"kid": "hs"} | (header or {}))


def by_hand(header: dict | bytes, payload: dict | bytes | None = None, secret: str | bytes = SECRET, digest="sha256"):
    """A token of any header and payload, with an HMAC over it."""
    signed = f"{part(header)}.{part(claims() if payload is None else payload)}"
    key = secret if isinstance(secret, bytes) else secret.encode()
    return f"{signed}.{part(hmac.new(key, signed.encode(), digest).digest())}"


def flipped(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


HS = {"alg": "HS256", "kid": "hs", "typ": "JWT"}
JWK = {"kty": "oct", "k": part(OTHER_SECRET.encode())}
FORGED = {
    "none": (lambda: f"{part({'alg': 'none', 'kid': 'hs'})}.{part(claims())}.", "algorithm"),
    "None": (lambda: f"{part({'alg': 'None'})}.{part(claims())}.", "algorithm"),
    "NONE with a signature": (lambda: by_hand({"alg": "NONE", "kid": "hs"}), "algorithm"),
    "none with the signature of another": (lambda: by_hand({"alg": "none"}), "algorithm"),
    "no alg": (lambda: by_hand({"kid": "hs"}), "algorithm"),
    "alg null": (lambda: by_hand({"alg": None, "kid": "hs"}), "algorithm"),
    "alg as a list": (lambda: by_hand({"alg": ["HS256"], "kid": "hs"}), "algorithm"),
    "alg in lower case": (lambda: by_hand({"alg": "hs256", "kid": "hs"}), "algorithm"),
    "the public key as the secret": (
        lambda: by_hand({"alg": "HS256", "kid": "rs"}, secret=public_pem(RSA_KEY)),
        "algorithm",
    ),
    "the public key as the secret, no kid": (
        lambda: by_hand({"alg": "HS256"}, secret=public_pem(RSA_KEY)),
        "signature",
    ),
    "HS512 for a key of HS256": (lambda: by_hand({"alg": "HS512", "kid": "hs"}, digest="sha512"), "algorithm"),
    "RS512 for a key of RS256": (lambda: token(RSA_KEY, "RS512", {"kid": "rs"}), "algorithm"),
    "PS256 for a key of RS256": (lambda: token(RSA_KEY, "PS256", {"kid": "rs"}), "algorithm"),
    "another RSA key": (lambda: token(FOREIGN_RSA_KEY, "RS256", {"kid": "rs"}), "signature"),
    "another secret": (lambda: token(OTHER_SECRET), "signature"),
    "an empty secret": (lambda: by_hand(HS, secret=b""), "signature"),
    "no signature": (lambda: token().rpartition(".")[0] + ".", "signature"),
    "a truncated signature": (lambda: token()[:-3], "signature"),
    "a changed signature": (lambda: flipped(token(), -20), "signature"),
    "a changed payload": (lambda: flipped(token(), token().index(".") + 20), "signature"),
    "crit": (lambda: by_hand(HS | {"crit": ["exp"]}), "malformed"),
    "an embedded jwk": (lambda: by_hand(HS | {"jwk": JWK}, secret=OTHER_SECRET), "signature"),
    "a jku": (lambda: by_hand(HS | {"jku": "http://127.0.0.1:1/jwks"}, secret=OTHER_SECRET), "signature"),
    "an x5u": (lambda: by_hand(HS | {"x5u": "http://127.0.0.1:1/x"}, secret=OTHER_SECRET), "signature"),
    "an x5c": (lambda: by_hand(HS | {"x5c": ["AAAA"]}, secret=OTHER_SECRET), "signature"),
    "an unknown kid": (lambda: by_hand(HS | {"kid": "unknown"}), "key"),
    "a kid that is a path": (lambda: by_hand(HS | {"kid": "../../../../dev/null"}, secret=b""), "key"),
    "a kid that is SQL": (lambda: by_hand(HS | {"kid": "hs' OR '1'='1"}), "key"),
    "a kid with NUL": (lambda: by_hand(HS | {"kid": "hs\0"}), "key"),
    "a kid that is a number": (lambda: by_hand(HS | {"kid": 1}), "malformed"),
    "a kid of 4 KiB": (lambda: by_hand(HS | {"kid": "k" * 4096}), "size"),
    "17 KiB in all": (lambda: by_hand(HS, claims(x="y" * 17 * 1024)), "size"),
    "two parts": (lambda: token().rpartition(".")[0], "malformed"),
    "four parts": (lambda: token() + ".AAAA", "malformed"),
    "five parts, as encrypted ones have": (lambda: ".".join([part(HS)] * 5), "malformed"),
    "padding": (lambda: token() + "=", "malformed"),
    "base64 that is not canonical": (lambda: token()[:-1] + "B", "malformed"),
    "not base64": (lambda: "!!!." + token().partition(".")[2], "malformed"),
    "a header that is not JSON": (lambda: by_hand(b"{alg:HS256}"), "malformed"),
    "a header with two algs": (lambda: by_hand(b'{"alg":"HS256","alg":"none","kid":"hs"}'), "malformed"),
    "a payload that is not JSON": (lambda: by_hand(HS, b"alice"), "malformed"),
    "a payload that is a list": (lambda: by_hand(HS, b"[]"), "malformed"),
    "just text": (lambda: "alice", "malformed"),
}


def refuse(node, forged: str, reason: str) -> None:
    """3500 without a word about why, and one count of the reason."""
    counters = Counters(node)
    with protocol.Session(node.ws_url) as session:
        with pytest.raises(protocol.Disconnected) as disconnected:
            session.connect(forged)
        assert (disconnected.value.code, disconnected.value.reason) == (3500, "invalid token")
    counters.expect(1, "skein_auth_failures_total", reason=reason)
    counters.expect(1, "skein_disconnects_total", code="3500")
    assert counters.moved("skein_sessions") == 0


@pytest.mark.parametrize("name", FORGED)
def test_forged_tokens_are_refused(node, name):
    """Fault row 39: the key knows its one algorithm, and a token cannot bring a key of its own."""
    make, reason = FORGED[name]
    refuse(node, make(), reason)


def test_good_tokens_of_every_kind_are_accepted(node):
    """Fault row 39: what the forged ones differ from."""
    headers = [(SECRET, "HS256", "hs"), (RSA_KEY, "RS256", "rs"), (EC_KEY, "ES256", "es"), (ED_KEY, "EdDSA", "ed")]
    for key, algorithm, kid in headers:
        good = token(key, algorithm, {"kid": kid, "jku": "http://127.0.0.1:1/"})
        with protocol.connected(node.ws_url, good) as session:
            session.subscribe("who")
            session.publish("who", 1)
            assert session.next_publication()["info"]["user"] == "alice"


BAD_CLAIMS = {
    "exp of 2^63": {"exp": 2**63},
    "exp in milliseconds": {"exp": 1_900_000_000_000},
    "exp of 1e300": {"exp": 1e300},
    "exp as text": {"exp": "2000000000"},
    "a negative exp": {"exp": -1},
    "exp of true": {"exp": True},
    "exp as a list": {"exp": [2_000_000_000]},
    "nbf as text": {"nbf": "0"},
    "iat as an object": {"iat": {}},
    "a negative iat": {"iat": -5},
    "sub as a number": {"sub": 42},
    "sub as a list": {"sub": ["alice"]},
    "a channel": {"channel": "private:a"},
    "subs as text": {"subs": "a"},
    "channels as text": {"channels": "a"},
    "expire_at as text": {"expire_at": "never"},
}


@pytest.mark.parametrize("name", BAD_CLAIMS)
def test_claims_of_another_type_are_refused(node, name):
    """Fault row 42: no number and no type traps or becomes a session without end."""
    refuse(node, by_hand(HS, claims(**BAD_CLAIMS[name])), "claims")


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"aud": "other"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": ["a", "b"]}, "audience"),
        ({"aud": "Skein"}, "audience"),
        ({"iss": "others"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"nbf": int(time.time()) + 3600}, "not_before"),
    ],
)
def test_tokens_for_others_are_refused(node, over, reason):
    """Fault row 42: audience, issuer and nbf."""
    refuse(node, by_hand(HS, claims(**over)), reason)


@pytest.mark.parametrize("over", [{"exp": int(time.time()) - 1}, {"exp": 0}, {"exp": 1.5}])
def test_expired_tokens_are_109(node, over):
    """Fault row 42: the client is told to fetch another one, and nothing else."""
    counters = Counters(node)
    with protocol.Session(node.ws_url) as session:
        with pytest.raises(protocol.CommandError) as error:
            session.connect(by_hand(HS, claims(**over)))
        assert error.value.code == 109
        assert session.until_disconnected().code == 3000
    counters.expect(1, "skein_auth_failures_total", reason="expired")


@pytest.mark.parametrize(
    "over",
    [{"exp": None}, {"exp": time.time() + 3600.5}, {"aud": ["x", "skein"]}, {"iat": 0}, {"sub": None}, {"sub": ""}],
)
def test_unusual_but_good_claims_are_accepted(node, over):
    """Fault row 42: no exp, a fraction, a list of audiences, an old iat, nobody."""
    with protocol.connected(node.ws_url, by_hand(HS, claims(**over))) as session:
        assert session.command("ping") == {}


def publish_until_disconnected(node, session: protocol.Session, publisher: protocol.Session, channel: str) -> float:
    """Publishes the wall-clock time, over and over, until the session is closed; the last time that reached it."""
    last = 0.0
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        publisher.publish(channel, time.time())
        try:
            last = session.next_publication(channel)["data"]
        except protocol.Disconnected as disconnected:
            assert disconnected.code == 3005
            return last
    pytest.fail("still connected")


def test_nothing_is_delivered_after_expiry_and_grace(node):
    """Fault row 43: 3005 at exp + grace, and no publication that is later than that."""
    counters = Counters(node)
    expiry = int(time.time()) + 2
    with protocol.connected(node.ws_url, token()) as publisher:
        session = protocol.Session(node.ws_url)
        with session:
            assert 1 <= session.connect(token(exp=expiry))["ttl"] <= 2
            session.subscribe("expiry")
            last = publish_until_disconnected(node, session, publisher, "expiry")
    assert expiry <= last <= expiry + GRACE + SLACK
    counters.expect(1, "skein_disconnects_total", code="3005")


def test_refresh_extends_a_session(node):
    """Fault row 43: with a new token the session outlives the old one."""
    expiry = int(time.time()) + 2
    with protocol.connected(node.ws_url, token(exp=expiry)) as session:
        assert session.command("refresh", token=token())["expires"] is True
        eventually(lambda: time.time() > expiry + GRACE + SLACK)
        assert session.command("ping") == {}


@pytest.mark.parametrize(
    ("make", "reason"),
    [(lambda: token(OTHER_SECRET), "signature"), (lambda: token(sub="mallory"), None)],
)
def test_refresh_with_a_bad_token_ends_the_session(node, make, reason):
    """Fault row 43: a forged token, or that of another user, is 3500."""
    counters = Counters(node)
    with protocol.connected(node.ws_url, token()) as session:
        session.start("refresh", token=make())
        assert session.until_disconnected().code == 3500
    counters.expect(1, "skein_disconnects_total", code="3500")
    if reason:
        counters.expect(1, "skein_auth_failures_total", reason=reason)


def test_an_expired_subscription_ends_with_2501(node):
    """Fault row 43: the channel ends at exp + grace, the session goes on; sub_refresh would have extended it."""
    expiry = int(time.time()) + 2
    with protocol.connected(node.ws_url, token()) as session, protocol.connected(node.ws_url, token()) as publisher:
        for channel in ("private:short", "private:long"):
            session.subscribe(channel, token=token(channel=channel, exp=expiry))
        assert session.command("sub_refresh", channel="private:long", token=token(channel="private:long"))["expires"]
        push = session.next_push("unsubscribe")
        assert (push["channel"], push["unsubscribe"]["code"]) == ("private:short", 2501)
        assert expiry <= time.time() <= expiry + GRACE + SLACK
        publisher.publish("private:short", "late")
        publisher.publish("private:long", "in time")
        assert session.next_publication()["data"] == "in time"
        assert not session.pushes


@pytest.mark.parametrize("over", [{"channel": "private:b"}, {"channel": "private:a", "sub": "mallory"}])
def test_subscription_tokens_of_others_are_refused(node, over):
    """Fault row 43: a subscription token is for one channel and one user; 3500, and no subscription."""
    with protocol.connected(node.ws_url, token()) as session:
        session.start("subscribe", channel="private:a", token=token(**over))
        assert session.until_disconnected().code == 3500


