"""SIGHUP: what changes under connected sessions, what waits for a restart, and what changes nothing."""

import signal
import socket

import pytest
import yaml

from support import protocol, raw, tokens
from support.command_line import skein
from support.node import http, merged
from support.protocol import CommandError, Session
from support.waiting import eventually

API_KEY = "an-api-key-of-the-tests"
OTHER_SECRET = "another secret, just as long as the first"
OPEN = {"subscribe": "anyone", "publish": "nobody", "anonymous": True}


def replace(node, text: str) -> None:
    """Puts a new configuration in place at once, as a careful operator does: a half-written one could be read."""
    new = node.config_file.with_suffix(".new")
    new.write_text(text)
    new.replace(node.config_file)


def started(node_factory, config: dict, dev: bool = True, args: list[str] | None = None):
    """A node that has done some work, so that only the test about the first instant depends on it."""
    node = node_factory(config, dev=dev, args=args)
    for _ in range(3):
        eventually(lambda: http(node.admin_url + "/ready").status == 200, "the node is ready")
    return node


class Reloadable:
    """A node with a configuration that changes, and a way to know when it has."""

    def __init__(self, node_factory, config: dict, dev: bool = True):
        self.node = started(node_factory, config, dev)
        self.config = yaml.safe_load(self.node.config_file.read_text())

    def change(self, over: dict) -> str:
        self.config = merged(self.config, over)
        return self.write(yaml.safe_dump(self.config))

    def write(self, text: str) -> str:
        """Replaces the file and reloads. Returns what was logged about it, once nothing more is to come."""
        replace(self.node, text)
        before = self.node.log().count("\n")
        self.node.signal(signal.SIGHUP)
        eventually(lambda: "reload" in self.new_log(before) or "restart" in self.new_log(before), "a reload is logged")
        return self.new_log(before)

    def new_log(self, before: int) -> str:
        lines = self.node.log().splitlines(keepends=True)[before:]
        return "".join(line for line in lines if line.endswith("\n"))


def error_code(session: Session, method: str, **fields) -> int:
    with pytest.raises(CommandError) as error:
        session.command(method, **fields)
    return error.value.code


def logs(reloadable: Reloadable, *texts: str) -> None:
    for text in texts:
        eventually(lambda text=text: text in reloadable.node.log(), f"{text!r} in the log")


def test_rules_change_under_connected_sessions(node_factory):
    reloadable = Reloadable(node_factory, {"namespaces": {"room": OPEN}})
    with protocol.connected(reloadable.node.ws_url) as one, protocol.connected(reloadable.node.ws_url) as other:
        for session in (one, other):
            session.subscribe("room:a")
        assert error_code(one, "publish", channel="room:a", data=1) == 103
        assert error_code(one, "subscribe", channel="hall:a") == 102
        reloadable.change({"namespaces": {"room": {"publish": "subscribers"}, "hall": OPEN}})
        logs(reloadable, "namespaces.room.publish", "namespaces.hall")
        eventually(lambda: "error" not in one.reply(one.start("subscribe", channel="hall:a")), "hall exists")
        one.publish("room:a", 2)
        assert other.next_publication("room:a")["data"] == 2
        reloadable.change({"namespaces": {"room": {"publish": "nobody"}}})
        logs(reloadable, "namespaces.room.publish")
        eventually(
            lambda: one.reply(one.start("publish", channel="room:a", data=3)).get("error", {}).get("code") == 103,
            "publishing is over",
        )
        assert one.command("rpc", method="skein.whoami")["data"]["node"] == reloadable.node.name


def test_limits_change_under_connected_sessions(node_factory):
    reloadable = Reloadable(node_factory, {"client": {"channels": 1}})
    with protocol.connected(reloadable.node.ws_url) as session:
        session.subscribe("chat:a")
        assert error_code(session, "subscribe", channel="chat:b") == 106
        reloadable.change({"client": {"channels": 2}})
        eventually(lambda: "error" not in session.reply(session.start("subscribe", channel="chat:b")), "two channels")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("client: [", "YAML"),
        ("client: {anonymus: true}\n", "client.anonymous?"),
        ("namespaces: {room: {recovery: always}}\n", "namespaces.room"),
        ("tokens: {keys: {main: {algorithm: HS256, secret: ''}}}\n", "tokens.keys.main"),
    ],
)
def test_a_bad_file_changes_nothing_and_says_why(node_factory, text, says):
    reloadable = Reloadable(node_factory, {"namespaces": {"room": OPEN | {"publish": "subscribers"}}})
    node = reloadable.node
    with protocol.connected(node.ws_url) as session:
        session.subscribe("room:a")
        log = reloadable.write(text)
        assert "old configuration stays" in log and says in log, log
        session.publish("room:a", 1)
        assert session.next_publication("room:a")["data"] == 1
        assert http(node.admin_url + "/ready").status == 200
        log = reloadable.change({"namespaces": {"room": {"publish": "nobody"}}})
        assert "old configuration stays" not in log, "the next good file is taken"


def test_a_missing_file_changes_nothing(node_factory):
    reloadable = Reloadable(node_factory, {"namespaces": {"room": OPEN}})
    reloadable.node.config_file.unlink()
    reloadable.node.signal(signal.SIGHUP)
    logs(reloadable, "old configuration stays", "skein.yaml")
    with protocol.connected(reloadable.node.ws_url) as session:
        session.subscribe("room:a")


def refused(node, token: str) -> int | None:
    """The close code that a token gets, None when it is accepted."""
    with Session(node.ws_url) as session:
        reply_id = session.start("connect", token=token)
        try:
            assert "error" not in session.reply(reply_id)
        except protocol.Disconnected as disconnected:
            return disconnected.code
    return None


def test_token_keys_rotate_without_dropping_anybody(node_factory):
    reloadable = Reloadable(node_factory, {"tokens": tokens.keys(kid="old")}, dev=False)
    node = reloadable.node
    old = tokens.connection("ada", kid="old")
    new = tokens.connection("bob", kid="new", secret=OTHER_SECRET)
    with protocol.connected(node.ws_url, old) as session:
        assert refused(node, new) == 3500
        reloadable.change({"tokens": tokens.keys(OTHER_SECRET, "new")})
        eventually(lambda: refused(node, new) is None, "the new key is known")
        assert refused(node, old) is None, "both are accepted while the backends change over"
        del reloadable.config["tokens"]["keys"]["old"]
        reloadable.change({})
        eventually(lambda: refused(node, old) == 3500, "the old key is gone")
        assert refused(node, new) is None
        assert session.command("rpc", method="skein.whoami")["data"]["user"] == "ada"
        assert tokens.SECRET not in node.log() and OTHER_SECRET not in node.log()


def test_api_keys_rotate(node_factory):
    reloadable = Reloadable(node_factory, {"tokens": tokens.keys(), "api": {"keys": [API_KEY]}}, dev=False)
    other = "another-key-of-the-tests"

    def status(key: str) -> int:
        return http(reloadable.node.api_url + "/info", "POST", b"{}", {"X-API-Key": key}).status

    assert (status(API_KEY), status(other)) == (200, 401)
    reloadable.change({"api": {"keys": [other]}})
    eventually(lambda: status(other) == 200, "the new key is accepted")
    assert status(API_KEY) == 401
    assert API_KEY not in reloadable.node.log() and other not in reloadable.node.log()


def test_allowed_origins_change(node_factory):
    reloadable = Reloadable(node_factory, {})

    def status() -> int:
        with raw.RawConnection(reloadable.node.ws_url) as connection:
            connection.send(connection.handshake_request({"Origin": "https://app.example"}))
            return connection.read_response().status

    assert status() == 403
    reloadable.change({"client": {"allowed_origins": ["https://app.example"]}})
    eventually(lambda: status() == 101, "the origin is allowed")


def test_the_log_level_changes(node_factory):
    reloadable = Reloadable(node_factory, {"log": {"level": "error"}})
    assert reloadable.node.log() == ""
    reloadable.change({"log": {"level": "info"}})
    logs(reloadable, "log.level")
    reloadable.change({"log": {"level": "debug"}})
    reloadable.node.stop()
    assert " debug " in reloadable.node.log()


def test_what_needs_a_restart_is_reported_and_the_rest_is_taken(node_factory):
    reloadable = Reloadable(node_factory, {"namespaces": {"room": OPEN}})
    node = reloadable.node
    with socket.create_server(("127.0.0.1", 0)) as probe:
        other = probe.getsockname()[1]
    with protocol.connected(node.ws_url) as session:
        session.subscribe("room:a")
        reloadable.change(
            {
                "listeners": {"client": {"port": other}},
                "node": {"loops": 3},
                "namespaces": {"room": {"publish": "subscribers"}},
            }
        )
        logs(reloadable, "listeners.client.port", "node.loops", "namespaces.room.publish")
        warnings = [line for line in node.log().splitlines() if "restart" in line]
        assert len(warnings) == 2 and all(" warning " in line for line in warnings), node.log()
        session.publish("room:a", 1)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", other), 1)
        with protocol.connected(node.ws_url) as newcomer:
            newcomer.subscribe("room:a")


def test_a_reload_without_a_change_says_so(node_factory):
    assert "nothing has changed" in Reloadable(node_factory, {}).change({})


def test_a_signal_right_after_the_start_lines_does_no_harm(node_factory):
    for _ in range(5):
        node = node_factory({})
        node.signal(signal.SIGHUP)
        with protocol.connected(node.ws_url):
            assert node.is_running()


def test_many_signals_while_people_talk(node_factory):
    reloadable = Reloadable(node_factory, {"node": {"loops": 2}, "namespaces": {"room": OPEN | {"publish": "anyone"}}})
    node = reloadable.node
    with protocol.connected(node.ws_url) as one, protocol.connected(node.ws_url) as other:
        other.subscribe("room:a")
        for n in range(100):
            reloadable.config["client"] = {"errors": 10 + n % 5}
            replace(node, yaml.safe_dump(reloadable.config))
            node.signal(signal.SIGHUP)
            one.publish("room:a", n)
        assert [other.next_publication()["data"] for _ in range(100)] == list(range(100))


def test_flags_still_win_after_a_reload(node_factory):
    config = {"client": {"channels": 5}}
    node = started(node_factory, config, args=["--set", "client.channels=1"])
    replace(node, yaml.safe_dump(yaml.safe_load(node.config_file.read_text()) | {"client": {"channels": 9}}))
    node.signal(signal.SIGHUP)
    eventually(lambda: "reloaded" in node.log(), "a reload is logged")
    with protocol.connected(node.ws_url) as session:
        session.subscribe("chat:a")
        assert error_code(session, "subscribe", channel="chat:b") == 106
    assert skein("config", "check", "--dev", "--config", node.config_file).returncode == 0
