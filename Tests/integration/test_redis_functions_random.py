"""Random histories of streams and of presence in Redis, compared step by step with small models.

The model of streams knows nothing of tags and forks as Redis keeps them. It knows which publications everybody who ever
got a position has seen up to it, and demands: a position is one of the stream if, and only if, those publications are
still the beginning of the stream.
"""

import random
from dataclasses import dataclass, field, replace

import pytest

from support.redis_functions import Member, Presence, Stream, message, redis  # noqa: F401

STEPS = 3000
MOST_FORKS = 16


@dataclass
class StreamModel:
    """What one topic holds. `bodies` are all publications since offset 1, also those that are no longer kept."""

    epoch: str | None = None
    tag: str = ""
    bodies: list[str] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    size: int = 0
    # Full epochs under which the stream was touched before the present one, oldest first.
    earlier: list[str] = field(default_factory=list)

    @property
    def top(self) -> int:
        return len(self.bodies)

    @property
    def full_epoch(self) -> str:
        return f"{self.epoch}.{self.tag}"

    def copy(self) -> "StreamModel":
        return replace(self, bodies=list(self.bodies), kept=list(self.kept), earlier=list(self.earlier))

    def touch(self, tag: str) -> None:
        """Any call that finds the stream."""
        if self.tag != tag:
            self.earlier = [*self.earlier, self.full_epoch][-MOST_FORKS:]
            self.tag = tag

    def publish(self, body: str, size: int, is_gone_at_once: bool) -> None:
        self.bodies.append(body)
        self.kept = [] if is_gone_at_once else [*self.kept, self.top][-size:]


class StreamWorld:
    """The model beside Redis, and everybody's positions."""

    def __init__(self, redis, seed: int):
        self.random = random.Random(seed)
        self.redis = redis
        self.stream = Stream(redis, tag="00000000")
        self.model = StreamModel()
        self.backup: tuple[StreamModel, list[bytes]] | None = None
        # Under each full epoch that was ever told: the publications that make up its offsets.
        self.seen: dict[str, list[str]] = {}
        self.bodies = iter(range(10**9))
        self.tags = iter(range(1, 10**6))
        self.recovered_over_forks = 0

    # What happens

    def publish(self) -> None:
        size, gone = self.random.choice([1, 3, 8, 30, 30, 150, 150, 150]), self.random.random() < 0.01
        body = f"b{next(self.bodies)}"
        offset, epoch = self.stream.publish(body, size=size, ttl=0 if gone else None)
        self.found(epoch)
        self.model.publish(body, size, gone)
        self.tell(offset, epoch)

    def publish_many(self) -> None:
        for _ in range(self.random.randrange(12)):
            self.publish()

    def forget(self) -> None:
        self.stream.forget()
        self.model.kept = []

    def lose_the_stream(self) -> None:
        self.redis.command("DEL", self.stream.stream)
        self.model.kept = []

    def lose_the_meta(self) -> None:
        self.redis.command("DEL", self.stream.meta)
        self.model = StreamModel()

    def change_the_tag(self) -> None:
        self.stream.tag = f"{next(self.tags):08x}"

    def back_up(self) -> None:
        keys = (self.stream.meta, self.stream.stream)
        self.backup = self.model.copy(), [self.redis.command("DUMP", key) for key in keys]

    def restore(self) -> None:
        """Redis comes back with what it had at the backup, and with another history from there on."""
        if not self.backup:
            return
        self.model = self.backup[0].copy()
        for key, dump in zip((self.stream.meta, self.stream.stream), self.backup[1]):
            self.redis.command("DEL", key)
            if dump is not None:
                self.redis.command("RESTORE", key, 0, dump)
        self.change_the_tag()

    # What is asked

    def found(self, epoch: str) -> None:
        """A call told this epoch; the model learns the name of a new stream from it."""
        if self.model.epoch is None:
            assert epoch not in self.seen
            self.model = StreamModel(epoch=epoch.partition(".")[0], tag=self.stream.tag)
        self.model.touch(self.stream.tag)
        assert epoch == self.model.full_epoch

    def tell(self, top: int, epoch: str) -> None:
        """Somebody learns a position."""
        assert (top, epoch) == (self.model.top, self.model.full_epoch)
        self.seen[epoch] = list(self.model.bodies)

    def position(self) -> tuple[int, str]:
        """Of somebody who was there once, or made up."""
        present = self.model.full_epoch
        epoch = self.random.choice([*list(self.seen)[-4:], *self.model.earlier, present, present, "", "E0.00000000"])
        top = len(self.seen.get(epoch, self.model.bodies))
        near = self.random.choice([top, self.model.top]) + self.random.randint(-6, 1)
        far = self.random.choice([self.random.randint(0, top + 1), 2**64 - 1])
        return max(0, self.random.choice([near] * 5 + [far])), epoch

    def is_of_this_stream(self, offset: int, epoch: str) -> bool:
        if offset > self.model.top:
            return False
        if epoch in ("", self.model.full_epoch):
            return True
        seen = self.seen.get(epoch, [])
        is_known = epoch in self.model.earlier and offset <= len(seen)
        return is_known and seen[:offset] == self.model.bodies[:offset]

    def history(self) -> None:
        since = self.random.choice([None, self.position()])
        limit, reverse = self.random.choice([0, 1, 3, 7, 1000]), self.random.random() < 0.5
        read = self.stream.history(since, limit=limit, reverse=reverse)
        self.found(read.epoch)
        self.tell(read.top, read.epoch)
        kept = self.model.kept
        if since and since[1] not in ("", self.model.full_epoch) and not self.is_of_this_stream(*since):
            kept = []
        if since:
            kept = [offset for offset in kept if (offset < since[0] if reverse else offset > since[0])]
        expected = (kept[::-1] if reverse else kept)[:limit]
        assert read.entries == self.entries(expected), (since, limit, reverse)

    def recover(self) -> None:
        (offset, epoch), mode = self.position(), self.random.choice(["stream", "stream", "cache"])
        limit = self.random.choice([0, 1, 5, 1000, 1000, 1000])
        read = self.stream.recover(offset, epoch, mode=mode, limit=limit)
        self.found(read.epoch)
        self.tell(read.top, read.epoch)
        is_position = self.is_of_this_stream(offset, epoch)
        if mode == "stream":
            missed = list(range(offset + 1, self.model.top + 1)) if is_position else None
        else:
            has_newest = is_position and epoch != "" and offset == self.model.top
            missed = [] if has_newest else [self.model.top]
        is_recovered = missed is not None and len(missed) <= limit and set(missed) <= set(self.model.kept)
        assert read.recovered == is_recovered, (offset, epoch, mode, limit)
        assert read.entries == self.entries(missed if is_recovered else [])
        if mode == "stream" and read.recovered and epoch not in ("", read.epoch):
            self.recovered_over_forks += 1

    def entries(self, offsets: list[int]) -> list[tuple[int, bytes]]:
        return [(offset, self.model.bodies[offset - 1].encode()) for offset in offsets]

    def step(self) -> str:
        acts = {
            self.publish: 30,
            self.publish_many: 6,
            self.history: 25,
            self.recover: 30,
            self.change_the_tag: 4,
            self.back_up: 4,
            self.restore: 1,
            self.forget: 0.5,
            self.lose_the_stream: 0.5,
            self.lose_the_meta: 0.3,
        }
        (act,) = self.random.choices(list(acts), list(acts.values()))
        act()
        return act.__name__


@pytest.mark.parametrize("seed", range(3))
def test_streams_agree_with_a_model(redis, seed):
    world, steps = StreamWorld(redis, seed), []
    try:
        for _ in range(STEPS):
            steps.append("")
            steps[-1] = world.step()
    except AssertionError as error:
        raise AssertionError(f"seed {seed}, step {len(steps)} after {steps[-12:]}: {error}") from error
    assert world.recovered_over_forks > 5 and {"restore", "lose_the_meta"} <= set(steps)


class PresenceWorld:
    """Two topics, three owners that come and go, and what everybody on the channels was told."""

    def __init__(self, redis, seed: int):
        self.random = random.Random(seed)
        self.redis = redis
        self.topics = [Presence(redis), Presence(redis)]
        self.members: list[dict[str, Member]] = [{}, {}]
        self.entries: list[dict[str, set[str]]] = [{}, {}]
        self.announced: list[list[tuple[str, bytes]]] = [[], []]
        self.subscribers = [redis.client().subscribe(topic.channel) for topic in self.topics]
        self.owners = [f"{number}.1" for number in (1, 2, 3)]
        self.numbers = iter(range(10**9))
        for owner in self.owners:
            self.open(owner)

    def open(self, owner: str) -> None:
        for topic, entries in zip(self.topics, self.entries):
            topic.open(owner)
            entries[owner] = {""}

    def some(self) -> tuple[int, str, str]:
        return self.random.randrange(2), self.random.choice(self.owners), f"c{self.random.randrange(8)}"

    def enter(self) -> None:
        at, owner, client = self.some()
        user, info = f"u{self.random.randrange(4)}", f"i{next(self.numbers)}".encode()
        flag, announce, maximum = self.random.randrange(2), self.random.randrange(2), self.random.choice([0, 0, 3, 5])
        others = len(self.members[at].keys() - {client})
        is_accepted = not maximum or others < maximum
        result = self.topics[at].enter(owner, client, user, info, flag, maximum, announce)
        assert result == int(is_accepted)
        before = self.members[at].get(client)
        if is_accepted:
            self.members[at][client] = Member(owner, str(flag), user, info)
            self.entries[at][owner].add(f"e:{client}")
            if announce and before is None:
                self.announced[at].append(("join", info))

    def leave(self) -> None:
        at, owner, client = self.some()
        self.remove(at, owner, self.random.sample([client, "c0", "c5", "c9"], k=2), self.random.choice("01s"))

    def remove(self, at: int, owner: str, clients: list[str], announce: str) -> None:
        removed = 0
        for client in clients:
            self.entries[at][owner].discard(f"e:{client}")
            member = self.members[at].get(client)
            if member and member.owner == owner:
                del self.members[at][client]
                removed += 1
                if announce == "1" or (announce == "s" and member.flag == "1"):
                    self.announced[at].append(("leave", member.info))
        assert self.topics[at].leave(owner, *clients, announce=announce) == removed

    def sweep(self) -> None:
        """An owner is dead; two others sweep it, each in its own order. It comes back under another generation."""
        owner = self.random.choice(self.owners)
        for at, topic in enumerate(self.topics):
            self.redis.command("HDEL", topic.index(owner), "")
            self.entries[at][owner].discard("")
            clients = sorted(entry.removeprefix("e:") for entry in self.entries[at][owner])
            for _ in range(2):
                self.random.shuffle(clients)
                for start in range(0, len(clients), 3):
                    self.remove(at, owner, clients[start : start + 3], "s")
            assert topic.entries(owner) == set() == self.entries[at][owner]
            assert owner not in {member.owner for member in self.members[at].values()}
        id, generation = owner.split(".")
        self.owners.remove(owner)
        self.owners.append(f"{id}.{int(generation) + 1}")
        self.open(self.owners[-1])

    def step(self) -> None:
        (act,) = self.random.choices([self.enter, self.leave, self.sweep], [60, 35, 3])
        act()
        self.compare()

    def compare(self) -> None:
        for at, topic in enumerate(self.topics):
            assert topic.members() == self.members[at]
            counts = topic.user_counts()
            users = [member.user for member in self.members[at].values()]
            assert counts == {user: users.count(user) for user in users}
        owner = self.random.choice(self.owners)
        assert self.topics[0].entries(owner) == self.entries[0][owner]

    def compare_announcements(self) -> None:
        """Everything was announced once and in order, and nothing else was."""
        for topic, subscriber, expected in zip(self.topics, self.subscribers, self.announced):
            self.redis.command("PUBLISH", topic.channel, "\1\1end")
            heard = []
            while (last := message(subscriber.next_message()[1])).kind != "live":
                heard.append((last.kind, last.body))
            assert heard == expected
            expected.clear()


@pytest.mark.parametrize("seed", range(3))
def test_presence_agrees_with_a_model(redis, seed):
    world = PresenceWorld(redis, seed)
    for step in range(STEPS // 2):
        try:
            world.step()
            if step % 50 == 49:
                world.compare_announcements()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, step {step}: {error}") from error
    for subscriber in world.subscribers:
        subscriber.close()
