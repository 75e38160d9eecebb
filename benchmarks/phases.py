"""How late the scans of one controller are while its page has a good or a bad time of it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.anchor import Timer
from benchmarks.rig import Controller, Page, Plant, folder

PERIOD_S = 0.1
CONNECTIONS = 12
SETTLE_S = 1.0
FLOOD = str(Path(__file__).with_name("flood.py"))

LateS = dict[str, list[float]]


@contextmanager
def alone(page: Page) -> Iterator[None]:
    """A page that nobody looks at."""
    yield


@contextmanager
def flooded(page: Page) -> Iterator[None]:
    """More requests than the page's process can answer."""
    flood = subprocess.Popen([sys.executable, FLOOD, str(page.port), str(CONNECTIONS)])
    try:
        yield
    finally:
        flood.kill()
        flood.wait()


@contextmanager
def hung(page: Page) -> Iterator[None]:
    """The page's process stands still, its stream from the controller open."""
    page.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        page.process.send_signal(signal.SIGCONT)


@contextmanager
def ended(page: Page) -> Iterator[None]:
    """The page's process is killed. Only as the last phase: nobody starts it again."""
    page.process.kill()
    page.process.wait()
    yield


def lateness(phases: Sequence[str], rounds: int, seconds: float) -> tuple[LateS, LateS]:
    """The lateness of each scan in s by phase, and of the bare timer in the same windows.

    The phases take turns, `rounds` times, so that a bad time of the machine meets all of them.
    """
    scans: defaultdict[str, list[float]] = defaultdict(list)
    timers: defaultdict[str, list[float]] = defaultdict(list)
    known = {"idle": alone, "flooded": flooded, "hung": hung, "ended": ended}
    plant = Plant()
    with folder() as place:
        controller = Controller(plant, place)
        try:
            for number in range(rounds):
                page = Page(controller.socket, place / str(number))
                try:
                    for phase in phases:
                        with known[phase](page):
                            time.sleep(SETTLE_S)
                            controller.late_s()
                            timer = Timer(round(seconds / PERIOD_S))
                            timers[phase] += timer.late_s()
                            scans[phase] += controller.late_s()
                finally:
                    page.stop()
        finally:
            controller.stop()
            plant.stop()
    return scans, timers
