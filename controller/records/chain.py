"""Verifies a chain of rows: no gap, no edit, no row more or less, named by its sequence number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from controller.records.row import NO_HASH, Row, row_hash

FETCHED: Final = 5_000
_SELECT: Final = (
    "SELECT seq, batch, kind, utc, mono_ns, boot, run, process_s, text, data, prev, hash FROM ev"
    " WHERE seq > ? ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain as somebody outside keeps it: sequence number and hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and why."""

    seq: int
    reason: str

    def __str__(self) -> str:
        return f"row {self.seq} {self.reason}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: how many rows, the head, and the first break, if any."""

    rows: int
    head: str
    broken: Break | None

    @property
    def good(self) -> bool:
        """Whether everything held."""
        return self.broken is None


def rows_of(db: sqlite3.Connection, after: int = 0) -> Iterator[Row]:
    """The rows behind `after` in their order."""
    cursor = db.execute(_SELECT, (after,))
    while found := cursor.fetchmany(FETCHED):
        yield from map(Row._make, found)


def verify(
    rows: Iterable[Row], anchors: Iterable[Anchor] = (), after: Anchor | None = None
) -> Verdict:
    """Checks rows 1 to the end, or those behind `after`, and every anchor among them.

    A row that is gone is named by the number that is missing, a changed one by its own number.
    An anchor that is not reached says that the end was cut off, or the chain made anew.
    """
    kept = {anchor.seq: anchor.hash for anchor in anchors}
    seq, prev = (0, NO_HASH) if after is None else (after.seq, bytes.fromhex(after.hash))
    first = seq
    try:
        for row in rows:
            seq += 1
            broken = _broken(row, seq, prev, kept)
            if broken is not None:
                return Verdict(seq - 1 - first, prev.hex(), broken)
            prev = row.hash
    except (sqlite3.Error, UnicodeError) as damage:
        return Verdict(seq - first, prev.hex(), Break(seq + 1, f"cannot be read: {damage}"))
    missing = min((number for number in kept if number > seq), default=None)
    if missing is not None:
        reason = f"the end was cut off: rows up to {max(kept)} were there when the anchor was taken"
        return Verdict(seq - first, prev.hex(), Break(seq + 1, reason))
    return Verdict(seq - first, prev.hex(), None)


def _broken(row: Row, seq: int, prev: bytes, kept: dict[int, str]) -> Break | None:
    if row[0] != seq:
        return Break(seq, f"row {seq} is missing; row {row[0]} follows")
    if row[10] != prev:
        return Break(seq, "does not follow the row before it")
    try:
        found = row_hash(*row[:11])
    except (TypeError, ValueError, AttributeError):
        return Break(seq, "was changed: a field is of another kind")
    if found != row[11]:
        return Break(seq, "was changed: its hash does not fit")
    if kept and kept.get(seq, found.hex()) != found.hex():
        return Break(seq, "differs from its anchor: the chain was made anew")
    return None
