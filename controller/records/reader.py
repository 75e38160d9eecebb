"""The record for those who only read: the door, the page's process, reports, the command line.

Every call opens the file for itself and reads one consistent state of it; nothing here can write.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from controller.core.events import EventKind
from controller.errors import RecordError
from controller.records.archive import Trend, file_sha256, open_trend
from controller.records.batch import batch_record, summary
from controller.records.chain import Anchor, Break, Verdict, rows_of, verify
from controller.records.downsample import least_and_greatest
from controller.records.extremes import Kept
from controller.records.row import Row
from controller.records.schema import RECORD_NAME, open_for_reading
from controller.records.trendfile import SCANS_PER_BLOCK, TrendFile
from controller.records.trends import FOLDER
from controller.records.wear import WEAR_KINDS, worn

BATCHES_SENT: Final = 500
AUDIT_SENT: Final = 500
POINTS_MAX: Final = 5_000
FINEST: Final = 4  # blocks in a stretch: with fewer, the scans themselves are thinned
DRAWN: Final = (
    "o2_ppm",
    "h2o_ppm",
    "h2s_ppm",
    "rotor_rpm",
    "torque_nm",
    "vessel_pressure_mbar_g",
    "jar_c",
    "powder_probe_c",
    "argon_flow_slpm",
)
_COLUMNS: Final = "seq, batch, kind, utc, mono_ns, boot, run, process_s, text, data, prev, hash"
_AUDITED: Final = (
    EventKind.AUDIT,
    EventKind.COMMAND_ACCEPTED,
    EventKind.COMMAND_REFUSED,
    EventKind.RECORD_OPENED,
    EventKind.RECORD_GAP,
    EventKind.RECOVERY,
)


class RecordReader:
    """Reads the record in a data folder. Every method raises RecordError when there is none."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._extremes = Kept()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = open_for_reading(self.data / RECORD_NAME)
        try:
            db.execute("BEGIN")
            yield db
        except sqlite3.Error as error:
            what = f"the record cannot be read ({error})"
            raise RecordError(what, where=str(self.data)) from error
        finally:
            db.close()

    def batches(self, limit: int = BATCHES_SENT) -> list[dict[str, Any]]:
        """The newest batches first: id, recipe, operator, times, outcome, disposition."""
        with self._open() as db:
            ids = [
                str(found[0])
                for found in db.execute(
                    "SELECT batch FROM ev WHERE kind = ? ORDER BY seq DESC LIMIT ?",
                    (EventKind.BATCH_LOADED.value, limit),
                )
            ]
            return [summary(_rows(db, batch_id)) for batch_id in ids]

    def has(self, batch_id: str) -> bool:
        """Whether there is a batch of this id."""
        with self._open() as db:
            return bool(batch_id) and bool(_rows(db, batch_id, EventKind.BATCH_LOADED))

    def rows(self, batch_id: str) -> list[Row]:
        """Every row of a batch in their order. Raises RecordError when there is no such batch."""
        with self._open() as db:
            found = _rows(db, batch_id) if batch_id else []
        if not found:
            raise RecordError(f"there is no batch {batch_id!r}", do="See: blademill batch list")
        return found

    def between(self, first: int, last: int) -> list[Row]:
        """All rows from `first` to `last`, of whatever batch: a piece of the chain."""
        with self._open() as db:
            found = db.execute(
                f"SELECT {_COLUMNS} FROM ev WHERE seq BETWEEN ? AND ? ORDER BY seq",  # noqa: S608
                (first, last),
            ).fetchall()
        return [Row._make(row) for row in found]

    def batch(self, batch_id: str) -> dict[str, Any]:
        """The whole batch record. Raises RecordError when there is no such batch."""
        rows = self.rows(batch_id)
        return batch_record(rows, self.trend_of(batch_id), self._wear_rows(rows[0].seq))

    def worn(self) -> list[dict[str, Any]]:
        """Every blade and jar that was charged, with its hours; blades first, by their ids."""
        found = worn(self._wear_rows(2**63 - 1)).values()
        ordered = sorted(found, key=lambda wear: (wear.part.value, wear.id))
        return [wear.to_json() for wear in ordered]

    def _wear_rows(self, before: int) -> list[Row]:
        marks = ",".join("?" * len(WEAR_KINDS))
        with self._open() as db:
            found = db.execute(
                f"SELECT {_COLUMNS} FROM ev WHERE kind IN ({marks}) AND seq < ?"  # noqa: S608
                " ORDER BY seq",
                (*(kind.value for kind in WEAR_KINDS), before),
            ).fetchall()
        return [Row._make(row) for row in found]

    def trend_of(self, batch_id: str) -> Trend | None:
        """The trend of a batch, None when it has none."""
        return open_trend(self.data / FOLDER, batch_id)

    def trend(
        self,
        batch_id: str,
        points: int,
        columns: Sequence[str] = DRAWN,
        span: tuple[float, float] | None = None,
    ) -> dict[str, Any]:
        """Each column as at most `points` points with every peak kept. UNKNOWN is null, and so
        is what lies above the range of its transmitter: `above_range` says that there is such.

        `span`, from and to in process time, takes a part; one scan more on each side leads a line
        to its edges.

        Raises RecordError when there is no such trend or column.
        """
        trend = self.trend_of(batch_id)
        if trend is None:
            raise RecordError(f"there is no trend of batch {batch_id!r}")
        series, scans = {}, 0
        for name in columns:
            if name not in trend.layout.columns:
                raise RecordError(f"the trend has no column {name!r}")
            times, values, above, scans = self._thinned(trend, name, points, span)
            series[name] = {
                "t_s": np.round(times, 3).tolist(),
                "values": [_plain(value) for value in values.tolist()],
                "above_range": above,
            }
        return {"batch": batch_id, "scans": scans, "series": series}

    def thinned(self, batch_id: str, name: str, points: int) -> tuple[Any, Any]:
        """Times and values of one column as at most `points` points with every peak kept.

        Raises RecordError when there is no such trend.
        """
        trend = self.trend_of(batch_id)
        if trend is None:
            raise RecordError(f"there is no trend of batch {batch_id!r}")
        times, values, *_ = self._thinned(trend, name, points, None)
        return times, values

    def _thinned(
        self, trend: Trend, name: str, points: int, span: tuple[float, float] | None
    ) -> tuple[Any, Any, bool, int]:
        """Times and values of so many points, whether anything was above the range, of how many
        scans.
        """
        if span is None and trend.scans_at_most >= FINEST * SCANS_PER_BLOCK * (points // 2):
            found = self._extremes.of(trend, name)
            return *found.points(points), bool(found.above.any()), int(found.scans.sum())
        times, values = trend.times(), trend.column(name)
        if span is not None:
            begin, end = np.searchsorted(times, span[0]), np.searchsorted(times, span[1], "right")
            part = slice(max(0, int(begin) - 1), int(end) + 1)
            times, values = times[part], values[part]
        kept = least_and_greatest(values, points)
        return times[kept], values[kept], bool(np.isposinf(values).any()), len(times)

    def audit(self, after: int = 0, limit: int = AUDIT_SENT) -> list[dict[str, Any]]:
        """The newest entries of the audit trail after this number, oldest first."""
        marks = ",".join("?" * len(_AUDITED))
        with self._open() as db:
            found = db.execute(
                f"SELECT {_COLUMNS} FROM ev WHERE kind IN ({marks}) AND seq > ?"  # noqa: S608
                " ORDER BY seq DESC LIMIT ?",
                (*(kind.value for kind in _AUDITED), after, limit),
            ).fetchall()
        return [Row._make(row).to_json() for row in reversed(found)]

    def of_kinds(self, kinds: Sequence[EventKind]) -> list[Row]:
        """Every row of these kinds in their order."""
        marks = ",".join("?" * len(kinds))
        with self._open() as db:
            found = db.execute(
                f"SELECT {_COLUMNS} FROM ev WHERE kind IN ({marks}) ORDER BY seq",  # noqa: S608
                tuple(kind.value for kind in kinds),
            ).fetchall()
        return [Row._make(row) for row in found]

    def last_of(self, kind: EventKind) -> Row | None:
        """The newest row of this kind, None when there is none."""
        with self._open() as db:
            found = db.execute(
                f"SELECT {_COLUMNS} FROM ev WHERE kind = ? ORDER BY seq DESC LIMIT 1",  # noqa: S608
                (kind.value,),
            ).fetchone()
        return None if found is None else Row._make(found)

    def recipes_run(self) -> list[tuple[str, int, str, str]]:
        """What each batch was to run: recipe id, version, sha256, and the batch; oldest first."""
        with self._open() as db:
            return db.execute(
                "SELECT data ->> '$.recipe.id', data ->> '$.recipe.version',"
                " data ->> '$.recipe.sha256', batch FROM ev WHERE kind = ? ORDER BY seq",
                (EventKind.BATCH_LOADED.value,),
            ).fetchall()

    def newest(self, limit: int) -> list[Row]:
        """The newest rows, oldest first."""
        with self._open() as db:
            found = db.execute(
                f"SELECT {_COLUMNS} FROM ev ORDER BY seq DESC LIMIT ?",  # noqa: S608  constant
                (limit,),
            ).fetchall()
        return [Row._make(row) for row in reversed(found)]

    def command_ids(self, limit: int) -> frozenset[str]:
        """The ids of the newest commands that were carried out."""
        with self._open() as db:
            found = db.execute(
                "SELECT data ->> '$.id' FROM ev WHERE kind = ? ORDER BY seq DESC LIMIT ?",
                (EventKind.COMMAND_ACCEPTED.value, limit),
            ).fetchall()
        return frozenset(str(row[0]) for row in found)

    def alive(self) -> tuple[str, int, str] | None:
        """When the writer was last alive: UTC, nanoseconds since boot, and which boot."""
        with self._open() as db:
            found = db.execute("SELECT utc, mono_ns, boot FROM alive").fetchone()
        return None if found is None else (str(found[0]), int(found[1]), str(found[2]))

    def undecided_batches(self) -> list[str]:
        """Batches that were started and have no end, or crashed and nobody has decided on."""
        with self._open() as db:
            found = db.execute(
                "SELECT s.batch FROM ev s WHERE s.kind = 'batch_started'"
                " AND NOT EXISTS (SELECT 1 FROM ev e WHERE e.batch = s.batch AND"
                " (e.kind = 'recovery' OR (e.kind = 'batch_ended'"
                " AND e.data ->> '$.outcome' <> 'CRASHED'))) ORDER BY s.seq"
            ).fetchall()
        return [str(row[0]) for row in found]

    def verify(self, anchors: Iterable[Anchor] = ()) -> Verdict:
        """Checks the chain from the first row to the last, and every trend that it names."""
        with self._open() as db:
            verdict = verify(rows_of(db), anchors)
            if verdict.broken is not None:
                return verdict
            seals = _seals(db)
        broken = next(filter(None, map(self._still_broken, seals)), None)
        return Verdict(verdict.rows, verdict.head, broken)

    def _still_broken(self, row: Row) -> Break | None:
        """As `_broken_trend`, by the newest word on the trend: it may be archived meanwhile."""
        while (broken := self._broken_trend(row)) is not None:
            with self._open() as db:
                newest = _seals(db, row.batch)[0]
            if newest.seq == row.seq:
                return broken
            row = newest
        return None

    def _broken_trend(self, row: Row) -> Break | None:
        """What is wrong with the trend file that this row is the newest word on."""
        body = row.body
        path = self.data / str(body["file"])
        try:
            if row.kind != EventKind.TREND_ARCHIVED.value:
                return _broken_live(path, int(body["bytes"]), str(body["sha256"]), row.seq)
            same = file_sha256(path) == body["sha256"]
        except FileNotFoundError:
            return Break(row.seq, f"its trend {body['file']} is missing")
        return None if same else Break(row.seq, f"its trend {body['file']} was changed")


def _broken_live(path: Path, length: int, sha256: str, seq: int) -> Break | None:
    import hashlib

    with path.open("rb") as file:
        found = hashlib.sha256(file.read(length)).hexdigest()
    if found == sha256:
        return None
    bad = TrendFile(path).first_bad()
    where = "" if bad is None else f" in frame {bad}"
    return Break(seq, f"its trend {path.parent.name}/{path.name} was changed{where}")


def _seals(db: sqlite3.Connection, batch_id: str | None = None) -> list[Row]:
    """The newest row about each trend, or about that of one batch."""
    kinds = (EventKind.TREND_SEALED.value, EventKind.TREND_ARCHIVED.value)
    only = "" if batch_id is None else " AND batch = ?"
    found = db.execute(
        f"SELECT {_COLUMNS} FROM ev WHERE seq IN"  # noqa: S608  constant
        f" (SELECT max(seq) FROM ev WHERE kind IN (?, ?){only} GROUP BY batch) ORDER BY seq",
        kinds if batch_id is None else (*kinds, batch_id),
    )
    return [Row._make(row) for row in found]


def _rows(db: sqlite3.Connection, batch_id: str, kind: EventKind | None = None) -> list[Row]:
    only = "" if kind is None else " AND kind = ?"
    values = (batch_id,) if kind is None else (batch_id, kind.value)
    query = f"SELECT {_COLUMNS} FROM ev WHERE batch = ?{only} ORDER BY seq"  # noqa: S608  constant
    return [Row._make(row) for row in db.execute(query, values)]


def _plain(value: float) -> float | None:
    return float(f"{value:.6g}") if value - value == 0.0 else None
