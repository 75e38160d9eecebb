"""A recorded batch through the scan again: the same in every scan, or the first that is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bands import band_of_steps, step_of
from click.testing import CliRunner
from recording import PLANT, Recorded

from controller.cli_replay import replay as command
from controller.core.band import RunBand
from controller.core.batch import Step
from controller.core.commands import Command, CommandName
from controller.core.hands import Jog
from controller.core.roles import Role
from controller.core.signals import Signal
from controller.core.states import State
from controller.errors import RecordError
from controller.records.reader import RecordReader
from controller.records.replay import replay
from controller.records.trendfile import SIGNAL_COLUMNS
from sim.faults.parse import parse_fault
from sim.world import Operator


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A batch with a hold in it, recorded."""
    run = Recorded(tmp_path_factory.mktemp("whole"))
    run.until(lambda world: world.state.state is State.RUNNING and world.now_s > 260.0)
    for name in (CommandName.HOLD, CommandName.RESTART):
        done = run.step(
            Command(
                id=name.value,
                name=name,
                user="tester",
                roles=frozenset({Role.OPERATOR}),
                state_version=run.world.state.version,
            )
        )
        assert done.results[0].accepted, done.results
        until = State.HELD if name is CommandName.HOLD else State.RUNNING
        run.until(lambda world, until=until: world.state.state is until)
    batch_id = run.run()
    run.end()
    return run.folder, batch_id


def of(folder: Path, batch_id: str):  # type: ignore[no-untyped-def]
    reader = RecordReader(folder)
    trend = reader.trend_of(batch_id)
    assert trend is not None
    return replay(batch_id, reader.rows(batch_id), trend, PLANT)


def test_a_recorded_batch_is_the_same_in_every_scan(whole: tuple[Path, str]) -> None:
    found = of(*whole)
    assert found.difference is None
    assert found.same
    assert found.scans == found.of_scans > 4_000
    assert found.events > 20


def test_a_batch_that_tripped_is_the_same_too(tmp_path: Path) -> None:
    run = Recorded(tmp_path)
    run.until(lambda world: world.state.state is State.RUNNING and world.now_s > 300.0)
    run.world.inject([parse_fault("o2_nan@310-700")], PLANT)
    batch_id = run.run()
    run.end()
    assert run.world.state.state is not State.COMPLETE
    found = of(tmp_path, batch_id)
    assert found.difference is None
    assert found.same


def test_work_by_hand_bypasses_and_a_band_are_in_the_record_too(tmp_path: Path) -> None:
    """Manual mode after the batch, a jog that is held and then forgotten, a purge, a bypass."""
    run = Recorded(tmp_path)
    run.operator = Operator(run.recipe, wide_open(run.recipe.sha256))
    run.until(lambda world: world.state.state is State.RUNNING and world.now_s > 300.0)
    give(run, CommandName.BYPASS, row="COOLING_LOST", minutes=2.0, reason="flow meter dirty")
    run.until(lambda world: world.state.state is State.RUNNING and world.now_s > 340.0)
    give(run, CommandName.BYPASS_END, row="COOLING_LOST")
    run.run()
    batch_id = run.batch_id
    give(run, CommandName.MANUAL)
    for _ in range(30):
        give(run, CommandName.JOG, jog=Jog(argon_flow_slpm=1.0))
        run.step()
    run.until(lambda world: world.state.hands.jog is None)
    give(run, CommandName.PURGE, argon_flow_slpm=2.0, minutes=1.0)
    for _ in range(100):
        run.step()
    give(run, CommandName.PURGE_END)
    give(run, CommandName.AUTO)
    run.end()
    kinds = {row.kind for row in RecordReader(tmp_path).rows(batch_id)}
    assert {"band_taken", "bypass_set", "bypass_ended", "jog", "purge_by_hand"} <= kinds
    found = of(tmp_path, batch_id)
    assert found.difference is None
    assert found.same, found.stopped_at


def wide_open(recipe_sha256: str) -> RunBand:
    return band_of_steps(recipe_sha256, step_of(0, Step.FILL, {}))


def give(run: Recorded, name: CommandName, **more: object) -> None:
    done = run.step(
        Command(
            id=f"{name.value}-{run.world.scans}",
            name=name,
            user="tester",
            roles=frozenset(Role),
            state_version=run.world.state.version,
            proved=True,
            **more,  # type: ignore[arg-type]
        )
    )
    assert done.results[-1].accepted, done.results


def test_the_first_scan_that_differs_is_shown(whole: tuple[Path, str], tmp_path: Path) -> None:
    folder, batch_id = whole
    reader = RecordReader(folder)
    trend = reader.trend_of(batch_id)
    assert trend is not None
    spoiled = _Spoiled(trend, 3_000)
    found = replay(batch_id, reader.rows(batch_id), spoiled, PLANT)  # type: ignore[arg-type]
    assert found.difference is not None
    assert found.difference.scan == 3_000
    assert not found.same


class _Spoiled:
    """A trend in which the lid is open in one scan."""

    def __init__(self, trend: object, number: int) -> None:
        self._trend, self._number = trend, number

    def __getattr__(self, name: str) -> object:
        return getattr(self._trend, name)

    def column(self, name: str) -> np.ndarray:  # type: ignore[type-arg]
        values = np.array(self._trend.column(name))  # type: ignore[attr-defined]
        if name == SIGNAL_COLUMNS[Signal.LID_CLOSED]:
            values[self._number] = 0.0
        return values


def test_another_plant_file_is_refused(whole: tuple[Path, str]) -> None:
    folder, batch_id = whole
    reader = RecordReader(folder)
    trend = reader.trend_of(batch_id)
    assert trend is not None
    with pytest.raises(RecordError, match="another plant file"):
        replay(batch_id, reader.rows(batch_id), trend, replace(PLANT, sha256="0" * 64))


def test_the_command_says_how_many_scans_are_the_same(whole: tuple[Path, str]) -> None:
    folder, batch_id = whole
    done = CliRunner().invoke(command, [batch_id, "--data", str(folder)])
    assert done.exit_code == 0, done.output
    assert "scans the same" in done.output and "not in the record" in done.output
