"""A record of a million rows verified, beside bare hashing of as many lines; and how it opens."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.dry_run import cpu_s
from benchmarks.result import Result
from controller.core.events import EventKind
from controller.records.chain import rows_of, verify
from controller.records.row import draft
from controller.records.schema import RECORD_NAME, open_for_reading
from controller.records.store import Store

ROWS = 1_000_000
AT_ONCE = 10_000
LINE = b"x" * 300  # about as long as a row's line
VERIFIED_S = 10.0
OPENED_S = 5.0


def run(quick: bool) -> Sequence[Result]:
    """Verifying by CPU time, opening by the clock."""
    rows = 30_000 if quick else ROWS
    share = rows / ROWS
    with TemporaryDirectory(prefix="bm-bench-") as folder:
        path = Path(folder) / RECORD_NAME
        _write(path, rows)
        ours_s = cpu_s(lambda: _verify(path, rows))
        bare_s = cpu_s(lambda: [hashlib.sha256(LINE).digest() for _ in range(rows)])
        began_s = time.monotonic()
        Store(path, "boot", "run").close()
        opened_s = time.monotonic() - began_s
    anchor = f"bare SHA-256 of {rows} lines: {bare_s:.2f} s"
    return (
        Result(f"verify {rows} rows", ours_s, "s CPU", anchor, VERIFIED_S * share),
        Result("verify to bare hashing", ours_s / bare_s, "times", anchor),
        Result(f"open {rows} rows", opened_s, "s", "", OPENED_S),
    )


def _write(path: Path, rows: int) -> None:
    store = Store(path, "boot", "run")
    for number in range(rows // AT_ONCE):
        store.append(
            [
                draft(EventKind.COMMENT, f"row {number} {at}", {"number": at, "value": 0.1 * at})
                for at in range(AT_ONCE)
            ]
        )
    store.close()


def _verify(path: Path, rows: int) -> None:
    verdict = verify(rows_of(open_for_reading(path)))
    if (verdict.good, verdict.rows) != (True, rows):
        raise RuntimeError(f"the record of the benchmark is broken: {verdict}")
