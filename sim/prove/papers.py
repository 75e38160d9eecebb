"""What must be so of the record (I17, I18, I25): it is audited when a run is over.

During the run only notes are taken: what each scan said, and how many rows were on disk when an
image went out that adds energy, gas or access. Hashes and order are worked out anew from the file.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from controller.core.events import EventKind
from controller.core.outputs import DEAD, Outputs
from controller.core.state import Decision
from controller.core.states import State
from sim.prove.ledger import Breach

FACTS: Final = frozenset(
    {
        *("record_opened", "record_gap", "totals", "trend_sealed", "trend_archived"),
        *("batch_loaded", "batch_charged", "batch_started", "batch_ended"),
    }
)
# Where argon keeps or makes the atmosphere safe, it does not wait for a disk.
GAS_IS_MORE: Final = frozenset(
    {
        State.IDLE,
        State.STARTING,
        State.RUNNING,
        State.PAUSING,
        State.RESUMING,
        State.RESTARTING,
        State.RESETTING,
    }
)
_ROWS: Final = (
    "SELECT seq, batch, kind, utc, mono_ns, boot, run, process_s, text, data, prev, hash FROM ev"
    " ORDER BY seq"
)

Row = tuple[Any, ...]


@dataclass(slots=True)
class Life:
    """One process: its events with their scans, and the images that had to wait for the disk."""

    first_seq: int
    events: list[tuple[int, str, str]] = field(default_factory=list)
    adds: list[tuple[int, int, int]] = field(default_factory=list)  # scan, events so far, rows
    last_seq: int | None = None
    whole: bool = False


def adds(before: Outputs, now: Outputs, state: State) -> bool:
    """Whether an image gives the plant more energy, gas or access than the one before it."""
    gas = now.supply_open > before.supply_open or now.argon_flow_slpm > before.argon_flow_slpm
    return (
        now.run > before.run
        or now.run_permit > before.run_permit
        or now.rotor_rpm > before.rotor_rpm
        or now.lid_unlock > before.lid_unlock
        or (gas and state in GAS_IS_MORE)
    )


class Papers:
    """Takes notes scan by scan; `audit` once at the end."""

    def __init__(self, path: Path, first_seq: int, sent: Outputs) -> None:
        self._db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        self._lives = [Life(first_seq)]
        self._before = sent
        self._images: list[tuple[Outputs, int]] = []
        self._found: list[Breach] = []
        self.witness: Counter[str] = Counter()

    def heard(self, outputs: Outputs) -> None:
        """An image is about to go to the plant: how many rows are on disk now?"""
        self._images.append((outputs, self._rows() if outputs != self._before else 0))

    def _rows(self) -> int:
        found: int = self._db.execute("SELECT coalesce(max(seq), 0) FROM ev").fetchone()[0]
        return found

    def note(self, scan: int, was: State, made: Decision) -> None:
        """One scan is over; `was` is the state before it."""
        life, state = self._lives[-1], made.state.state
        life.events.extend((scan, event.kind.value, event.text) for event in made.events)
        if was is not state or made.events:
            self._moved(scan, was, made)
        for outputs, rows in self._images:
            if outputs is not self._before and adds(self._before, outputs, state):
                life.adds.append((scan, len(life.events), rows))
            self._before = outputs
        self._images.clear()

    def crashed(self) -> None:
        """The process is killed; another one will read what is on disk."""
        self._lives[-1].last_seq = self._rows()
        self._before = DEAD
        self._images.clear()

    def back(self) -> None:
        """Another process begins, and has closed what was open."""
        self._lives.append(Life(self._rows()))

    def audit(self, whole: bool) -> Iterator[Breach]:
        """All that does not hold. `whole`: nothing waits for the disk any more."""
        rows: list[Row] = self._db.execute(_ROWS).fetchall()
        self._lives[-1].last_seq = len(rows)
        self._lives[-1].whole = whole
        self._db.close()
        yield from self._found
        yield from self._chain(rows)
        for life in self._lives:
            yield from self._life(life, rows[life.first_seq : life.last_seq])
        yield from self._batches(rows)

    def _chain(self, rows: list[Row]) -> Iterator[Breach]:
        """I18: rows 1 to n, each with the hash of the one before it in its own."""
        prev = bytes(32)
        for number, row in enumerate(rows, 1):
            self.witness["I18"] += 1
            line = ["blademill-record-1", *row[:10], row[10].hex()]
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
            good = row[0] == number and row[10] == prev
            if not good or hashlib.sha256(text.encode()).digest() != row[11]:
                yield _breach("I18", f"the chain does not hold at row {number}")
                return
            prev = row[11]

    def _life(self, life: Life, rows: list[Row]) -> Iterator[Breach]:
        told = [(row[0], row[2], row[8]) for row in rows if row[2] not in FACTS]
        said = [event[1:] for event in life.events]
        if [row[1:] for row in told] != said[: len(told)] or (life.whole and len(told) < len(said)):
            yield _breach("I18", f"{len(said)} events were told, and {len(told)} others recorded")
            return
        for scan, count, on_disk in life.adds:
            self.witness["I17"] += 1
            last = count and (told[count - 1][0] if count <= len(told) else None)
            if last is None or last > on_disk:
                text = "the plant was given more before the record had why"
                yield Breach("I17", scan, 0.1 * scan, text)
                return

    def _moved(self, scan: int, was: State, made: Decision) -> None:
        """I18: each change of the state is told once, and nothing else is told as one."""
        reached = was.value
        for event in made.events:
            if event.kind is EventKind.TRANSITION:
                self.witness["I18 move"] += 1
                if event.data["from"] != reached:
                    break
                reached = str(event.data["to"])
        if reached != made.state.state.value:
            text = f"{was.value} became {made.state.state.value}, and {reached} was told"
            self._found.append(Breach("I18", scan, 0.1 * scan, text))

    def _batches(self, rows: list[Row]) -> Iterator[Breach]:
        """I25: a batch that began has one end, and no other begins before it."""
        open_batch = ""
        hashes: dict[str, str] = {}
        texts: dict[str, str] = {}
        lives = [life.first_seq for life in self._lives[1:]]
        for row in rows:
            kind, batch, data = row[2], row[1], row[9]
            # What the last process left open is closed before the next one tells anything.
            if lives and row[0] > lives[0] and kind not in FACTS:
                lives.pop(0)
                if open_batch:
                    yield _breach("I25", f"{open_batch} was cut off by a crash, and has no end")
            if kind == "batch_loaded":
                body = json.loads(data)
                recipe, parent = body["recipe"], body["continues"]
                hashes[batch] = recipe["sha256"]
                texts[batch] = hashlib.sha256(recipe["text"].encode()).hexdigest()
                # A continuation has the text of the batch that was cut off, and a hash of its own.
                wanted = recipe["sha256"] if parent is None else texts.get(parent["batch"])
                if texts[batch] != wanted:
                    yield _breach("I25", f"the recipe of {batch} is not what its hash says")
            elif kind == "batch_started":
                self.witness["I25"] += 1
                if open_batch:
                    yield _breach("I25", f"{batch} begins while {open_batch} has no end")
                if json.loads(data)["recipe_sha256"] != hashes.get(batch):
                    yield _breach("I25", f"{batch} runs another recipe than was loaded")
                open_batch = batch
            elif kind == "batch_ended":
                self.witness["I25 end"] += 1
                if batch != open_batch:
                    yield _breach("I25", f"{batch} ends, and is not under way")
                open_batch = ""


def _breach(invariant: str, text: str) -> Breach:
    return Breach(invariant, 0, 0.0, text)
