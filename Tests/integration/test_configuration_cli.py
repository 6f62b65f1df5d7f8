"""The command line around a node: version, the configuration; and what a node refuses to start with."""

import copy
import re

import pytest
import yaml

from support import tokens
from support.command_line import shown, skein, write_config
from support.node import defaults, merged

API_KEY = "an-api-key-of-the-tests"
USAGE_ERROR = 64
# EX_CONFIG of sysexits.h: a supervisor can tell it from a crash.
CONFIGURATION_ERROR = 78


# Version and usage


def test_version_is_that_of_the_start_lines(dev_node):
    done = skein("version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"skein {dev_node.banner.version}\n"


def test_an_unknown_command_shows_the_usage():
    done = skein("serv")
    assert done.returncode == USAGE_ERROR and done.stdout == ""
    assert "serv" in done.stderr and "Usage:" in done.stderr


def test_a_setting_without_a_value_is_a_usage_error():
    done = skein("config", "check", "--set", "log.level")
    assert done.returncode == USAGE_ERROR
    assert "--set log.level" in done.stderr and "key=value" in done.stderr


# config check


def test_check_of_a_usable_file_says_so(tmp_path):
    file = write_config(tmp_path, {"tokens": tokens.keys()})
    done = skein("config", "check", "--config", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert str(file) in done.stdout


def test_check_tells_every_problem_with_its_place_and_a_suggestion(tmp_path):
    file = write_config(
        tmp_path,
        "client:\n  ping_intervall: 3s\n  pong_timeout: soon\nnamespaces:\n  chat:\n    history_sise: 5\n",
    )
    done = skein(
        "config", "check", "--config", file, "--set", "log.levl=debug", env={"SKEIN_CLIENT_PONG_TIMEOT": "3s"}
    )
    assert done.returncode == CONFIGURATION_ERROR, done.stderr
    assert done.stdout == ""
    for place, suggestion in (
        (f"{file}:2", "client.ping_interval?"),
        (f"{file}:3", "pong_timeout"),
        (f"{file}:6", "namespaces.chat.history_size?"),
        ("--set log.levl", "log.level?"),
        ("SKEIN_CLIENT_PONG_TIMEOT:", "SKEIN_CLIENT_PONG_TIMEOUT?"),
    ):
        lines = [line for line in done.stderr.splitlines() if place in line]
        assert len(lines) == 1 and suggestion in lines[0], (place, done.stderr)
    assert len(done.stderr.splitlines()) == 5, done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("client: [", "not YAML"),
        ("client: 5\n", "client"),
        ("log: {level: loud}\n", "loud"),
        ("node: {loops: 65}\n", "loops"),
        ("client: {message_size: 64KB}\n", "message_size"),
        ("client: {ping_interval: 1s}\nclient: {pong_timeout: 1s}\n", "client"),
    ],
)
def test_check_refuses_files_that_cannot_be_read(tmp_path, text, says):
    done = skein("config", "check", "--config", write_config(tmp_path, text))
    assert done.returncode == CONFIGURATION_ERROR, done.stderr
    assert re.search(says, done.stderr), done.stderr


def test_check_of_a_missing_file_names_it(tmp_path):
    done = skein("config", "check", "--config", tmp_path / "missing.yaml")
    assert done.returncode == CONFIGURATION_ERROR
    assert "missing.yaml" in done.stderr


def test_the_help_of_check_tells_its_exit_status():
    help_text = skein("config", "check", "--help").stdout
    assert f"exit {CONFIGURATION_ERROR} " in help_text.replace("\n", " "), help_text


# config show and default


def test_show_hides_secrets_and_names_origins(tmp_path):
    file = write_config(tmp_path, {"tokens": tokens.keys(), "api": {"keys": [API_KEY]}, "client": {"errors": 7}})
    done = skein("config", "show", "--config", file, "--set", "log.level=debug")
    assert done.returncode == 0, done.stderr
    assert tokens.SECRET not in done.stdout and API_KEY not in done.stdout
    values = yaml.safe_load(done.stdout)
    assert values["client"]["errors"] == 7 and values["log"]["level"] == "debug"
    assert values["tokens"]["keys"]["main"]["algorithm"] == "HS256"
    assert re.search(rf"^ +errors: 7 +# .*{re.escape(str(file))}", done.stdout, re.MULTILINE), done.stdout
    assert re.search(r"^ +level: debug +# .*--set log.level", done.stdout, re.MULTILINE), done.stdout


def test_a_problem_with_a_secret_does_not_show_it(tmp_path):
    short = "SECRET-0815"
    file = write_config(tmp_path, {"tokens": tokens.keys(short), "api": {"keys": [short]}})
    for command in (("config", "check"), ("config", "show"), ("serve",)):
        done = skein(*command, "--config", file)
        assert done.returncode == CONFIGURATION_ERROR, command
        assert short not in done.stdout + done.stderr


@pytest.mark.parametrize("flags", [[], ["--dev"]])
def test_the_default_output_loads_again(tmp_path, flags):
    printed = skein("config", "default", *flags)
    assert (printed.returncode, printed.stderr) == (0, "")
    file = write_config(tmp_path, printed.stdout)
    done = skein("config", "check", "--config", file, *flags)
    assert done.returncode == 0, done.stderr
    again, plain = shown("--config", file, *flags), shown(*flags)
    for values in (again, plain):
        del values["node"]["name"]
    assert again == plain


def test_the_default_output_has_every_key_that_show_has():
    values, default = shown(), yaml.safe_load(skein("config", "default").stdout)

    def paths(value, above=()):
        if not isinstance(value, dict):
            return {above}
        return {path for name, part in value.items() for path in paths(part, (*above, name))}

    assert paths(values) - {("tokens", "keys"), ("namespaces",)} == paths(default)


# Precedence


def test_each_source_overrules_the_one_below(tmp_path):
    file = write_config(tmp_path, {"client": {"errors": 11, "channels": 12, "history_limit": 13}})
    env = {"SKEIN_CLIENT_CHANNELS": "22", "SKEIN_CLIENT_HISTORY_LIMIT": "23"}
    client = shown("--config", file, "--set", "client.history_limit=33", env=env)["client"]
    assert (client["errors"], client["channels"], client["history_limit"]) == (11, 22, 33)


def test_the_development_profile_lies_below_the_file(tmp_path):
    file = write_config(tmp_path, {"client": {"anonymous": False}})
    with_file, without = shown("--dev", "--config", file), shown("--dev")
    assert without["client"]["anonymous"] is True and with_file["client"]["anonymous"] is False
    assert with_file["api"]["insecure"] is True
    assert shown()["api"]["insecure"] is False


def test_named_flags_and_the_environment_reach_namespaces_and_lists(tmp_path):
    file = write_config(tmp_path, {"namespaces": {"chat": {"history_size": 5, "history_ttl": "1m"}}})
    env = {"SKEIN_CONFIG": str(file), "SKEIN_NAMESPACES_CHAT_HISTORY_SIZE": "9"}
    env["SKEIN_CLIENT_ALLOWED_ORIGINS"] = "https://a.example,https://b.example"
    flags = ["--address", "127.0.0.3", "--port", "8111", "--log-level", "warning", "--log-format", "json"]
    values = shown(*flags, env=env)
    assert values["namespaces"]["chat"]["history_size"] == 9
    assert values["namespaces"]["chat"]["history_ttl"] == "1m"
    assert values["client"]["allowed_origins"] == ["https://a.example", "https://b.example"]
    assert (values["listeners"]["client"]["address"], values["listeners"]["client"]["port"]) == ("127.0.0.3", 8111)
    assert values["log"] == {"level": "warning", "format": "json"}


def test_the_file_of_the_flag_wins_over_that_of_the_environment(tmp_path):
    one = write_config(tmp_path, {"client": {"errors": 3}}, "one.yaml")
    other = write_config(tmp_path, {"client": {"errors": 4}}, "other.yaml")
    assert shown("--config", one, env={"SKEIN_CONFIG": str(other)})["client"]["errors"] == 3


# Start-up refusals

SAFE = merged(defaults(dev=False), {"tokens": tokens.keys(), "api": {"keys": [API_KEY]}})
RULES = "channels.rules"


def listener(role: str, address: str, **more) -> dict:
    return {"listeners": {role: {"address": address, "port": 0} | more}}


def rules(**values) -> dict:
    return {"channels": {"rules": values}}


PUBLIC_CLIENT = listener("client", "0.0.0.0")
LOCAL_SERVICES = merged(listener("api", "127.0.0.1"), listener("admin", "127.0.0.1"))
HISTORY = {"history_size": 5, "history_ttl": "1m"}
REFUSED = {
    "an empty secret": (False, {"tokens": tokens.keys("")}, "tokens.keys.main"),
    "a secret of 31 bytes": (False, {"tokens": tokens.keys("s" * 31)}, "tokens.keys.main"),
    "a public key for HS256": (False, {"tokens": {"keys": {"main": {"public_key": "/k.pem"}}}}, "tokens.keys.main"),
    "ES256 without a key": (False, {"tokens": {"keys": {"e": {"algorithm": "ES256"}}}}, "tokens.keys.e"),
    "no token check without --dev": (False, {"client": {"insecure": True}}, "client.insecure"),
    "no token check in public": (
        True,
        merged(merged(PUBLIC_CLIENT, LOCAL_SERVICES), {"client": {"insecure": True}}),
        "client.insecure",
    ),
    "anonymous in public": (False, PUBLIC_CLIENT | {"client": {"anonymous": True}}, "client.anonymous"),
    "anonymous in public over IPv6": (
        False, listener("client", "::") | {"client": {"anonymous": True}}, "client.anonymous",
    ),
    "an API key of 15 characters": (False, {"api": {"keys": ["k" * 15]}}, "api.keys"),
    "no API key in public": (False, listener("api", "0.0.0.0") | {"api": {"keys": []}}, "api.keys"),
    "an open API without --dev": (False, {"api": {"insecure": True}}, "api.insecure"),
    "an open API in public": (True, listener("api", "0.0.0.0"), "api.insecure"),
    "admin in public": (False, listener("admin", "0.0.0.0"), "listeners.admin.public"),
    "admin shared with a public listener": (
        False, merged(PUBLIC_CLIENT, {"listeners": {"admin": {"port": "shared"}}}), "listeners.admin.public",
    ),
    "the echo without --dev": (False, {"test": {"echo": True}}, "test.echo"),
    "recovery without history": (False, rules(recovery="always"), RULES),
    "positions without history": (False, rules(positioning="on_request"), RULES),
    "history without an end": (False, rules(history_size=5), RULES),
    "recovery without the sender's own": (False, rules(recovery="always", exclude_sender=True, **HISTORY), RULES),
    "deltas with dropped publications": (False, rules(delta=True, slow_consumer="drop_oldest", **HISTORY), RULES),
    "positions with dropped publications": (
        False, rules(positioning="always", slow_consumer="keep_latest", **HISTORY), RULES,
    ),
    "a limit of members without presence": (False, rules(maximum_members=5), RULES),
    "pushed joins without joins": (False, rules(push_join_leave=True), RULES),
    "subscribing for subscribers": (False, rules(subscribe="subscribers"), f"{RULES}.subscribe"),
    "more connections than descriptors": (False, {"client": {"connections": 9_999_999}}, "client.connections"),
    "personal channels in no namespace": (
        False, {"client": {"personal_channel": True, "personal_namespace": "me"}}, "client.personal_namespace",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_node_does_not_start_with(name, tmp_path, node_factory):
    dev, change, key = REFUSED[name]
    base = defaults(dev=True) if dev else copy.deepcopy(SAFE)
    config = merged(base, change)
    if "keys" in change.get("tokens", {}):
        config["tokens"] = change["tokens"]
    node = node_factory(yaml.safe_dump(config), dev=dev, ready=False)
    assert node.wait_exit() == CONFIGURATION_ERROR, node.log()
    assert node.output == []
    assert key in node.log(), node.log()
    flags = ["--dev"] if dev else []
    check = skein("config", "check", *flags, "--config", write_config(tmp_path, config))
    assert check.returncode == CONFIGURATION_ERROR
    assert len(check.stderr.splitlines()) == 1 and key in check.stderr, check.stderr


ACCEPTED = {
    "a secret of 32 bytes": (False, {"tokens": tokens.keys("s" * 32)}),
    "a short secret for development": (True, {"tokens": tokens.keys("short")}),
    "an API key of 16 characters": (False, {"api": {"keys": ["k" * 16]}}),
    "admin in public, as declared": (False, listener("admin", "0.0.0.0", public=True)),
    "the API in public with a key": (False, listener("api", "0.0.0.0")),
    "tokens in public": (False, PUBLIC_CLIENT),
    "anonymous in public, as declared": (
        False, listener("client", "0.0.0.0", public=True) | {"client": {"anonymous": True}},
    ),
    "no token check for development": (True, {"client": {"insecure": True}}),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_check_accepts(name, tmp_path):
    dev, change = ACCEPTED[name]
    config = merged(defaults(dev=True) if dev else SAFE, change)
    done = skein("config", "check", *(["--dev"] if dev else []), "--config", write_config(tmp_path, config))
    assert done.returncode == 0, done.stderr
