"""Waits for conditions that nothing announces: a line in a log, a counter, a port."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

WAIT_SECONDS = 10
_POLL_SECONDS = 0.02


def eventually(condition: Callable[[], Value], what: str, timeout: float = WAIT_SECONDS) -> Value:
    """The first true value of `condition`; AssertionError when there is none in time."""
    end = time.monotonic() + timeout
    pause = threading.Event()
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {timeout} s: {what}"
        pause.wait(_POLL_SECONDS)
    return value


def in_parallel(*tasks: Callable[[], Value], timeout: float = 60) -> list[Value]:
    """Runs each task in a thread of its own and returns their results; the first error is raised."""
    results: list = [None] * len(tasks)
    errors: list[BaseException] = []

    def run(at: int) -> None:
        try:
            results[at] = tasks[at]()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(at,), daemon=True) for at in range(len(tasks))]
    for thread in threads:
        thread.start()
    end = time.monotonic() + timeout
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads), f"tasks are not done after {timeout} s"
    return results
