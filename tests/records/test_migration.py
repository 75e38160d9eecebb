"""A record of an earlier version is brought up to this one, and back, with nothing lost.

`support/earlier/record-1.sqlite.xz` was written by version 0.1.0 with the first schema: a training
batch that was cut off while it milled, 23 rows.
"""

from __future__ import annotations

import lzma
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from recording import PLANT, recording
from simplant import ROOT

from controller.cli import main
from controller.core.events import EventKind
from controller.errors import RecordError
from controller.migration import UNFINISHED
from controller.records.backup import copy_record
from controller.records.reader import RecordReader
from controller.records.recovery import undecided
from controller.records.row import draft
from controller.records.schema import RECORD_NAME, SCHEMA_VERSION, STEPS, Damaged, open_for_reading
from controller.records.store import Store

EARLIER = ROOT / "tests" / "support" / "earlier" / "record-1.sqlite.xz"
ROWS = 23
HEAD = "d1112cac19f9fb2343561280c2d308a289d9404ac75b8292d97c6dcf6f002fd8"
KEPT = f"{RECORD_NAME}.v1"


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A record as the first schema had it."""
    path = tmp_path / RECORD_NAME
    path.write_bytes(lzma.decompress(EARLIER.read_bytes()))
    return path


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        found: int = db.execute("PRAGMA user_version").fetchone()[0]
        return found


def dump_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def tables_of(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def test_the_fixture_is_of_an_earlier_version_and_can_be_read_as_it_is(earlier: Path) -> None:
    assert version_of(earlier) == 1 < SCHEMA_VERSION
    before = earlier.read_bytes()
    verdict = RecordReader(earlier.parent).verify()
    assert (verdict.good, verdict.rows, verdict.head) == (True, ROWS, HEAD)
    assert earlier.read_bytes() == before


def test_opening_it_brings_it_up_and_keeps_it_as_it_was(
    earlier: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = dump_of(earlier)
    with recording(earlier.parent):
        pass
    assert version_of(earlier) == SCHEMA_VERSION
    assert "brought from version 1 to 2; as it was: record.sqlite.v1" in caplog.text
    reader = RecordReader(earlier.parent)
    first, opened = reader.between(ROWS, ROWS + 1)
    assert first.hash.hex() == HEAD
    assert opened.kind == EventKind.RECORD_OPENED.value
    assert opened.body["version_before"] == 1
    assert opened.body["kept"] == KEPT
    assert reader.verify().good
    kept = earlier.with_name(KEPT)
    assert (version_of(kept), dump_of(kept)) == (1, before)


def test_a_batch_that_was_cut_off_before_the_upgrade_is_decided_on_after_it(earlier: Path) -> None:
    STEPS.move(earlier)
    crashed, closing_rows = undecided(RecordReader(earlier.parent), PLANT.equipment)
    assert crashed is not None
    assert crashed.totals.process_s > 300.0
    assert len(closing_rows) == 1


def test_what_was_brought_up_has_the_tables_of_a_new_one(earlier: Path, tmp_path: Path) -> None:
    STEPS.move(earlier)
    new = tmp_path / "new" / RECORD_NAME
    new.parent.mkdir()
    Store(new, "boot", "run").close()
    assert tables_of(earlier) == tables_of(new)


def test_the_way_back_keeps_what_was_written_since(earlier: Path) -> None:
    """The earlier software finds its own tables, and every row."""
    tables = tables_of(earlier)
    with recording(earlier.parent) as (_, writer):
        writer.offer([draft(EventKind.COMMENT, "after the upgrade", {})])
    done = CliRunner().invoke(
        main, ["record", "migrate", "--to", "1", "--data", str(earlier.parent)]
    )
    assert done.exit_code == 0, done.output
    assert "brought from version 2 to 1; as it was: record.sqlite.v2" in done.output
    assert (version_of(earlier), tables_of(earlier)) == (1, tables)
    reader = RecordReader(earlier.parent)
    assert reader.verify().good
    assert [row.text for row in reader.newest(1)] == ["after the upgrade"]
    assert version_of(earlier.with_name(f"{RECORD_NAME}.v2")) == 2


def test_there_and_back_again_keeps_every_file(earlier: Path) -> None:
    for to in (2, 1, 2, 1):
        moved = STEPS.move(earlier, to)
        assert moved is not None
        assert moved.after == to
    names = sorted(path.name for path in earlier.parent.iterdir())
    assert names == [RECORD_NAME, *(f"{RECORD_NAME}.v{tail}" for tail in ("1", "1-2", "2", "2-2"))]
    assert RecordReader(earlier.parent).verify().head == HEAD


def test_a_newer_record_is_refused_and_left_as_it_is(earlier: Path) -> None:
    with closing(sqlite3.connect(earlier)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = earlier.read_bytes()
    for use in (lambda: Store(earlier, "boot", "run"), lambda: open_for_reading(earlier)):
        with pytest.raises(
            RecordError, match=r"version 3; this software knows .* up to 2"
        ) as caught:
            use()
        assert "blademill record migrate --to 2" in caught.value.do
        assert not isinstance(caught.value, Damaged)
    assert earlier.read_bytes() == before
    assert not list(earlier.parent.glob(f"{RECORD_NAME}.*"))


def test_a_damaged_record_is_not_brought_up_but_set_aside(earlier: Path) -> None:
    with closing(sqlite3.connect(earlier)) as db:
        db.executescript("DROP TRIGGER ev_kept; UPDATE ev SET text = 'x' WHERE seq = 7;")
    with recording(earlier.parent) as (_, writer):
        assert writer.damaged.startswith("record.sqlite.damaged-")
    damaged = earlier.with_name(writer.damaged)
    assert version_of(damaged) == 1
    verdict = RecordReader(earlier.parent).verify()
    assert verdict.good


def test_while_others_have_it_open_nothing_is_changed(earlier: Path) -> None:
    with closing(sqlite3.connect(earlier, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM ev").fetchone()
        done = CliRunner().invoke(main, ["record", "migrate", "--data", str(earlier.parent)])
    assert done.exit_code == 1
    assert "nothing was changed (database is locked)" in done.output
    assert version_of(earlier) == 1
    assert not earlier.with_name(KEPT).exists()


def test_a_second_writer_cannot_fork_the_chain(tmp_path: Path) -> None:
    """What version 2 is for: an old head in somebody's memory is refused by the file itself."""
    path = tmp_path / RECORD_NAME
    one = Store(path, "boot", "one")
    other = Store(path, "boot", "other")
    one.append([draft(EventKind.COMMENT, "one", {})])
    other.last_seq = one.last_seq
    with pytest.raises(sqlite3.IntegrityError, match="does not follow"):
        other.append([draft(EventKind.COMMENT, "other", {})])
    one.append([draft(EventKind.COMMENT, "goes on", {})])
    one.close()
    other.close()
    verdict = RecordReader(tmp_path).verify()
    assert (verdict.good, verdict.rows) == (True, 2)


DYING = """
import os, sys
from pathlib import Path
from controller.records.schema import STEPS
calls = 0
def trace(event, args):
    global calls
    if event in ("sqlite3.connect", "os.link", "os.rename", "open", "os.truncate"):
        calls += 1
        if calls == int(sys.argv[2]):
            os._exit(9)
sys.addaudithook(trace)
STEPS.move(Path(sys.argv[1]))
print(calls)
"""


def test_killed_at_any_step_the_next_start_finds_a_whole_record(
    earlier: Path, tmp_path: Path
) -> None:
    """Whichever moment: the name stands for a whole record, and the next start goes on from it."""
    died = 0
    for moment in range(1, 40):
        folder = tmp_path / f"at{moment}"
        folder.mkdir()
        path = folder / RECORD_NAME
        shutil.copy(earlier, path)
        done = subprocess.run(
            [sys.executable, "-c", DYING, str(path), str(moment)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
        )
        verdict = RecordReader(folder).verify()
        assert (verdict.good, verdict.head) == (True, HEAD), moment
        with recording(folder):
            pass
        assert version_of(path) == SCHEMA_VERSION
        assert version_of(path.with_name(KEPT)) == 1
        assert not path.with_name(RECORD_NAME + UNFINISHED).exists()
        if done.returncode == 0:
            break
        died += 1
    assert died >= 5


def test_a_backup_of_an_earlier_version_can_be_restored(earlier: Path, tmp_path: Path) -> None:
    verdict = copy_record(earlier.parent, tmp_path / "restored")
    assert (verdict.good, verdict.rows) == (True, ROWS)
    with recording(tmp_path / "restored"):
        pass
    assert version_of(tmp_path / "restored" / RECORD_NAME) == SCHEMA_VERSION
