"""The trend of an export in the programs that people open it with, each with values and units."""

from __future__ import annotations

import json
import subprocess
import venv
from pathlib import Path

import pytest
from open_export import PROGRAMS
from recording import record_of_run

from controller.records.reader import RecordReader
from controller.reports.tables import write_trend_csv, write_trend_parquet

ROOT = Path(__file__).parents[2]
READERS = ROOT / "requirements" / "readers.txt"
OPENS = ROOT / "tests" / "support" / "open_export.py"
SIGNAL, UNIT = "vessel_pressure_mbar_g", "mbar gauge"


@pytest.mark.long
def test_pandas_polars_and_duckdb_read_values_and_units(tmp_path: Path) -> None:
    """In an environment of their own, which is thrown away."""
    data = tmp_path / "data"
    data.mkdir()
    trend = RecordReader(data).trend_of(record_of_run(data))
    assert trend is not None
    files = tmp_path / "trend.parquet", tmp_path / "trend.csv"
    write_trend_parquet(trend, files[0])
    write_trend_csv(trend, files[1])
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    subprocess.run([python, *install, "-r", str(READERS)], check=True)
    done = subprocess.run(
        [python, str(OPENS), *map(str, files), SIGNAL, UNIT],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found, units = json.loads(done.stdout)
    wanted = float(max(trend.column(SIGNAL)))
    assert set(found) == {f"{name}{end}" for name in PROGRAMS for end in ("", " csv")}
    assert found == {name: pytest.approx(wanted, rel=1e-6) for name in found}
    assert units == dict.fromkeys(PROGRAMS, UNIT)
