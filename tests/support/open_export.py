"""Opens a trend as others do; run by the Python of an environment that has their programs.

python open_export.py TREND.parquet TREND.csv COLUMN UNIT: the column's greatest value and its unit
as each program finds them, as JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

PROGRAMS = ("pandas", "polars", "duckdb")


def greatest(parquet: str, table: str, column: str, head: str) -> dict[str, float]:
    """By program, from both files; `head` is what the column is called in the table."""
    import duckdb
    import pandas
    import polars

    duck = duckdb.connect()
    from_parquet = duck.read_parquet(parquet).max(f'"{column}"').fetchall()
    from_table = duck.read_csv(table).max(f'"{head}"').fetchall()
    return {
        "pandas": float(pandas.read_parquet(parquet)[column].max()),
        "polars": float(polars.read_parquet(parquet)[column].max()),
        "duckdb": float(from_parquet[0][0]),
        "pandas csv": float(pandas.read_csv(table)[head].max()),
        "polars csv": float(polars.read_csv(table)[head].max()),
        "duckdb csv": float(from_table[0][0]),
    }


def units(parquet: str, column: str) -> dict[str, str]:
    """The unit by program: of the column itself, or of the schema in the file's metadata."""
    import duckdb
    import polars
    import pyarrow.parquet as pq

    said = duckdb.connect().execute(
        "SELECT value FROM parquet_kv_metadata(?) WHERE key = 'blademill'", [parquet]
    )
    return {
        "pandas": pq.read_schema(parquet).field(column).metadata[b"unit"].decode(),
        "polars": _unit(json.loads(polars.read_parquet_metadata(parquet)["blademill"]), column),
        "duckdb": _unit(json.loads(said.fetchone()[0]), column),
    }


def _unit(schema: dict[str, Any], column: str) -> str:
    return next(str(one["unit"]) for one in schema["columns"] if one["name"] == column)


if __name__ == "__main__":
    file, csv, name, unit = sys.argv[1:]
    print(json.dumps([greatest(file, csv, name, f"{name} [{unit}]"), units(file, name)]))
