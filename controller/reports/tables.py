"""Trends as tables for other programs: CSV that a spreadsheet opens without harm, and Parquet."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from controller.core.signals import SIGNALS, Signal
from controller.records.archive import Trend

# A cell that begins so is a formula to a spreadsheet.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_OWN_UNITS: Final = {
    "t_s": "s",
    "utc_ms": "ms since 1970-01-01 UTC",
    "state": "index into states",
    "outputs": "bits, see outputs",
    "set_rotor_rpm": "rpm",
    "set_argon_flow_slpm": "slpm",
    "process_s": "s",
    "hold_s": "s",
    "revolutions": "",
    "on_time_s": "s",
    "energy_j": "J",
    "dose_revolutions": "",
    "dose_on_time_s": "s",
    "dose_energy_j": "J",
}


def unit_of(column: str) -> str:
    """The unit of a column of a trend."""
    if column.upper() in Signal.__members__:
        return SIGNALS[Signal[column.upper()]].unit
    return _OWN_UNITS.get(column, "")


def columns_of(trend: Trend) -> list[str]:
    """The columns of an exported table, the two times first."""
    return ["t_s", "utc_ms", *trend.layout.columns]


def schema_of(trend: Trend) -> dict[str, Any]:
    """What the columns of the tables are."""
    return {
        "columns": [{"name": name, "unit": unit_of(name)} for name in columns_of(trend)],
        "unknown": "an empty cell in CSV, NaN in Parquet",
        **{key: trend.header.get(key) for key in ("batch", "period_s", "states", "outputs")},
    }


def write_trend_parquet(trend: Trend, path: Path) -> None:
    """The whole trend with units in the metadata of its columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = columns_of(trend)
    arrays = [pa.array(_values(trend, name)) for name in names]
    fields = [
        pa.field(name, array.type, metadata={"unit": unit_of(name)})
        for name, array in zip(names, arrays, strict=True)
    ]
    metadata = {"blademill": json.dumps(schema_of(trend))}
    table = pa.table(arrays, schema=pa.schema(fields, metadata=metadata))
    pq.write_table(table, path, compression="zstd")


def write_trend_csv(trend: Trend, path: Path) -> None:
    """The whole trend; the unit stands behind each name."""
    names = columns_of(trend)
    heads = [f"{name} [{unit_of(name)}]" if unit_of(name) else name for name in names]
    columns = [_cells(_values(trend, name)) for name in names]
    _written(path, heads, zip(*columns, strict=True))


def write_csv(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table of values of any kind; text that would be a formula is quoted."""
    _written(path, heads, ([cell(value) for value in row] for row in rows))


def _written(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table in UTF-8 with a mark that spreadsheets know it by."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([cell(head) for head in heads])
        writer.writerows(rows)


def cell(value: Any) -> Any:
    """A value as a cell: text that would be a formula is quoted, what is no number is empty."""
    if isinstance(value, float):
        text = f"{value:.9g}" if math.isfinite(value) else ""
        # What looks whole at first is a column of whole numbers to many a reader.
        return f"{text}.0" if text.lstrip("-").isdigit() else text
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


def _cells(values: Any) -> list[Any]:
    """A column as cells: decimals as short as their precision allows, what is no number empty."""
    if values.dtype.kind != "f":
        return list(values.tolist())
    return list(np.where(np.isfinite(values), values.astype("U24"), "").tolist())


def _values(trend: Trend, name: str) -> Any:
    if name == "t_s":
        return trend.times()
    return trend.utc_ms() if name == "utc_ms" else trend.column(name)
