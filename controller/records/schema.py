"""The record's file: its tables, how it is opened for writing and for reading, and its pragmas.

Everything that durability hangs on is set and read back: a pragma that SQLite could not carry out
says so only in the row that it returns.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from controller.errors import RecordError

SCHEMA_VERSION: Final = 1
APPLICATION_ID: Final = 0x424C444D  # "BLDM"
BUSY_S: Final = 2.0
RECORD_NAME: Final = "record.sqlite"

_SCHEMA: Final = """
CREATE TABLE ev (
  seq INTEGER PRIMARY KEY,
  batch TEXT NOT NULL,
  kind TEXT NOT NULL,
  utc TEXT NOT NULL,
  mono_ns INTEGER NOT NULL,
  boot TEXT NOT NULL,
  run TEXT NOT NULL,
  process_s REAL NOT NULL,
  text TEXT NOT NULL,
  data TEXT NOT NULL,
  prev BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX ev_batch ON ev (batch, seq);
CREATE INDEX ev_kind ON ev (kind, seq);
CREATE TRIGGER ev_kept BEFORE UPDATE ON ev
  BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER ev_stays BEFORE DELETE ON ev
  BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER ev_follows BEFORE INSERT ON ev
  WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ev)
  BEGIN SELECT RAISE(ABORT, 'the record has no gaps'); END;
-- The only row that changes: until when the writer was alive. It is not part of the chain.
CREATE TABLE alive (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  utc TEXT NOT NULL,
  mono_ns INTEGER NOT NULL,
  boot TEXT NOT NULL
) STRICT;
"""

_PRAGMAS: Final = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("wal_autocheckpoint", "1000", 1000),
    ("journal_size_limit", str(64 * 2**20), 64 * 2**20),
)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The one connection that writes. Makes the file when there is none.

    Raises RecordError when the file is of another kind or version, or a pragma does not hold;
    sqlite3.Error and OSError when it cannot be opened.
    """
    # The writer's thread is not the one that opens it.
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        # First of all: a pragma may write on a file that is none of ours.
        is_new = _is_new(db, path)
        for name, value, wanted in _PRAGMAS:
            _set(db, name, value, wanted)
        if is_new:
            _create(db)
    except BaseException:
        db.close()
        raise
    return db


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that can change nothing. Raises RecordError when there is no record."""
    if not path.is_file():
        raise RecordError("there is no record", where=str(path), do="Name the right --data folder.")
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )
        _set(db, "query_only", "ON", 1)
        _set(db, "trusted_schema", "OFF", 0)
        _set(db, "cell_size_check", "ON", 1)
        _check(db, path)
    except sqlite3.Error as error:
        raise RecordError(
            f"the record cannot be read ({error})",
            where=str(path),
            do="Keep the file as it is, and restore the last backup into another folder.",
        ) from error
    return db


def _set(db: sqlite3.Connection, name: str, value: str, wanted: object) -> None:
    db.execute(f"PRAGMA {name}={value}").fetchone()
    found = db.execute(f"PRAGMA {name}").fetchone()[0]
    if found != wanted:
        raise RecordError(
            f"SQLite {sqlite3.sqlite_version} did not set {name} to {value}, it is {found}",
            do="Put the record on a local file system.",
        )


def _is_new(db: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is empty. Raises RecordError for what is no record of this version."""
    if db.execute("PRAGMA user_version").fetchone()[0] != 0:
        _check(db, path)
        return False
    if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] != 0:
        raise RecordError("the file is no record of blademill", where=str(path))
    return True


def _create(db: sqlite3.Connection) -> None:
    db.executescript(
        f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id={APPLICATION_ID};"
        f" PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
    )


def _check(db: sqlite3.Connection, path: Path) -> None:
    kind = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if kind != APPLICATION_ID:
        raise RecordError("the file is no record of blademill", where=str(path))
    if version != SCHEMA_VERSION:
        raise RecordError(
            f"the record is of version {version}; this software reads version {SCHEMA_VERSION}",
            where=str(path),
            do="Use the version of blademill that wrote it.",
        )
