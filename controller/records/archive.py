"""Turns the trend of an ended batch into Parquet, without losing a bit, and reads it again.

    python -m controller.records.archive FILE.trend

writes FILE.parquet beside it and prints what identifies it. Run as a process of its own, because
compressing hours of trend must not make a scan late.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from controller.durable import sync
from controller.errors import RecordError
from controller.records.trendfile import SCANS_PER_BLOCK, Layout, Scans, TrendFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIX: Final = ".parquet"
ZSTD_LEVEL: Final = 9
FEW_VALUES: Final = 4_096
_HEADER: Final = b"blademill"
_QUALITY: Final = "quality."


class ParquetTrend:
    """An archived trend, read as `TrendFile` is."""

    def __init__(self, path: Path) -> None:
        """Raises RecordError when it is no archived trend."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        try:
            self._file = pq.ParquetFile(path)
            self.header: dict[str, Any] = json.loads(self._file.schema_arrow.metadata[_HEADER])
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise RecordError(f"the trend cannot be read ({error})", where=str(path)) from error
        self.layout = Layout(tuple(self.header["columns"]), self.header["signals"])

    @property
    def scans_at_most(self) -> int:
        """How many scans it has."""
        return int(self._file.metadata.num_rows)

    def times(self) -> NDArray[np.float64]:
        """Process time of each scan in seconds."""
        return self._times

    def utc_ms(self) -> NDArray[np.int64]:
        """Wall clock of each scan in milliseconds since 1970."""
        found: NDArray[np.int64] = self._read("utc_ms")
        return found

    def column(self, name: str) -> NDArray[np.float32]:
        """One value per scan. Raises KeyError for a column that this file does not have."""
        if name not in self.layout.columns:
            raise KeyError(name)
        found: NDArray[np.float32] = self._read(name)
        return found

    def scans_from(self, name: str, block: int) -> tuple[Scans, Scans]:
        """As `TrendFile.scans_from`; nothing here changes any more."""
        first = block * SCANS_PER_BLOCK
        nothing = (np.zeros(0), np.zeros(0, np.float32))
        if first >= self.scans_at_most:
            return nothing, nothing
        return (self.times()[first:], self.column(name)[first:]), nothing

    def quality(self, name: str) -> NDArray[np.uint8]:
        """The quality of a signal per scan, as an index into the header's `qualities`."""
        found: NDArray[np.uint8] = self._read(_QUALITY + name)
        return found

    @cached_property
    def _times(self) -> NDArray[np.float64]:
        """Kept, because every column is asked for beside them and they are the largest to read."""
        found: NDArray[np.float64] = self._read("t_s")
        return found

    def _read(self, name: str) -> Any:
        return self._file.read([name], use_threads=False).column(0).to_numpy()


Trend = TrendFile | ParquetTrend


def open_trend(folder: Path, batch_id: str) -> Trend | None:
    """The trend of a batch, live or archived; None when there is none."""
    live, archived = folder / f"{batch_id}.trend", folder / f"{batch_id}{SUFFIX}"
    if live.is_file():
        return TrendFile(live)
    return ParquetTrend(archived) if archived.is_file() else None


def archive(path: Path) -> dict[str, Any]:
    """Writes the archive of the trend file at `path` beside it, and compares the two.

    Returns what identifies the archive. Raises RecordError when the trend is damaged or the
    archive is not the same, and then leaves no archive. Waits for another process that archives it.
    """
    with path.open("rb") as alone:
        # A controller that was killed leaves an archiver at work; this one waits until it is done.
        fcntl.flock(alone, fcntl.LOCK_EX)
        return _archived(path)


def _archived(path: Path) -> dict[str, Any]:
    trend = TrendFile(path)
    bad = trend.first_bad()
    if bad is not None:
        raise RecordError(f"frame {bad} is damaged", where=str(path), do="Keep the file as it is.")
    target = path.with_suffix(SUFFIX)
    if not _is_archive_of(target, trend):
        _make(trend, target)
    return {
        "file": f"{path.parent.name}/{target.name}",
        "scans": len(trend.times()),
        "bytes": target.stat().st_size,
        "sha256": file_sha256(target),
        "of_sha256": file_sha256(path),
    }


def _is_archive_of(target: Path, trend: TrendFile) -> bool:
    """Whether it is there already, after a crash: the record may know its hash, so it stays."""
    try:
        return not _different(trend, ParquetTrend(target))
    except (RecordError, OSError, ValueError, KeyError):
        return False


def _make(trend: TrendFile, target: Path) -> None:
    unfinished = target.with_suffix(".tmp")
    _write(trend, unfinished)
    different = _different(trend, ParquetTrend(unfinished))
    if different:
        unfinished.unlink()
        raise RecordError(f"the archive differs in {', '.join(different)}", where=str(trend.path))
    _finish(unfinished, target)


def _different(trend: TrendFile, written: ParquetTrend) -> list[str]:
    return [name for name in _names(trend.layout) if not _same(trend, written, name)]


def _names(layout: Layout) -> list[str]:
    qualities = [_QUALITY + name for name in layout.columns[: layout.signals]]
    return ["t_s", "utc_ms", *layout.columns, *qualities]


def _values(trend: Trend, name: str) -> Any:
    if name == "t_s":
        return trend.times()
    if name == "utc_ms":
        return trend.utc_ms()
    if name.startswith(_QUALITY):
        return trend.quality(name.removeprefix(_QUALITY))
    return trend.column(name)


def _same(one: Trend, other: Trend, name: str) -> bool:
    """To the last bit, so that NaN is equal to NaN."""
    return bool(_values(one, name).tobytes() == _values(other, name).tobytes())


def _write(trend: TrendFile, target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: _values(trend, name) for name in _names(trend.layout)}
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    table = table.replace_schema_metadata({_HEADER: json.dumps(trend.header)})
    pq.write_table(table, target, **storage(columns))


def storage(columns: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """How columns of such values are stored, as pyarrow's writers take it."""
    few = [name for name, values in columns.items() if _has_few(values)]
    split = {
        name: "DELTA_BINARY_PACKED" if name == "utc_ms" else "BYTE_STREAM_SPLIT"
        for name in columns
        if name not in few
    }
    return {
        "compression": "zstd",
        "compression_level": ZSTD_LEVEL,
        "use_dictionary": few,
        "column_encoding": split,
        "store_schema": True,
    }


def _has_few(values: Any) -> bool:
    return len(np.unique(values)) <= FEW_VALUES


def _finish(unfinished: Path, target: Path) -> None:
    """A reader sees the whole archive or none, also after a power cut."""
    sync(unfinished)
    unfinished.rename(target)
    sync(target.parent)


def file_sha256(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    print(json.dumps(archive(Path(sys.argv[1]))))  # noqa: T201  the answer to the parent process
