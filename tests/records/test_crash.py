"""Killed, failing and powerless: no row that was acknowledged is ever lost (K1, K2, K3, K9)."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from disk_states import acknowledged, after_power_cut, traced

from controller.records.chain import rows_of, verify
from controller.records.reader import RecordReader
from controller.records.schema import RECORD_NAME, open_for_reading
from controller.records.store import Store

SUPPORT = Path(__file__).parents[1] / "support"
CHILD = str(SUPPORT / "record_child.py")
GROUPS = 12
needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="needs Debian's strace")


def check_record(folder: Path, acked: int) -> int:
    """K1 to K3: opens by itself, whole chain, all that was acknowledged. Returns how many rows."""
    Store(folder / RECORD_NAME, "boot", "check").close()
    verdict = RecordReader(folder).verify()
    assert verdict.good, verdict
    assert verdict.rows >= acked
    assert not list(folder.glob("*.damaged-*"))
    return verdict.rows


def newest_ack(words: str) -> int:
    return max((int(found) for found in re.findall(r"^ack (\d+) \d+$", words, re.M)), default=0)


def killed_at_random(folder: Path, die: random.Random) -> None:
    child = subprocess.Popen(
        [sys.executable, CHILD, "writer", str(folder), "100000"], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    assert first.startswith("ack"), first
    time.sleep(die.uniform(0.0, 0.05))
    os.kill(child.pid, signal.SIGKILL)
    words = first + child.stdout.read()
    child.wait(10.0)
    check_record(folder, newest_ack(words))


def test_kill_at_random(tmp_path: Path) -> None:
    """One record, killed again and again: what it holds only grows (K9)."""
    die = random.Random(1)
    for _ in range(6):
        killed_at_random(tmp_path, die)


@pytest.mark.long
@pytest.mark.timeout(3_000)
def test_kill_at_random_a_thousand_times(tmp_path: Path) -> None:
    die = random.Random(2)
    for number in range(1_000):
        killed_at_random(tmp_path / str(number // 100), die)


def run_with(folder: Path, inject: str) -> tuple[int, str]:
    folder.mkdir()
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64,fdatasync,ftruncate"]
    done = subprocess.run(
        [*command, "-e", f"inject={inject}", sys.executable, CHILD, "writer", str(folder), "12"],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return done.returncode, done.stdout


def call_count(folder: Path, call: str) -> int:
    folder.mkdir()
    log = folder.with_suffix(".log")
    command = ["strace", "-f", "-o", str(log), "-e", f"trace={call}"]
    child = [sys.executable, CHILD, "writer", str(folder), str(GROUPS)]
    subprocess.run([*command, *child], check=True, capture_output=True, timeout=60)
    return sum(call in line for line in log.read_text().splitlines())


def swept(folder: Path, call: str, error: str, numbers: Iterator[int]) -> int:
    """Lets the n-th call fail, or kills the process there. Returns how many runs were looked at."""
    runs = 0
    for number in numbers:
        place = folder / f"{call}-{error}-{number}"
        fault = "signal=SIGKILL" if error == "KILL" else f"error={error}"
        code, words = run_with(place, f"{call}:{fault}:when={number}")
        rows = check_record(place, newest_ack(words))
        if error != "KILL":
            # The writer mends itself: everything is there, nothing twice, and it knows it is well.
            assert code == 0, (call, error, number, words)
            assert "stuck" not in words
            assert words.rstrip().endswith("lost 0.0"), words
            texts = [row.text for row in rows_of(open_for_reading(place / RECORD_NAME))]
            numbered = [text for text in texts if text.startswith("row ")]
            assert len(numbered) == len(set(numbered)) == sum(1 + n % 3 for n in range(GROUPS))
            assert rows >= len(numbered)
        shutil.rmtree(place)
        runs += 1
    return runs


@needs_strace
@pytest.mark.parametrize("error", ["KILL", "EIO", "ENOSPC"])
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_some_calls_fail(tmp_path: Path, call: str, error: str) -> None:
    last = call_count(tmp_path / "count", call)
    assert last > GROUPS
    assert swept(tmp_path, call, error, iter((last // 2,))) == 1


@needs_strace
@pytest.mark.long
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("error", ["KILL", "EIO", "ENOSPC"])
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "ftruncate"])
def test_every_call_fails_once(tmp_path: Path, call: str, error: str) -> None:
    last = call_count(tmp_path / "count", call)
    assert swept(tmp_path, call, error, iter(range(1, last + 1))) == last


def power_cuts(tmp_path: Path, states: int, sync: str) -> int:
    """How many of so many states after a power cut have lost a row that was acknowledged."""
    folder = tmp_path / f"traced-{sync}"
    folder.mkdir()
    ops = traced(folder, "store", str(folder), "60", sync)
    first_ack = next(number for number, op in enumerate(ops) if op.call == "say")
    assert sum(op.call == "say" for op in ops) == 60
    die, lost = random.Random(sync), 0
    place = tmp_path / "cut"
    for _ in range(states):
        cut = die.randrange(first_ack, len(ops) + 1)
        place.mkdir()
        for path, content in after_power_cut(ops, cut, str(folder), die).items():
            if not path.endswith("-shm"):
                (place / Path(path).name).write_bytes(content)
        lost += not survived(place, acknowledged(ops, cut))
        shutil.rmtree(place)
    return lost


def survived(place: Path, acked: int) -> bool:
    try:
        store = Store(place / RECORD_NAME, "boot", "check")
    except Exception:
        return False
    rows = list(rows_of(store._db))
    store.close()
    return verify(rows).good and len(rows) >= acked


@needs_strace
def test_power_cuts_lose_nothing(tmp_path: Path) -> None:
    """K2; and that the states are hard enough: without syncs rows are lost."""
    assert power_cuts(tmp_path, 150, "FULL") == 0
    assert power_cuts(tmp_path, 60, "OFF") > 20


@needs_strace
@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_five_thousand_power_cuts_lose_nothing(tmp_path: Path) -> None:
    assert power_cuts(tmp_path, 5_000, "FULL") == 0
