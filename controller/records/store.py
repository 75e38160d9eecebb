"""The record's file as its one writer has it: appends rows, each whole batch of them in one commit.

What `append` has returned is on disk: WAL with synchronous FULL, so a commit waits for the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from controller.durable import sync
from controller.records.chain import Anchor, rows_of, verify
from controller.records.row import NO_HASH, Draft, Row, chained
from controller.records.schema import STEPS, Damaged, open_for_writing

CHECKED_ROWS: Final = 50_000
CHECKED_BYTES: Final = 64 * 2**20
_CORRUPT: Final = 11  # SQLITE_CORRUPT
_NOT_A_DATABASE: Final = 26  # SQLITE_NOTADB


class Store:
    """One record, open for writing. One thread at a time may call it."""

    def __init__(self, path: Path, boot: str, run: str) -> None:
        """Opens the record at `path`, or makes it, and checks its end.

        One of an earlier version is brought up to this one first: `moved` says so. Raises Damaged
        when the file is no whole record; sqlite3.Error, OSError, ValueError or RecordError when it
        cannot be opened for another reason.
        """
        self.path = path
        self._boot = boot
        self._run = run
        try:
            self.moved = STEPS.move(path)
            self._db = open_for_writing(path)
        except sqlite3.Error as error:
            raise _judged(error, path) from error
        try:
            self.last_seq, self.head = self._checked_end()
            # What a commit of another process has written, and perhaps not synced, is synced now.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._inode = path.stat().st_ino
            sync(path.parent)
        except sqlite3.Error as error:
            self._db.close()
            raise _judged(error, path) from error
        except BaseException:
            self._db.close()
            raise

    def _checked_end(self) -> tuple[int, bytes]:
        """The last sequence number and its hash, the newest rows verified."""
        if self.path.stat().st_size <= CHECKED_BYTES:
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise Damaged(f"the record is damaged: {found}", where=str(self.path))
        last = self._db.execute("SELECT coalesce(max(seq), 0) FROM ev").fetchone()[0]
        after = _anchor_at(self._db, last - CHECKED_ROWS)
        begins = 0 if after is None else after.seq
        verdict = verify(rows_of(self._db, begins), after=after)
        if verdict.broken is not None:
            seq, reason = verdict.broken.seq, verdict.broken.reason
            raise Damaged(f"the record is damaged: row {seq} {reason}", where=str(self.path))
        return last, bytes.fromhex(verdict.head)

    def append(self, drafts: Sequence[Draft]) -> list[Row]:
        """Appends the drafts in one commit; afterwards they are on disk. Returns the rows.

        Raises sqlite3.Error or OSError when that failed: then close, open anew, and look with
        `has` what is there.
        """
        rows = self.chained(drafts)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany("INSERT INTO ev VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows)
            self._db.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        if rows:
            self.last_seq, self.head = rows[-1].seq, rows[-1].hash
        return rows

    def chained(self, drafts: Sequence[Draft]) -> list[Row]:
        """The rows that the drafts would make now."""
        rows: list[Row] = []
        prev = self.head
        for seq, draft in enumerate(drafts, self.last_seq + 1):
            rows.append(chained(seq, draft, self._boot, self._run, prev))
            prev = rows[-1].hash
        return rows

    def has(self, row: Row) -> bool:
        """Whether exactly this row is in the record."""
        found = self._db.execute("SELECT hash FROM ev WHERE seq = ?", (row.seq,)).fetchone()
        return found is not None and found[0] == row.hash

    def alive(self, utc: str, mono_ns: int) -> None:
        """Notes that the writer can still write. Raises OSError when the file was taken away."""
        if self.path.stat().st_ino != self._inode:
            raise FileNotFoundError(f"another file took the place of {self.path}")
        self._db.execute(
            "INSERT INTO alive VALUES (1, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " utc = excluded.utc, mono_ns = excluded.mono_ns, boot = excluded.boot",
            (utc, mono_ns, self._boot),
        )

    def close(self) -> None:
        """Gives the file back; what is in the WAL goes into the file if that is possible."""
        with suppress(sqlite3.Error):
            self._db.close()

    def _roll_back(self) -> None:
        # After a full disk SQLite has rolled back by itself, and says so to whoever does it again.
        if self._db.in_transaction:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")


def set_aside(path: Path, utc: str) -> Path:
    """Renames a damaged record with its WAL, so that nothing is written on it. Returns the name."""
    stamp = "".join(character for character in utc if character.isalnum())
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    for tail in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + tail).rename(aside.with_name(aside.name + tail))
    sync(path.parent)
    return aside


def _anchor_at(db: sqlite3.Connection, seq: int) -> Anchor | None:
    found = db.execute("SELECT seq, hash FROM ev WHERE seq = ?", (seq,)).fetchone()
    return None if found is None or len(found[1]) != len(NO_HASH) else Anchor(seq, found[1].hex())


def _judged(error: sqlite3.Error, path: Path) -> Exception:
    """Damage as `Damaged`; whatever may pass, such as a full disk, as it is."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (_CORRUPT, _NOT_A_DATABASE):
        return Damaged(f"the record is damaged: {error}", where=str(path))
    return error
