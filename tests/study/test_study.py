"""Studies: the same numbers however they are carried out, and what is told of them."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from controller.errors import InputError
from sim.cli_study import study as study_command
from sim.dryrun import dry_run
from sim.study.campaign import Study, carry_out
from sim.study.outcome import NUMBERS, SHOWN
from sim.study.run import drawn, run_once
from sim.study.store import RUNS, runs_of
from sim.study.summary import Chance, read_table, summed_up
from sim.study.vary import BIASED, load_uncertainties
from sim.world import powder_of

ROOT = Path(__file__).parents[2]
PLANT = load_plant(ROOT / "deploy" / "lab-0.5l.toml")
RECIPE = load_recipe(ROOT / "recipes" / "training.toml", PLANT.equipment)
STUDY = Study(RECIPE, PLANT, load_uncertainties(), runs=6, seed=3)


@pytest.fixture(scope="module")
def carried_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return carry_out(STUDY, tmp_path_factory.mktemp("study"), jobs=1)


def test_one_seed_gives_the_same_file_with_any_number_of_workers(
    carried_out: Path, tmp_path: Path
) -> None:
    assert carry_out(STUDY, tmp_path, jobs=2).read_bytes() == carried_out.read_bytes()


def test_a_killed_study_goes_on_and_ends_as_if_it_had_not_been(
    carried_out: Path, tmp_path: Path
) -> None:
    lines = carried_out.read_bytes().splitlines(keepends=True)
    (tmp_path / RUNS).write_bytes(b"".join(lines[:4]) + lines[4][:25])
    heard: list[int] = []
    assert carry_out(STUDY, tmp_path, 1, heard.append).read_bytes() == carried_out.read_bytes()
    assert heard == [3, 4, 5, 6]


def command_line(folder: Path, jobs: int) -> list[str]:
    words = ["study", "training", "--runs", "6", "--seed", "3", "--jobs", str(jobs)]
    return [sys.executable, "-m", "controller", *words, "--out", str(folder)]


def test_a_study_that_is_killed_goes_on_where_it_was(carried_out: Path, tmp_path: Path) -> None:
    """Real processes, and kill -9 in the middle; other processes, another order of hashing."""
    first = subprocess.Popen(
        command_line(tmp_path, 2),
        env={**os.environ, "PYTHONHASHSEED": "1"},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    runs = tmp_path / RUNS
    while not runs.exists() or runs.read_bytes().count(b"\n") < 3:
        assert first.poll() is None
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert runs.read_bytes().count(b"\n") < 7
    again = subprocess.run(
        command_line(tmp_path, 1),
        env={**os.environ, "PYTHONHASHSEED": "2"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert "6 of 6 runs" in again.stderr and "runs/s" in again.stderr
    assert runs.read_bytes() == carried_out.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {
        "runs.jsonl",
        "runs.parquet",
        "summary.json",
        "report.html",
    }


def test_a_run_whose_blade_never_turned_says_nothing_of_milling(tmp_path: Path) -> None:
    """It counts as not complete, and is no batch with 0 ppm and no coverage."""
    path = carry_out(STUDY, tmp_path, jobs=1)
    lines = path.read_text().splitlines()
    run = json.loads(lines[1])
    run["outcome"] |= {"revolutions": 0.0, "completed": 0.0, "state": "HELD", "coverage": 0.0}
    path.write_text("\n".join([lines[0], json.dumps(run), *lines[2:]]) + "\n")
    found = summed_up(STUDY, read_table(path))
    assert found.spreads["coverage"].runs == 5 and found.spreads["coverage"].low > 0.0
    assert found.under_limit["torque_peak_nm"][1].runs == 5
    assert found.completes.runs == 6


def test_another_study_does_not_go_on_there(carried_out: Path, tmp_path: Path) -> None:
    (tmp_path / RUNS).write_bytes(carried_out.read_bytes())
    with pytest.raises(InputError, match="another seed"):
        carry_out(replace(STUDY, seed=4), tmp_path, 1)
    (tmp_path / RUNS).write_bytes(b"something else\n")
    with pytest.raises(InputError, match="not the file of a study"):
        carry_out(STUDY, tmp_path, 1)
    assert (tmp_path / RUNS).read_bytes() == b"something else\n"


def test_with_nothing_varied_a_run_is_the_dry_run() -> None:
    """The study runs the shipped scan on the shipped mill, and nothing else."""
    chosen = drawn(RECIPE, PLANT, (), ())
    outcome, dry = run_once(RECIPE, PLANT, chosen, seed=0), dry_run(RECIPE, PLANT, seed=0)
    assert outcome.state == dry.outcome.value == "COMPLETE"
    assert outcome.duration_s == dry.duration_s
    assert outcome.powder_peak_c == dry.peaks.powder_c
    assert outcome.o2_spinning_ppm == dry.peaks.o2_ppm_while_spinning
    assert outcome.energy_kwh_per_kg == dry.totals["energy_kwh_per_kg"]
    assert outcome.dense_nm == pytest.approx(dry.thickness_nm["dense"])
    assert outcome.purge_s > 0.0


def test_what_is_drawn_reaches_the_mill() -> None:
    items = STUDY.uncertainties.items
    low, high = (drawn(RECIPE, PLANT, items, [share] * len(items)) for share in (0.01, 0.99))
    assert low.parameters.gas.leak_mbar_l_s < high.parameters.gas.leak_mbar_l_s / 50.0
    assert low.parameters.room.ambient_c == pytest.approx(18.09)
    nominal = powder_of(RECIPE)
    assert low.charge.core_d50_m < nominal.core_d50_m < high.charge.core_d50_m
    assert set(low.bias) <= set(BIASED)
    assert low.bias["o2_ppm"] < 0.0 < high.bias["o2_ppm"]


def test_a_mill_that_leaks_does_not_complete() -> None:
    leak = [item for item in STUDY.uncertainties.items if item.of == "gas.leak_mbar_l_s"]
    huge = [replace(leak[0], factor=100.0)]
    outcome = run_once(RECIPE, PLANT, drawn(RECIPE, PLANT, huge, [1.0]), seed=0)
    assert (outcome.completed, outcome.state, outcome.first_cause) == (0.0, "HELD", "LEAK_FOUND")
    assert math.isnan(outcome.purge_s)


def test_chances_have_the_interval_of_wilson() -> None:
    """Reference values: Brown, Cai and DasGupta, Stat. Sci. 16 (2001) 101, the score interval."""
    assert Chance(0, 10).interval == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert Chance(5, 10).interval == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_the_summary_finds_what_drives_a_result(carried_out: Path) -> None:
    table = read_table(carried_out)
    rng = np.random.default_rng(1)
    count = len(STUDY.uncertainties.items)
    drawn_numbers = rng.random((200, count))
    made = replace(
        table,
        drawn=drawn_numbers,
        numbers={name: np.exp(3.0 * drawn_numbers[:, 2]) for name in NUMBERS},
        states=["COMPLETE"] * 200,
        first_causes=[""] * 200,
    )
    drivers = summed_up(STUDY, made).drivers["powder_peak_c"]
    assert drivers[0].of == STUDY.uncertainties.items[2].of
    assert drivers[0].rho == pytest.approx(1.0)
    assert len(drivers) <= 2, "chance correlations of 200 runs are not told"


def test_every_number_has_a_name_and_a_unit() -> None:
    assert set(SHOWN) == set(NUMBERS) - {"completed"}


def test_the_command_writes_tables_and_a_report(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    args = ["training", "--runs", "4", "--jobs", "1", "--out", str(tmp_path), "--json"]
    done = CliRunner().invoke(study_command, args)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["simulated"] is True
    assert told["completes"]["runs"] == 4
    assert json.loads((tmp_path / "summary.json").read_text()) == told
    table = pq.read_table(tmp_path / "runs.parquet")
    assert table.num_rows == 4
    assert table.schema.field("powder_peak_c").metadata == {b"unit": "°C".encode()}
    assert table.schema.metadata[b"simulated"] == b"true"
    page = (tmp_path / "report.html").read_text()
    assert "SIMULATED" in page
    wanted = set(re.findall(r"(?:src|href)=.([^#\\s\"'>]+)", page))
    assert not wanted, "it needs nothing beside itself"
    assert [run.number for run in runs_of(tmp_path / RUNS)] == [0, 1, 2, 3]
