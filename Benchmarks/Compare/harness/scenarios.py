"""What is measured: for each scenario the options of `load`, the columns of its table and what it is compared with."""

import resource
from collections.abc import Callable
from dataclasses import dataclass

Report = dict[str, float]
Runs = dict[str, Report]  # by variant; "" where a scenario has only one

FANOUT = ("-c", "1000", "-n", "128")
STALLED_RATE = 2000
STALLED_SUBSCRIBERS = 500
REACHED_PERCENT = 95


@dataclass(frozen=True)
class Column:
    """A column of a table: `value` takes the runs of one round; None where it cannot be told."""

    key: str
    heading: str
    value: Callable[[Runs], float | None]
    digits: int = 0


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    text: str
    options: tuple[str, ...]
    columns: tuple[Column, ...]
    variants: tuple[str, ...] = ("",)
    reference: str = ""  # the server whose run of the same round the ratio is against
    ratio_heading: str = ""
    ratio: Callable[[Runs, Runs], float | None] = lambda own, reference: None
    servers: tuple[str, ...] = ()  # the only ones that take part, empty for all
    publishes: bool = True
    shares_cores: bool = False  # server and client may both use both cores


def field(name: str, variant: str = "") -> Callable[[Runs], float | None]:
    return lambda runs: runs.get(variant, {}).get(name)


def quotient(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def of_field(name: str, inverse: bool = False) -> Callable[[Runs, Runs], float | None]:
    def ratio(own: Runs, reference: Runs) -> float | None:
        mine, other = field(name)(own), field(name)(reference)
        return quotient(other, mine) if inverse else quotient(mine, other)

    return ratio


def alone(loops: str) -> Callable[[Runs], float | None]:
    """Deliveries a second if the busiest thread had a core of its own: what is shared with the client drops out."""
    return lambda runs: quotient(
        field("deliveries", loops)(runs), field("server_busiest_thread_seconds", loops)(runs)
    )


def reached(variant: str) -> Callable[[Runs], float | None]:
    """Deliveries a second as percent of what was asked for."""
    readers = STALLED_SUBSCRIBERS - (variant == "stalled")

    def percent(runs: Runs) -> float | None:
        rate = field("deliveries_per_second", variant)(runs)
        return None if rate is None else 100 * rate / (STALLED_RATE * readers)

    return percent


def stalled_ratio(runs: Runs, _: Runs) -> float | None:
    """None when the rate was not reached: the latency of a queue that grows all the time compares with nothing."""
    if any((reached(variant)(runs) or 0) < REACHED_PERCENT for variant in ("reading", "stalled")):
        return None
    return quotient(field("latency_p99_us", "stalled")(runs), field("latency_p99_us", "reading")(runs))


def connections_for_memory() -> int:
    """10,000, or as many as the descriptor limit leaves room for."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if limit == resource.RLIM_INFINITY or limit >= 10_300:
        return 10_000
    return min(9_500, limit - 200)


DELIVERY = (
    Column("cpu", "CPU µs per delivery", field("cpu_us_per_delivery"), 2),
    Column("rate", "deliveries/s", field("deliveries_per_second")),
    Column("p50", "p50 µs", field("latency_p50_us")),
    Column("p99", "p99 µs", field("latency_p99_us")),
    Column("missing", "lost", field("missing")),
)
MEMORY = (Column("memory", "KiB per connection", field("memory_per_connection_kb"), 2),)
STORM = (
    Column("rate", "handshakes/s", field("handshakes_per_second")),
    Column("cpu", "CPU µs per handshake", field("cpu_us_per_handshake"), 1),
    Column("p99", "p99 µs", field("latency_p99_us")),
    Column("refused", "refused", field("refused")),
)
LOOPS = (
    Column("one_measured", "1 loop: measured/s", field("deliveries_per_second", "loops=1")),
    Column("two_measured", "2 loops: measured/s", field("deliveries_per_second", "loops=2")),
    Column("one", "1 loop: normalised/s", alone("loops=1")),
    Column("two", "2 loops: normalised/s", alone("loops=2")),
)
STALLED = (
    Column("without", "p99 µs, all read", field("latency_p99_us", "reading")),
    Column("with", "p99 µs, one stalled", field("latency_p99_us", "stalled")),
    Column("reached", "rate reached %", reached("stalled")),
    Column("missing", "lost by the others", field("missing", "stalled")),
)
TO_FLOOR = {"ratio_heading": "CPU ÷ floor", "ratio": of_field("cpu_us_per_delivery")}

SCENARIOS = (
    Scenario(
        "fanout", "Fan-out, one message in flight",
        "One channel with 1,000 subscribers, 128 bytes. The next message is published as soon as the one before "
        "begins to arrive, so the server is always busy but has nothing to join.",
        (*FANOUT, "-w", "1"), DELIVERY, reference="floor", **TO_FLOOR),
    Scenario(
        "pipelined", "Fan-out, 16 messages in flight",
        "The same with 16 messages in flight: a server may join what it sends to one subscriber. The floor joins too.",
        (*FANOUT, "-w", "16"), DELIVERY, reference="floor-coalescing", **TO_FLOOR),
    Scenario(
        "large", "Fan-out of 16 KiB",
        "One channel with 1,000 subscribers, 16 KiB, one message in flight.",
        ("-c", "1000", "-n", "16384", "-w", "1"), DELIVERY, reference="floor", **TO_FLOOR),
    Scenario(
        "unicast", "Unicast",
        "1,000 channels with one subscriber each, 128 bytes, 64 messages in flight. Each delivery pays for the whole "
        "way of a publication, the parsing of the publish command and its reply included.",
        ("-c", "1000", "-k", "1000", "-n", "128", "-w", "64"), DELIVERY, reference="floor", **TO_FLOOR),
    Scenario(
        "memory", "Memory of idle connections",
        "Growth of the proportional set size of all processes of the server, divided by the connections. Each has one "
        "subscription to a channel of its own. The kernel's socket buffers are not in it.",
        ("-I", "1"), MEMORY, publishes=False),
    Scenario(
        "storm", "Storm of handshakes",
        "TCP connect, WebSocket handshake, reset; 64 at a time, as fast as the server takes them. No command of a "
        "protocol is sent. The ratio is handshakes per second of server CPU.",
        ("--storm", "64"), STORM, reference="uwebsockets", ratio_heading="per core ÷ uWebSockets",
        ratio=of_field("cpu_us_per_handshake", inverse=True), publishes=False),
    Scenario(
        "loops", "Two loops on two cores against one",
        "Fan-out; a message is published when the one before has arrived everywhere, so that no loop can join two. "
        "Server and client may both use both cores in both cases. The client takes a part of them, so measured rates "
        "say little. Normalised is deliveries divided by the CPU seconds of the busiest thread of the server: the rate "
        "if each loop had a core to itself and never waited. Uneven loops and the extra work of two lower it.",
        (*FANOUT, "-w", "1", "--strict"), LOOPS, variants=("loops=1", "loops=2"), ratio_heading="2 loops ÷ 1",
        ratio=lambda own, _: quotient(alone("loops=2")(own), alone("loops=1")(own)),
        servers=("skein-json",), shares_cores=True),
    Scenario(
        "stalled", "Neighbours of a stalled reader",
        f"One channel with 500 subscribers, 128 bytes, {STALLED_RATE:,} messages a second whatever comes back; latency "
        "counts from the time a message was due. Then the same with one subscriber that never reads, whose kernel "
        f"buffers are kept small. There is no ratio where less than {REACHED_PERCENT} % of the rate is reached: such a "
        "latency is that of a growing queue.",
        ("-c", str(STALLED_SUBSCRIBERS), "-n", "128", "-r", str(STALLED_RATE)), STALLED,
        variants=("reading", "stalled"), ratio_heading="with ÷ without", ratio=stalled_ratio),
)  # fmt: skip


def variant_options(scenario: Scenario, variant: str) -> list[str]:
    """What a variant adds to the options of `load`."""
    if scenario.name == "memory":
        count = str(connections_for_memory())
        return ["-c", count, "-k", count]
    return ["--stalled", "1"] if variant == "stalled" else []
