"""A study as tables for other programs: Parquet with units, and the summary as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from sim.study.campaign import Study
from sim.study.outcome import NUMBERS, SHOWN
from sim.study.summary import Summary, Table

TABLE: Final = "runs.parquet"
SUMMARY: Final = "summary.json"


def write_tables(folder: Path, study: Study, table: Table, summary: Summary) -> None:
    """Writes `runs.parquet`, a row for each run, and `summary.json` into `folder`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, pa.Array] = {"run": pa.array(range(len(table.states)), pa.int32())}
    schema = [pa.field("run", pa.int32(), nullable=False)]
    for at, item in enumerate(study.uncertainties.items):
        name = f"drawn.{item.of}"
        columns[name] = pa.array(table.drawn[:, at], pa.float64())
        note = {"change": item.change.value, "origin": item.origin}
        schema.append(pa.field(name, pa.float64(), metadata=note))
    for name in NUMBERS:
        columns[name] = pa.array(table.numbers[name], pa.float64(), from_pandas=True)
        unit = SHOWN[name].unit if name in SHOWN else ""
        schema.append(pa.field(name, pa.float64(), metadata={"unit": unit}))
    for name, texts in (("state", table.states), ("first_cause", table.first_causes)):
        columns[name] = pa.array(texts, pa.string())
        schema.append(pa.field(name, pa.string()))
    header = {"blademill": json.dumps(study.header()), "simulated": "true"}
    made = pa.table(columns, schema=pa.schema(schema, metadata=header))
    pq.write_table(made, folder / TABLE, compression="zstd")
    text = json.dumps(summary.to_json(), indent=2) + "\n"
    (folder / SUMMARY).write_text(text, encoding="utf-8")
