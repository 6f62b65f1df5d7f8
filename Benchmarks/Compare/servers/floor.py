"""The floor: floor.c, as it is and with the messages of one turn joined."""

from harness.definition import Protocol, Server

ORDER = 0


class Floor(Server):
    name = "floor"
    title = "floor"
    source = "floor.c"
    note = "A bare epoll loop: no protocol, no checks, no queues. The least that one send(2) for each delivery costs."
    protocol = Protocol(subscribe="s%C", publish="p%C %M")
    skips = {"stalled": "has no queue: it cuts a stalled reader off at once"}

    def missing(self, tools):
        return ""

    def version(self, tools):
        return "own code"

    def command(self, tools, start):
        return [tools.floor(), str(start.port)]


class CoalescingFloor(Floor):
    name = "floor-coalescing"
    title = "floor, coalescing"
    note = "The same loop, but the messages of one turn leave with one send(2) for each subscriber."
    skips = Floor.skips | {name: "its connections are those of the floor" for name in ("memory", "storm")}

    def environment(self):
        return {"COALESCE": "1"}


SERVERS = [Floor, CoalescingFloor]
