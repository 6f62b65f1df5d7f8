"""Three nodes on one Redis with nothing in their way: everybody gets everything, in one order, wherever they are."""

import asyncio
import json

import centrifuge
import pytest
from centrifuge import contexts

from support import protocol, tokens
from support.chaos import CONFIG, plan, run
from support.cluster import Cluster
from support.command_line import skein
from support.redis import RedisServer
from support.waiting import eventually

SECONDS = 6
CHAT_SECONDS = 20
MESSAGES = 50


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as redis:
        yield redis


@pytest.fixture(scope="module")
def three_nodes(redis, tmp_path_factory):
    with Cluster(redis, 3, tmp_path_factory.mktemp("nodes"), CONFIG) as cluster:
        yield cluster


@pytest.fixture
def cluster(three_nodes):
    """Its logs are shown when a test fails."""
    yield three_nodes
    print(three_nodes.logs(20))


@pytest.fixture
def connect(cluster):
    """Opens sessions on nodes, by their numbers; returns the session and its client id, and closes it in the end."""
    opened = []

    def open_session(number: int, user: str = "", **claims) -> tuple[protocol.Session, str]:
        session = protocol.Session(cluster.node(number).ws_url)
        opened.append(session)
        return session, session.connect(tokens.connection(user, **claims) if user else None)["client"]

    yield open_session
    for session in opened:
        session.__exit__()


def ask(cluster: Cluster, number: int, method: str, **fields) -> dict:
    """The result of an API call; AssertionError for an error."""
    answer = cluster.api(number, method, fields)
    assert "error" not in answer, answer
    return answer["result"]


# Delivery


def test_everybody_gets_everything_in_one_order(cluster, tmp_path):
    outcome = run(cluster, tmp_path / "history", lambda load: load.run_for(SECONDS))
    outcome.report.assert_clean()
    counts = outcome.report.counts
    assert counts["acknowledged"] > 30 * SECONDS
    assert counts["deliveries"] > 100 * SECONDS
    assert counts["recoveries"] > SECONDS
    assert counts["epochs"] == len(plan().deep)
    assert {event.node for event in outcome.events("conn")} >= {"n1", "n2", "n3"}


class Listener(centrifuge.SubscriptionEventHandler):
    """Keeps what came, and says when it was enough."""

    def __init__(self, count: int):
        self.heard: list = []
        self.subscribed, self.is_done = asyncio.Event(), asyncio.Event()
        self._count = count

    async def on_subscribed(self, ctx: contexts.SubscribedContext) -> None:
        self.subscribed.set()

    async def on_publication(self, ctx: contexts.PublicationContext) -> None:
        data = ctx.pub.data
        self.heard.append(json.loads(data) if isinstance(data, bytes) else data)
        if len(self.heard) == self._count:
            self.is_done.set()


async def chat(urls: list[str], channel: str) -> list[list]:
    """Each client says its lines, all at once; what each of them heard."""
    clients, listeners, subscriptions = [], [], []
    for at, url in enumerate(urls):
        clients.append(centrifuge.Client(url, use_protobuf=at % 2 == 1, proxy=None))
        listeners.append(Listener(len(urls) * MESSAGES))
        subscriptions.append(clients[-1].new_subscription(channel, events=listeners[-1]))
        await clients[-1].connect()
        await subscriptions[-1].subscribe()
        await asyncio.wait_for(listeners[-1].subscribed.wait(), CHAT_SECONDS)

    async def say(at: int) -> None:
        for n in range(MESSAGES):
            line = {"by": at, "n": n}
            await subscriptions[at].publish(json.dumps(line).encode() if at % 2 == 1 else line)

    await asyncio.gather(*(say(at) for at in range(len(urls))))
    for listener in listeners:
        await asyncio.wait_for(listener.is_done.wait(), CHAT_SECONDS)
    for client in clients:
        await client.disconnect()
    return [listener.heard for listener in listeners]


@pytest.mark.parametrize("namespace", ["live", "deep"])
def test_clients_of_an_sdk_chat_across_nodes(cluster, channel, namespace):
    urls = [cluster.node(number).ws_url for number in (1, 3)]
    first, other = asyncio.run(chat(urls, f"{namespace}:{channel}"))
    assert first == other
    for at in range(len(urls)):
        assert [line["n"] for line in first if line["by"] == at] == list(range(MESSAGES))


# Nodes


def test_every_node_knows_all_nodes(cluster, connect):
    for number in cluster.numbers:
        connect(number, "ana")
    for number in cluster.numbers:
        # What nodes say of themselves travels with their signs of life.
        eventually(
            lambda: [node["num_clients"] for node in ask(cluster, number, "info")["nodes"]] == [1, 1, 1],
            f"n{number} knows the clients of all",
        )
        nodes = ask(cluster, number, "info")["nodes"]
        assert nodes[0]["name"] == f"n{number}", "the node that was asked comes first"
        assert {node["name"] for node in nodes} == {"n1", "n2", "n3"}
        assert len({node["uid"] for node in nodes}) == 3 and sorted(node["id"] for node in nodes) == [1, 2, 3]
        assert all(node["version"] == cluster.node(1).banner.version for node in nodes)


def test_the_command_line_lists_the_nodes(cluster):
    config = cluster.node(1).config_file
    done = skein("nodes", "--dev", "--config", config)
    assert done.returncode == 0, done.stderr
    head, *rows, summary = done.stdout.splitlines()
    assert head.split() == ["ID", "NAME", "ADDRESS", "VERSION", "UPTIME", "CLIENTS", "CHANNELS", "LEASE"]
    assert sorted(row.split()[1] for row in rows) == ["n1", "n2", "n3"]
    assert summary.startswith("3 nodes, ring epoch ")
    done = skein("nodes", "--dev", "--config", config, "--json")
    nodes = {node["name"]: node for node in map(json.loads, done.stdout.splitlines())}
    assert nodes.keys() == {"n1", "n2", "n3"}
    assert sorted(node["id"] for node in nodes.values()) == [1, 2, 3]
    for number in cluster.numbers:
        node = nodes[f"n{number}"]
        assert node["address"] == f"127.0.0.1:{cluster.node(number).port}"
        assert 0 < node["lease_ms"] <= 4000


# Calls on one node about the clients of another


def test_sessions_of_other_nodes_are_subscribed_and_unsubscribed(cluster, connect, channel):
    session, _ = connect(3, channel)
    name = f"present:{channel}"
    ask(cluster, 1, "subscribe", user=channel, channel=name, data={"d": 1}, info={"role": "x"})
    push = session.next_push("subscribe")
    assert push["channel"] == name and push["subscribe"]["data"] == {"d": 1}
    (member,) = ask(cluster, 2, "presence", channel=name)["presence"].values()
    assert member["user"] == channel and member["chan_info"] == {"role": "x"}
    ask(cluster, 1, "publish", channel=name, data=1)
    assert session.next_publication(name) == {"data": 1}
    ask(cluster, 1, "unsubscribe", user=channel, channel=name)
    assert session.next_push("unsubscribe")["unsubscribe"]["code"] == 2000
    assert ask(cluster, 2, "presence", channel=name)["presence"] == {}


def test_sessions_of_other_nodes_are_refreshed_and_disconnected(cluster, connect, channel):
    kept, kept_id = connect(2, channel)
    ended, _ = connect(3, channel)
    ask(cluster, 1, "refresh", user=channel, expire_at=2**31)
    for session in (kept, ended):
        assert session.next_push("refresh")["refresh"]["expires"]
    gone = {"code": 4321, "reason": "moved"}
    ask(cluster, 1, "disconnect", user=channel, whitelist=[kept_id], disconnect=gone)
    end = ended.until_disconnected()
    assert (end.code, end.reason) == (4321, "moved")
    kept.subscribe(f"live:{channel}")
    ask(cluster, 1, "refresh", user=channel, expired=True)
    assert kept.until_disconnected().code == 3005


def test_messages_find_users_and_clients_on_all_nodes(cluster, connect, channel):
    sessions = [connect(number, channel) for number in cluster.numbers]
    stranger, _ = connect(3, channel + "-other")
    ask(cluster, 1, "message", user=channel, data={"to": "user"})
    for session, _ in sessions:
        assert session.next_push("message")["message"] == {"data": {"to": "user"}}
    for number, (session, client) in zip(cluster.numbers, sessions):
        ask(cluster, 1, "message", client=client, data={"to": number})
        assert session.next_push("message")["message"] == {"data": {"to": number}}
    ask(cluster, 1, "message", user=channel + "-other", data="last")
    assert stranger.next_push("message")["message"] == {"data": "last"}


def test_channels_are_counted_over_all_nodes(cluster, connect, channel):
    for number in cluster.numbers:
        session, _ = connect(number)
        session.subscribe(f"live:{channel}-all")
        session.subscribe(f"live:{channel}-{number}")
    for number in cluster.numbers:
        found = ask(cluster, number, "channels", pattern=f"live:{channel}-*")["channels"]
        counts = {name.removeprefix(f"live:{channel}-"): info["num_clients"] for name, info in found.items()}
        assert counts == {"all": 3, "1": 1, "2": 1, "3": 1}


def test_presence_and_history_are_the_same_on_all_nodes(cluster, connect, channel):
    name, kept = f"present:{channel}", f"deep:{channel}"
    clients = {}
    for number in cluster.numbers:
        session, client = connect(number, "ana" if number < 3 else "ben")
        session.subscribe(name)
        clients[client] = "ana" if number < 3 else "ben"
    published = [ask(cluster, 1 + n % 3, "publish", channel=kept, data=n) for n in range(9)]
    assert [answer["offset"] for answer in published] == list(range(1, 10))
    assert len({answer["epoch"] for answer in published}) == 1
    for number in cluster.numbers:
        presence = ask(cluster, number, "presence", channel=name)["presence"]
        assert {client: info["user"] for client, info in presence.items()} == clients
        assert ask(cluster, number, "presence_stats", channel=name) == {"num_clients": 3, "num_users": 2}
        history = ask(cluster, number, "history", channel=kept, limit=-1)
        assert [item["data"] for item in history["publications"]] == list(range(9))
    ask(cluster, 3, "history_remove", channel=kept)
    emptied = ask(cluster, 1, "history", channel=kept, limit=-1)
    assert (emptied["publications"], emptied["offset"]) == ([], 9) and emptied["epoch"] == published[0]["epoch"]


def test_a_key_is_known_to_all_nodes(cluster, connect, channel):
    session, _ = connect(3)
    name = f"deep:{channel}"
    session.subscribe(name)
    offsets = [
        ask(cluster, number, "publish", channel=name, data=1, idempotency_key="k")["offset"]
        for number in cluster.numbers
    ]
    last = ask(cluster, 2, "publish", channel=name, data=2)
    assert (offsets, last["offset"]) == ([1, 1, 1], 2)
    assert [session.next_publication(name)["data"] for _ in range(2)] == [1, 2]


def test_a_batch_reaches_all_nodes(cluster, connect, channel):
    session, client = connect(3, channel)
    name = f"live:{channel}"
    session.subscribe(name)
    commands = [
        {"publish": {"channel": name, "data": 1}},
        {"message": {"client": client, "data": 2}},
        {"channels": {"pattern": name}},
        {"info": {}},
        {"disconnect": {"user": channel}},
    ]
    replies = cluster.api(1, "batch", {"commands": commands})["replies"]
    assert not any("error" in reply for reply in replies), replies
    assert replies[2]["channels"]["channels"] == {name: {"num_clients": 1}}
    assert len(replies[3]["info"]["nodes"]) == 3
    assert session.next_publication(name) == {"data": 1}
    assert session.next_push("message")["message"] == {"data": 2}
    assert session.until_disconnected().code == 3503
