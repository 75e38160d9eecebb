"""Archives while others look on: a second archiver, a reader with an older view, a crash between.

Nobody is told "changed" or "missing" of a trend that is only being archived.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from recording import Recorded, recording

from controller.core.events import EventKind
from controller.records.archive import SUFFIX, archive, file_sha256
from controller.records.archiver import Archiver
from controller.records.chain import Break
from controller.records.reader import RecordReader
from controller.records.row import Row, draft
from controller.records.writer import Writer

WITHIN_S = 15.0


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of a batch whose trend is sealed and not archived yet."""
    run = Recorded(tmp_path_factory.mktemp("data"))
    run.run()
    run.record._archiver.end()
    run.end()
    return run.folder


@pytest.fixture
def data(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "data"))


def trend_in(data: Path) -> Path:
    (path,) = (data / "trends").glob("*.trend")
    return path


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def waits_for_a_lock(pid: int) -> bool:
    lines = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and f" {pid} " in line for line in lines)


def test_a_second_archiver_waits_for_the_first(data: Path) -> None:
    """A killed controller leaves its archiver at work, and the next one begins with that trend."""
    path = trend_in(data)
    with path.open("rb") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "controller.records.archive", str(path)]
        second = subprocess.Popen(command, stdout=subprocess.PIPE)
        until(lambda: waits_for_a_lock(second.pid))
        assert [one.name for one in path.parent.iterdir()] == [path.name]
    told, _ = second.communicate(timeout=WITHIN_S)
    assert second.returncode == 0
    assert file_sha256(path.with_suffix(SUFFIX)) in told.decode()


def test_a_whole_archive_is_not_made_anew(data: Path) -> None:
    """After a crash between archive and unlink: another library would give other bytes."""
    path = trend_in(data)
    found = archive(path)
    target = path.with_suffix(SUFFIX)
    table = pq.read_table(target)
    pq.write_table(table, target, compression="zstd", compression_level=1)
    other = file_sha256(target)
    assert other != found["sha256"]
    assert archive(path)["sha256"] == file_sha256(target) == other
    target.write_bytes(target.read_bytes()[:-2_000])
    assert archive(path)["sha256"] == file_sha256(target) == found["sha256"]


class Overtaken(RecordReader):
    """A reader that looks at the trends when they have been archived since it read the rows."""

    def __init__(self, data: Path, meanwhile: Callable[[], None]) -> None:
        super().__init__(data)
        self._meanwhile: Callable[[], None] | None = meanwhile

    def _broken_trend(self, row: Row) -> Break | None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super()._broken_trend(row)


def archived(path: Path, writer: Writer) -> None:
    """As the controller does it when the batch is unloaded."""

    def told(batch_id: str, what: dict[str, Any]) -> bool:
        writer.offer([draft(EventKind.TREND_ARCHIVED, "", what, batch=batch_id)])
        return writer.committed(WITHIN_S)

    archiver = Archiver(told)
    archiver.take(path)
    archiver.start(path.parent / "nothing")
    until(lambda: not path.exists())
    archiver.end()


def test_a_trend_that_is_archived_while_it_is_verified_is_neither_missing_nor_changed(
    data: Path,
) -> None:
    with recording(data) as (_, writer):
        reader = Overtaken(data, lambda: archived(trend_in(data), writer))
        assert reader.verify().broken is None
        assert reader.verify().good


def test_a_trend_that_is_taken_away_while_it_is_verified_is_missing(data: Path) -> None:
    reader = Overtaken(data, lambda: trend_in(data).unlink())
    broken = reader.verify().broken
    assert broken is not None
    assert "is missing" in broken.reason
