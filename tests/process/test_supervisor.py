"""The supervisor: how often it starts what failed, and what it takes for a failure."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.api.address import down_notice, why_down
from controller.supervise import EXIT_STAYS_DOWN, RESTARTS, WINDOW_S, Supervisor, may_restart

ROOT = Path(__file__).parents[2]
# A controller that says that it is ready, counts itself in a file, and ends as it is told here.
CHILD = """
import os, pathlib, signal, sys, time
from controller.edge.notify import READY, notify
with pathlib.Path({count!r}).open("a") as count:
    count.write("x")
{body}
"""


@given(st.lists(st.floats(0.0, 5000.0), max_size=30))
def test_never_more_than_three_restarts_in_any_ten_minutes(failures_s: list[float]) -> None:
    restarts_s: list[float] = []
    for now_s in sorted(failures_s):
        if may_restart(restarts_s, now_s):
            restarts_s.append(now_s)
    for at_s in restarts_s:
        assert sum(at_s <= other < at_s + WINDOW_S for other in restarts_s) <= RESTARTS


def test_the_fourth_failure_in_ten_minutes_is_the_last_and_a_later_one_is_not() -> None:
    assert may_restart([], 0.0)
    assert may_restart([0.0, 1.0], 2.0)
    assert not may_restart([0.0, 1.0, 2.0], 599.9)
    assert may_restart([0.0, 1.0, 2.0], 600.0)


def supervise(folder: Path, body: str) -> tuple[int, int, str]:
    """Exit code, how many lives there were, and the notice."""
    count, door = folder / "count", folder / "door.sock"
    command = [sys.executable, "-c", CHILD.format(count=str(count), body=body)]
    program = (
        "import sys; from pathlib import Path; from controller.supervise import Supervisor\n"
        f"sys.exit(Supervisor({command!r}, Path({str(down_notice(door))!r})).run())"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60, check=False)
    return done.returncode, len(count.read_text()), why_down(door)


@pytest.mark.parametrize(
    ("body", "code", "lives", "word"),
    [
        ("notify(READY); sys.exit(0)", 0, 1, ""),
        ("sys.exit(1)", 1, 1, ""),
        ("sys.exit(2)", 2, 1, ""),
        ("notify(READY); sys.exit(1)", EXIT_STAYS_DOWN, 4, "exit code 1"),
        ("notify(READY); sys.exit(70)", EXIT_STAYS_DOWN, 4, "exit code 70"),
        ("os.kill(os.getpid(), signal.SIGKILL)", EXIT_STAYS_DOWN, 4, "SIGKILL"),
    ],
)
def test_what_fails_is_started_again_and_what_ends_or_refuses_is_not(
    tmp_path: Path, body: str, code: int, lives: int, word: str
) -> None:
    found_code, found_lives, notice = supervise(tmp_path, body)
    assert (found_code, found_lives) == (code, lives)
    assert word in notice
    assert bool(word) == bool(notice)


def test_one_that_was_ready_and_then_says_nothing_is_ended(tmp_path: Path) -> None:
    """A process that is stopped takes no SIGABRT: it is killed."""
    again = f"len(pathlib.Path({str(tmp_path / 'count')!r}).read_text()) > 1 and sys.exit(0)"
    body = f"{again}\nnotify(READY); os.kill(os.getpid(), signal.SIGSTOP)"
    assert supervise(tmp_path, body) == (0, 2, "")


def test_a_signal_to_the_supervisor_ends_the_controller_and_starts_no_other(tmp_path: Path) -> None:
    count = tmp_path / "count"
    body = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); notify(READY); time.sleep(60)"
    command = [sys.executable, "-c", CHILD.format(count=str(count), body=body)]
    program = (
        "import sys; from controller.supervise import Supervisor\n"
        f"sys.exit(Supervisor({command!r}, None).run())"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    try:
        deadline_s = time.monotonic() + 20.0
        while not count.exists() and time.monotonic() < deadline_s:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20.0) in (0, -signal.SIGTERM)
        assert count.read_text() == "x"
    finally:
        process.kill()


def test_an_old_notice_is_gone_when_the_controller_is_started(tmp_path: Path) -> None:
    notice = down_notice(tmp_path / "door.sock")
    notice.write_text('{"text": "old"}')
    Supervisor([sys.executable, "-c", ""], notice).run()
    assert not notice.exists()
