"""`skein token`: what it signs is accepted by a node, and nothing is signed that could not be."""

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from support import protocol, tokens
from support.command_line import skein, write_config
from support.protocol import CommandError, Session

PRIVATE_KEYS = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}
OTHER_SECRET = "another secret, just as long as the first"
VALUE_ERRORS = range(1, 128)


def pem(key) -> tuple[str, str]:
    """The private and the public key."""
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


@pytest.fixture(scope="module")
def private_keys(tmp_path_factory):
    """Files with private keys, by algorithm, and the configuration of the public ones."""
    folder = tmp_path_factory.mktemp("keys")
    files, configured = {}, {}
    for algorithm, make in PRIVATE_KEYS.items():
        private, public = pem(make())
        files[algorithm] = folder / f"{algorithm}.pem"
        files[algorithm].write_text(private)
        (folder / f"{algorithm}.pub.pem").write_text(public)
        # Both ways to configure a key: a file and the text itself.
        value = public if algorithm == "EdDSA" else str(folder / f"{algorithm}.pub.pem")
        configured[algorithm.lower()] = {"algorithm": algorithm, "public_key": value}
    return files, configured


@pytest.fixture(scope="module")
def node(module_node_factory, private_keys):
    keys = tokens.keys()["keys"] | private_keys[1]
    keys["second"] = {"algorithm": "HS512", "secret": OTHER_SECRET * 2}
    rules = {"subscribe": "token_holders", "presence": True}
    return module_node_factory({"tokens": {"keys": keys}, "channels": {"rules": rules}}, dev=False)


def issue(*arguments) -> str:
    done = skein("token", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\n") and done.stdout.count("\n") == 1
    return done.stdout.strip()


def refusal(node, token: str) -> int:
    with Session(node.ws_url) as session:
        session.start("connect", token=token)
        return session.until_disconnected().code


def whoami(session: Session) -> str:
    return session.command("rpc", method="skein.whoami")["data"]["user"]


def test_a_connection_token_from_the_configuration_is_accepted(node):
    token = issue("--config", node.config_file, "--user", "ada", "--ttl", "120", "--info", '{"nick":"Ada"}')
    with Session(node.ws_url) as session:
        result = session.connect(token)
        assert result["expires"] is True and 100 < result["ttl"] <= 120
        assert whoami(session) == "ada"
        session.subscribe("room", token=issue("--config", node.config_file, "--user", "ada", "--channel", "room"))
        [member] = session.presence("room").values()
        assert member["user"] == "ada" and member["conn_info"] == {"nick": "Ada"}


def test_without_a_time_to_live_the_session_does_not_expire(node):
    with Session(node.ws_url) as session:
        result = session.connect(issue("--config", node.config_file, "--user", "ada", "--ttl", "0"))
        assert "expires" not in result and "ttl" not in result


def test_channels_to_subscribe_to_at_connect(node):
    token = issue("--config", node.config_file, "--user", "ada", "--subscribe", "one", "--subscribe", "two")
    with Session(node.ws_url) as session:
        assert set(session.connect(token)["subs"]) == {"one", "two"}


def test_a_subscription_token_opens_its_channel_only(node):
    token = issue("--config", node.config_file, "--user", "ada", "--channel", "room")
    with protocol.connected(node.ws_url, tokens.connection("ada")) as session:
        with pytest.raises(CommandError) as error:
            session.subscribe("room")
        assert error.value.code == 103
        session.subscribe("room", token=token)
        session.start("subscribe", channel="attic", token=token)
        assert session.until_disconnected().code == 3500


def test_a_subscription_token_is_for_its_user_only(node):
    token = issue("--config", node.config_file, "--user", "ada", "--channel", "room")
    with protocol.connected(node.ws_url, tokens.connection("bob")) as session:
        session.start("subscribe", channel="room", token=token)
        assert session.until_disconnected().code == 3500


def test_a_subscription_token_opens_no_connection(node):
    assert refusal(node, issue("--config", node.config_file, "--user", "ada", "--channel", "room")) == 3500


def test_the_key_is_chosen_by_its_name(node):
    token = issue("--config", node.config_file, "--user", "ada", "--key", "second")
    assert tokens.jwt.get_unverified_header(token) == {"alg": "HS512", "kid": "second", "typ": "JWT"}
    with protocol.connected(node.ws_url, token) as session:
        assert whoami(session) == "ada"


@pytest.mark.parametrize("algorithm", PRIVATE_KEYS)
def test_private_keys_sign_for_configured_public_keys(node, private_keys, algorithm):
    arguments = ["--user", "ada", "--private-key", private_keys[0][algorithm], "--algorithm", algorithm]
    for key in ([], ["--key", algorithm.lower()]):
        with protocol.connected(node.ws_url, issue(*arguments, *key)) as session:
            assert whoami(session) == "ada"


def test_a_secret_given_by_hand(node):
    with protocol.connected(node.ws_url, issue("--user", "ada", "--secret", tokens.SECRET)) as session:
        assert whoami(session) == "ada"
    assert refusal(node, issue("--user", "ada", "--secret", OTHER_SECRET)) == 3500


def test_tokens_that_must_not_be_accepted(node):
    claims = {"sub": "ada"}
    good = tokens.sign(claims)
    head, body, signature = good.split(".")
    unsigned = tokens.jwt.encode(claims, None, "none")
    for token in ("nonsense", f"{head}.{body}.", f"{head}.{body}.{signature[::-1]}", unsigned, f"{good}.x"):
        assert refusal(node, token) == 3500, token
    with Session(node.ws_url) as session:
        with pytest.raises(CommandError) as error:
            session.connect(tokens.connection("ada", ttl=-60))
        assert error.value.code == 109
        session.until_disconnected()
    with Session(node.ws_url) as session:
        session.start("connect")
        assert session.until_disconnected().code == 3500, "without a token nobody gets in"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--user"),
        (["--user", "ada"], "key"),
        (["--user", "ada", "--secret", tokens.SECRET, "--algorithm", "none"], "--algorithm"),
        (["--user", "ada", "--secret", tokens.SECRET, "--info", "{"], "info"),
        (["--user", "ada", "--private-key", "/missing.pem", "--algorithm", "ES256"], "missing.pem"),
    ],
)
def test_no_token_without_what_it_needs(arguments, says):
    done = skein("token", *arguments)
    assert done.returncode in VALUE_ERRORS and done.stdout == ""
    assert says in done.stderr, done.stderr


def test_a_missing_key_is_named(tmp_path):
    file = write_config(tmp_path, yaml.safe_dump({"tokens": tokens.keys()}))
    done = skein("token", "--user", "ada", "--config", file, "--key", "other")
    assert done.returncode in VALUE_ERRORS and done.stdout == ""
    assert "other" in done.stderr
