"""The registry of nodes in Redis as tests see it: its functions, and what they left in its keys."""

from dataclasses import dataclass

from support.redis import RedisServer
from support.redis_functions import REGISTRY_KEYS, RING_CHANNEL, call

RING, NODES, STATS, LEASES, IDS, SWEEP = REGISTRY_KEYS
TTL = 60_000


@dataclass(frozen=True)
class Listed:
    name: str
    id: int
    generation: int
    end: int
    description: str
    stats: str


class Registry:
    def __init__(self, redis: RedisServer):
        self.redis = redis
        redis.command("DEL", *REGISTRY_KEYS)
        self._subscriber = redis.client().subscribe(RING_CHANNEL)

    def call(self, function, *arguments, client=None):
        return call(client or self.redis, function, REGISTRY_KEYS, RING_CHANNEL, *arguments)

    def join(self, name, ttl=TTL, description="d", stats="s", uuid="U", id=""):
        """uuid, epoch, generation, id, whether an older generation was replaced"""
        return self._text(self.call("join", name, ttl, description, stats, uuid, id))

    def beat(self, name, generation=1, ttl=TTL, description="d", stats="s"):
        """uuid, epoch, owners to sweep, time"""
        return self._text(self.call("beat", name, generation, ttl, description, stats))

    def resign(self, name, generation=1, is_swept=0):
        return self.call("resign", name, generation, is_swept)

    def claim(self, span=TTL, client=None):
        owner = self.call("claim", span, client=client)
        return owner and owner.decode()

    def swept(self, owner):
        return self.call("swept", owner)

    def nodes(self) -> list[Listed]:
        reply = self._text(self.call("nodes"))
        assert (len(reply) - 3) % 6 == 0
        return [Listed(*reply[place : place + 6]) for place in range(3, len(reply), 6)]

    def names(self) -> list[str]:
        return [node.name for node in self.nodes()]

    def epoch(self) -> int:
        return self._text(self.call("nodes"))[1]

    def sweep(self) -> dict[str, int]:
        reply = self.redis.command("ZRANGE", SWEEP, 0, -1, "WITHSCORES")
        return {owner.decode(): int(end) for owner, end in zip(reply[::2], reply[1::2])}

    def now(self) -> int:
        seconds, micros = self.redis.command("TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    def end_lease(self, *names) -> None:
        """The leases ran out a while ago."""
        for name in names:
            self.redis.command("ZADD", LEASES, self.now() - 5, name)

    def be_silent(self, milliseconds: int) -> None:
        """Nobody was heard for so long."""
        self.redis.command("HSET", RING, "lastbeat", self.now() - milliseconds)

    def lease_left(self, name) -> int | None:
        score = self.redis.command("ZSCORE", LEASES, name)
        return score and int(score) - self.now()

    def announced(self) -> list[int]:
        """The epochs that were published since the last call."""
        self.redis.command("PUBLISH", RING_CHANNEL, "end")
        epochs = []
        while (payload := self._subscriber.next_message()[1]) != b"end":
            epochs.append(int(payload))
        return epochs

    def close(self) -> None:
        self._subscriber.close()

    @staticmethod
    def _text(reply: list) -> list:
        return [part.decode() if isinstance(part, bytes) else part for part in reply]
