"""The writer when the disk is full, slow, gone or damaged; and the loop that waits for it."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from bench import TURNING, state_in
from recording import PLANT, recording, writer_for

from controller.core.events import Event, EventKind
from controller.core.outputs import DEAD, Outputs
from controller.core.state import Decision
from controller.core.states import State
from controller.records.clerk import Clerk
from controller.records.reader import RecordReader
from controller.records.row import draft
from controller.records.schema import RECORD_NAME
from controller.records.setting import setting_of
from controller.records.store import Store
from controller.records.writer import CAPACITY, COMMON_SHARE
from controller.sending import COMMIT_WAIT_S, send


def step(number: int) -> Event:
    return Event(EventKind.STEP, float(number), f"step {number}", {"n": float(number)})


def texts(folder: Path) -> list[str]:
    return [row.text for row in RecordReader(folder).newest(10_000) if row.kind == "step"]


def until(condition: object, within_s: float = 10.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_full_disk_is_told_and_nothing_is_lost_when_there_is_room_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """D1: SQLite itself finds the disk full; what waited is written when there is room."""
    with recording(tmp_path) as (clerk, writer):
        clerk.add(step(0))
        assert writer.committed(5.0)
        assert writer.lost_s() == 0.0
        store = writer._store
        assert store is not None
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count={pages}").fetchone()
        big = Event(EventKind.COMMENT, 0.0, "long", {"text": "x" * 100_000})
        clerk.add(big)
        clerk.add(step(1))
        # Opened anew, the file has room again, as a disk has that was cleared. That takes the
        # writer a few milliseconds, so the loss is looked for where it stays.
        assert writer.committed(5.0)
        assert "disk is full" in caplog.text
        assert writer.lost_s() == 0.0
    assert texts(tmp_path) == ["step 0", "step 1"]
    assert RecordReader(tmp_path).verify().good


def test_a_folder_that_cannot_be_made_is_told_and_waited_for(tmp_path: Path) -> None:
    """D2: whatever is in the way of the file; the writer goes on by itself when it is away."""
    block = tmp_path / "data"
    block.write_text("a file where the folder should be")
    writer = writer_for(block)
    assert not writer.start(0.3)
    writer.offer([draft(EventKind.STEP, "step 0", {})])
    until(lambda: writer.lost_s() > 0.5)
    assert not writer.committed(0.0)
    block.unlink()
    assert writer.committed(5.0)
    assert writer.lost_s() == 0.0
    assert writer.end()
    assert texts(block) == ["step 0"]


def damage(path: Path, where: int) -> bytes:
    content = bytearray(path.read_bytes())
    for offset in range(where, where + 16):
        content[offset] ^= 0xFF
    path.write_bytes(content)
    return bytes(content)


@pytest.mark.parametrize("where", [0, 100, 4096 + 8, -700])
def test_a_damaged_file_is_set_aside_as_it_is(tmp_path: Path, where: int) -> None:
    """D3: and the new record says in its first row what it follows on."""
    with recording(tmp_path) as (clerk, _):
        for number in range(50):
            clerk.add(step(number))
    path = tmp_path / RECORD_NAME
    content = damage(path, where % path.stat().st_size)
    with recording(tmp_path) as (clerk, writer):
        assert writer.damaged
        assert writer.damage_found()
        clerk.add(step(99))
    aside = tmp_path / writer.damaged
    assert aside.read_bytes() == content
    assert texts(tmp_path) == ["step 99"]
    first = RecordReader(tmp_path).newest(100)[0]
    assert first.seq == 1
    assert first.body["set_aside"] == aside.name


def test_another_file_of_sqlite_is_never_written_on(tmp_path: Path) -> None:
    path = tmp_path / RECORD_NAME
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE letters (text TEXT)")
    db.commit()
    db.close()
    before = path.read_bytes()
    writer = writer_for(tmp_path)
    assert not writer.start(0.3)
    writer.end()
    assert path.read_bytes() == before


def test_a_file_that_was_taken_away_is_noticed(tmp_path: Path) -> None:
    store = Store(tmp_path / RECORD_NAME, "boot", "run")
    store.alive("2026", 1)
    (tmp_path / RECORD_NAME).rename(tmp_path / "elsewhere")
    (tmp_path / RECORD_NAME).write_bytes(b"")
    with pytest.raises(FileNotFoundError, match="took the place"):
        store.alive("2026", 2)
    store.close()


def test_the_queue_is_bounded_and_says_what_it_dropped(tmp_path: Path) -> None:
    """What a batch cannot be told without has room when the rest has none any more."""
    writer = writer_for(tmp_path)
    clerk = Clerk(writer, setting_of(PLANT, 1.0))
    for number in range(COMMON_SHARE + 500):
        clerk.add(step(number))
    moved = Event(EventKind.TRANSITION, 0.0, "moved", {})
    for _ in range(CAPACITY):
        clerk.add(moved)
    assert writer.start(10.0)
    assert writer.committed(10.0)
    assert writer.end()
    rows = RecordReader(tmp_path).newest(10_000)
    assert sum(row.kind == "step" for row in rows) == COMMON_SHARE
    assert sum(row.kind == "transition" for row in rows) == CAPACITY - COMMON_SHARE
    gaps = [row.body["dropped"] for row in rows if row.kind == "record_gap"]
    assert sum(gaps) == 500 + COMMON_SHARE


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "line\nline", "\u202e"])
def test_any_text_can_be_recorded(tmp_path: Path, text: str) -> None:
    with recording(tmp_path) as (clerk, writer):
        clerk.add(Event(EventKind.COMMENT, 0.0, text, {text: text, "n": float("nan")}))
        assert writer.committed(5.0)
    assert RecordReader(tmp_path).verify().good


class Wire:
    """A plant that keeps every image it was handed, in its order."""

    def __init__(self) -> None:
        self.images: list[Outputs] = []

    def write(self, outputs: Outputs, heartbeat: bool) -> None:
        self.images.append(outputs)


class Book:
    """A record on a disk that takes as long as it is told to."""

    def __init__(self, takes_s: float) -> None:
        self.takes_s = takes_s

    def committed(self, within_s: float) -> bool:
        return self.takes_s <= within_s


def sent(
    takes_s: float, before: Outputs, wanted: Outputs, state: State
) -> tuple[list[Outputs], Outputs]:
    """What goes out in one scan, and what the scan then remembers as sent."""
    wire = Wire()
    decision = Decision(replace(state_in(state), outputs=wanted), wanted, [], [])
    found = send(wire, Book(takes_s), before, decision, heartbeat=True)
    assert found.outputs == found.state.outputs == wire.images[-1]
    return wire.images, found.outputs


def test_what_adds_energy_goes_out_when_it_is_on_disk_and_in_the_same_scan() -> None:
    """I17"""
    images, remembered = sent(COMMIT_WAIT_S / 2, DEAD, TURNING, State.RUNNING)
    assert [shown.spins for shown in images] == [False, True]
    assert remembered == TURNING


def test_what_adds_energy_does_not_go_out_without_the_record() -> None:
    """I17, I20: and the next ramp begins at what was really sent."""
    images, remembered = sent(60.0, DEAD, TURNING, State.RUNNING)
    assert not any(shown.spins or shown.supply_open for shown in images)
    assert not remembered.spins


@pytest.mark.parametrize("takes_s", [0.0, 60.0])
def test_what_makes_safer_goes_out_at_once(takes_s: float) -> None:
    """I17, I22: stop works with a dead disk."""
    images, _ = sent(takes_s, TURNING, DEAD, State.ABORTING)
    assert images == [DEAD]


def test_a_blade_that_slows_down_while_gas_rises_slows_down_at_once() -> None:
    wanted = replace(TURNING, rotor_rpm=100.0, argon_flow_slpm=9.0)
    images, remembered = sent(60.0, TURNING, wanted, State.RUNNING)
    assert (remembered.rotor_rpm, remembered.argon_flow_slpm) == (100.0, 2.0)
    assert len(images) == 1
