"""The checker of histories: it finds nothing in clean ones, and every way of breaking one, wherever it is broken."""

import functools
import itertools
import random
import time
from collections.abc import Iterator

import pytest

from support import history
from support.history import CORRUPT, Event, Recorder, compact, make_value
from support.history_anomaly import CLASSES, Expectations
from support.history_checker import check
from support.history_model import WINDOW, Model, clean_history
from support.history_mutants import Clean, NoPlace
from support.history_mutants_loss import MUTANTS

EVENTS = 2500
CLEAN_EVENTS = 50_000
CLEAN_SEEDS = 40
MUTATED_SEEDS = 8
PLACES = 24
SPEED_EVENTS = 50_000
EXPECTED = Expectations(window=WINDOW, fault_tail=0, convergence=0)


@functools.cache
def clean(seed: int) -> Clean:
    return Clean(clean_history(seed, EVENTS))


# Clean histories


@pytest.mark.parametrize("seed", range(2))
def test_a_long_clean_history_has_no_anomaly(seed):
    report = check(clean_history(seed, CLEAN_EVENTS), EXPECTED)
    report.assert_clean()
    for name in ("acknowledged", "deliveries", "recoveries", "recovered publications", "joins and leaves", "faults"):
        assert report.counts[name], name
    assert report.counts["deliveries"] > CLEAN_EVENTS / 3


def test_many_clean_histories_have_no_anomaly():
    for seed in range(CLEAN_SEEDS):
        report = check(clean(seed).events, EXPECTED)
        assert not report.anomalies, f"seed {seed}\n{report}"


def test_without_expectations_nothing_more_is_claimed():
    for seed in range(MUTATED_SEEDS):
        check(clean(seed).events).assert_clean()
        check(clean(seed).events, Expectations(failover=True)).assert_clean()


def test_without_final_reads_nothing_more_is_claimed():
    for seed in range(MUTATED_SEEDS):
        events = [event for event in clean(seed).events if event.f not in ("hist", "presence")]
        check(events, EXPECTED).assert_clean()


# Mutants


def broken_places(name: str) -> Iterator[tuple[str, list[Event]]]:
    """Histories with this mutant at random places, and whence each came."""
    _, mutate = MUTANTS[name]
    found = 0
    for seed in range(10 * MUTATED_SEEDS):
        for place in range(PLACES // MUTATED_SEEDS):
            rng = random.Random(f"{name} {seed} {place}")

            def pick(candidates):
                if not (known := list(candidates)):
                    raise NoPlace
                return rng.choice(known)

            try:
                yield f"seed {seed}, place {place}", mutate(clean(seed), pick)
            except NoPlace:
                break
            found += 1
            if found == PLACES:
                return
    raise AssertionError(f"only {found} places for {name}")


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_mutant_is_found_wherever_it_is(name):
    kind, _ = MUTANTS[name]
    for place, events in broken_places(name):
        report = check(events, EXPECTED)
        assert kind in report.kinds, f"{place}: {name} is not found as {kind}\n{report}"
        found = [anomaly for anomaly in report.anomalies if anomaly.kind == kind]
        assert all(anomaly.witnesses for anomaly in found)


def test_each_kind_has_a_mutant():
    assert {kind for kind, _ in MUTANTS.values()} == set(CLASSES)


def unseen_newest(found: Clean) -> Iterator[list[Event]]:
    """Histories without any read in which nobody but its publisher knows of the newest publication of a channel."""
    for stream in found.final_streams:
        publication = found.in_stream(stream)[-1]
        opened = [session.opened.t for session in found.lasting if session.channel == stream.channel]
        if publication.key and min(opened) < publication.began and max(opened) < publication.acked:
            lost = (stream.channel, stream.epoch, stream.top)
            yield [
                event
                for event in found.events
                if event.f not in ("hist", "presence")
                and not (event.f == "deliver" and (event.ch, event.epoch, event.off) == lost)
            ]


def test_loss_is_found_without_final_reads():
    histories = [events for seed in range(CLEAN_SEEDS) for events in unseen_newest(clean(seed))]
    assert len(histories) > 3
    for events in histories:
        report = check(events, EXPECTED)
        assert {"lost-tail", "stuck"} <= set(report.kinds), str(report)


# Values, files, and what is printed


@pytest.mark.parametrize("size", [0, 15, 16, 17, 100, 16_384])
def test_values_prove_themselves(size):
    value = make_value("ws-1", 7, size)
    assert len(value) == max(size, 15) and compact(value).startswith("ws-1:7:")
    for at in {0, 5, 8, len(value) // 2, len(value) - 1}:
        other = value[:at] + ("x" if value[at] != "x" else "y") + value[at + 1 :]
        assert compact(other).startswith(CORRUPT), other
    for other in (value[:-1], value + "x", value[1:], "", None, 7, {"a": value}, "a:b:c", "ws-1:7"):
        assert compact(other).startswith(CORRUPT), other


def test_values_differ():
    values = {make_value(publisher, number) for publisher in ("a", "b") for number in range(100)}
    assert len({compact(value) for value in values}) == 200


def test_histories_of_several_files_are_merged(tmp_path):
    with Recorder(tmp_path / "a") as first, Recorder(tmp_path / "b") as second:
        first.record("x", "conn", "ok", who="c1")
        second.record("y", "sub", "invoke", ch="deep:a", since=["e", 3])
        first.record("x", "deliver", "ok", ch="deep:a", val="v", epoch="e", off=4, code=None)
    first.record("x", "conn", "ok")
    events = history.read(tmp_path / "b", tmp_path / "a")
    assert [(event.p, event.f) for event in events] == [("x", "conn"), ("y", "sub"), ("x", "deliver")]
    assert events[1].since == ["e", 3] and events[2].off == 4
    history.write(events, tmp_path / "c")
    assert history.read(tmp_path / "c") == events


@pytest.mark.parametrize(("home", "is_disturbed", "found"), [("n2", True, ["dup-join"]), ("n1", True, []), ("n1", False, ["dup-join"])])
def test_a_second_join_is_allowed_only_to_those_whose_node_was_cut_off_with_that_of_the_member(home, is_disturbed, found):
    names = {"member": "n1", "observer": home}
    moments = itertools.count()

    def event(*args, **values) -> Event:
        return Event(next(moments), *args, **values)

    events = [event(name, "conn", "ok", node=node, who=name) for name, node in names.items()]
    events += [event("observer", "sub", kind, ch="open:a") for kind in ("invoke", "ok")]
    events += [event("member", "sub", kind, ch="open:a") for kind in ("invoke", "ok")]
    events.append(event("observer", "join", "ok", ch="open:a", who="member"))
    if is_disturbed:
        events += [event("test", "fault", kind, val="freeze", op=1) for kind in ("invoke", "ok")]
    events.append(event("observer", "join", "ok", ch="open:a", who="member"))
    assert [anomaly.kind for anomaly in check(events, EXPECTED).anomalies] == found


def test_an_anomaly_is_shown_with_its_proof():
    events = [
        Event(0, "sub-1", "sub", "ok", ch="deep:a", epoch="e", off=5, recovered=False),
        Event(2_500_000_000, "sub-1", "deliver", "ok", ch="deep:a", val="v", epoch="e", off=7),
    ]
    text = str(check(events))
    assert "C3 gap on deep:a: sub-1 got offset 7 after 5" in text
    assert "2.500000  sub-1          deliver ok  ch=deep:a val=v epoch=e off=7" in text


def test_the_speed(tmp_path, capsys):
    """A figure to look at; machines differ too much for a limit."""
    file = tmp_path / "history"
    events = Model(1, clients=40).run(SPEED_EVENTS)
    history.write(events, file)
    start = time.process_time()
    events = history.read(file)
    read = time.process_time()
    check(events, EXPECTED).assert_clean()
    done = time.process_time()
    with capsys.disabled():
        print(f"\n{len(events)} events: read {read - start:.2f} s, checked {done - read:.2f} s of CPU time")
