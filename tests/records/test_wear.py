"""Hours of blade and jar: what was declared, and the blade time of every batch since."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bench import CHARGE, Bench, command, load, state_in
from click.testing import CliRunner
from recording import Recorded, recording

from controller.cli_batch import record as record_command
from controller.core.commands import Charge, CommandName
from controller.core.events import EventKind
from controller.core.states import State
from controller.records.reader import RecordReader
from controller.records.row import draft
from controller.records.writer import Writer

HOUR_S = 3600.0


def batch(
    writer: Writer, batch_id: str, hours: float | None, ended: str = "COMPLETE", **charge: object
) -> None:
    """The rows of one batch as far as they wear something; `hours` of blade time, None: no end."""
    body = {"blade_id": "K-1", "jar_id": "J-7", **charge}
    writer.offer([draft(EventKind.BATCH_LOADED, "", {}, batch=batch_id)])
    writer.offer([draft(EventKind.BATCH_CHARGED, "", body, batch=batch_id)])
    if hours is not None:
        end = {"outcome": ended, "on_time_s": hours * HOUR_S}
        writer.offer([draft(EventKind.BATCH_ENDED, "", end, batch=batch_id)])


def hours_of(folder: Path) -> dict[str, float | None]:
    return {one["id"]: one["hours"] for one in RecordReader(folder).worn()}


def test_hours_are_what_was_declared_and_every_batch_since(tmp_path: Path) -> None:
    with recording(tmp_path) as (_, writer):
        batch(writer, "B1", 1.0, blade_hours=10.0, hours_origin="logbook of the old mill")
        batch(writer, "B2", 0.5, ended="CRASHED")
        batch(writer, "B3", 2.0, blade_id="K-2", blade_hours=0.0, hours_origin="new")
        batch(writer, "B4", 0.25)
        assert writer.committed(5.0)
    assert hours_of(tmp_path) == {"K-1": 11.75, "K-2": 2.0, "J-7": None}
    found = RecordReader(tmp_path).batch("B2")["wear"]
    assert (found["blade"]["hours_before"], found["blade"]["hours"]) == (11.0, 11.5)
    declared = found["blade"]["declared"]
    assert (declared["batch"], declared["origin"]) == ("B1", "logbook of the old mill")
    # What nobody declared is not zero: what is recorded is told beside it.
    assert found["jar"]["hours_before"] is None
    assert (found["jar"]["counted_h"], found["jar"]["batches"]) == (1.5, 2)


def test_an_earlier_record_does_not_grow_with_later_batches(tmp_path: Path) -> None:
    with recording(tmp_path) as (_, writer):
        batch(writer, "B1", 1.0, blade_hours=10.0, hours_origin="logbook")
        assert writer.committed(5.0)
        before = RecordReader(tmp_path).batch("B1")
        batch(writer, "B2", 5.0)
        assert writer.committed(5.0)
    assert RecordReader(tmp_path).batch("B1") == before


def test_a_reground_blade_begins_anew_and_a_corrected_charge_counts_once(tmp_path: Path) -> None:
    with recording(tmp_path) as (_, writer):
        batch(writer, "B1", 1.0, blade_hours=10.0, hours_origin="logbook")
        batch(writer, "B2", None, blade_id="K-9")
        batch(writer, "B2", 4.0)
        batch(writer, "B3", 0.5, blade_hours=0.0, hours_origin="reground")
        assert writer.committed(5.0)
    assert hours_of(tmp_path) == {"K-1": 0.5, "J-7": None}
    assert RecordReader(tmp_path).batch("B2")["wear"]["blade"]["hours"] == 15.0


def charged(**changes: object) -> tuple[str, ...]:
    bench = Bench(state_in(State.IDLE))
    bench.see({}, load())
    charge: Charge = replace(CHARGE, **changes)  # type: ignore[arg-type]
    return bench.see({}, command(CommandName.CHARGE, charge=charge)).results[0].reasons


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"blade_hours": 3.0}, "where the hours of blade or jar are known from"),
        ({"jar_hours": 3.0, "hours_origin": "tag"}, "the id of the jar whose hours are declared"),
        ({"jar_hours": 3.0, "jar_id": "J", "hours_origin": "tag"}, None),
        ({"blade_hours": 0.0, "hours_origin": "new"}, None),
        ({}, None),
    ],
)
def test_declared_hours_say_where_they_are_known_from(
    changes: dict[str, object], missing: str | None
) -> None:
    assert charged(**changes) == (() if missing is None else (missing,))


def test_a_batch_that_was_run_wears_its_blade_by_its_blade_time(tmp_path: Path) -> None:
    run = Recorded(tmp_path)
    batch_id = run.run()
    on_h = run.world.state.totals.on_time_s / HOUR_S
    run.end()
    found = RecordReader(tmp_path).batch(batch_id)["wear"]["blade"]
    assert found["batch_h"] == pytest.approx(on_h)
    assert found["hours"] is None
    told = CliRunner().invoke(record_command, ["wear", "--data", str(tmp_path), "--json"])
    assert json.loads(told.output)[0]["counted_h"] == pytest.approx(on_h)
    said = CliRunner().invoke(record_command, ["wear", "--data", str(tmp_path)]).output
    assert "nobody declared any" in said
