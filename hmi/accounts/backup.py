"""Copies of the accounts: made while the page is served, checked, never put over other accounts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from controller.copying import UNFINISHED, copy_database, refuse_to_overwrite
from controller.durable import sync
from controller.errors import RecordError
from hmi.accounts.store import FILE, STEPS


def copy_accounts(source: Path, target: Path) -> int:
    """Copies the accounts from the folder `source` to `target`; how many people there are.

    The same for a backup and for a restore; the copy is of one moment, and its owner's alone.
    Raises RecordError when there are none, `target` has some, or the copy is not the same.
    """
    if not (source / FILE).is_file():
        raise RecordError(
            "there are no accounts", where=str(source / FILE), do="Name their folder."
        )
    refuse_to_overwrite(target / FILE)
    work = target / f"{FILE}.{UNFINISHED}"
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        work.unlink(missing_ok=True)
        with closing(_reading(source / FILE)) as origin:
            # One view for both: what is changed meanwhile is in neither.
            origin.execute("BEGIN")
            before = STEPS.contents(origin)
            copy_database(origin, work)
        with closing(_reading(work)) as copy:
            if STEPS.contents(copy) != before:
                raise RecordError("the copy does not hold the same", where=str(work))
            people: int = copy.execute("SELECT count(*) FROM accounts").fetchone()[0]
        sync(work)
        work.rename(target / FILE)
        sync(target)
    except (sqlite3.Error, OSError) as error:
        raise RecordError(f"cannot be copied ({error})", where=str(target)) from error
    return people


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
