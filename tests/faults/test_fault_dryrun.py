"""`dry-run --fault`: what is planned happens, is told, and costs nothing when it is not asked."""

from __future__ import annotations

import json

import pytest
from bench import BM_05
from click.testing import CliRunner, Result
from faultworlds import PLANT, TRAINING, injected

from controller.core.states import State
from controller.errors import InputError
from sim.cli_dryrun import dry_run as command
from sim.dryrun import dry_run
from sim.faults.parse import parse_fault
from sim.world import Operator, World, new_mill


def run(*words: str) -> Result:
    return CliRunner().invoke(command, ["training", *words])


def test_without_faults_the_json_says_nothing_of_them() -> None:
    assert "faults" not in dry_run(TRAINING, PLANT).to_json()


def test_faults_are_told_in_the_json_and_the_batch_does_not_complete() -> None:
    done = run("--fault", "estop_pressed@10", "--fault", "leak@5-9:0.5", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert told["outcome"] == State.ABORTED.value
    assert told["faults"] == [
        {"name": "estop_pressed", "on_s": 10.0, "off_s": None, "value": None, "unit": None},
        {"name": "leak", "on_s": 5.0, "off_s": 9.0, "value": 0.5, "unit": "mbar L/s"},
    ]
    assert told["duration_s"] < 100.0


def test_the_text_names_the_faults_and_what_came_of_them() -> None:
    done = run("--fault", "estop_pressed@10")
    assert "  fault: estop_pressed@10\n" in done.stdout
    assert "Emergency stop at the machine" in done.stdout


def test_the_same_faults_give_the_same_log_and_others_another() -> None:
    faults = [parse_fault("o2_intermittent@20-40"), parse_fault("jar_bias@30:2")]
    logs = [dry_run(TRAINING, PLANT, faults=some).log.sha256 for some in (faults, faults, ())]
    assert logs[0] == logs[1] != logs[2]


def test_a_fault_that_never_comes_changes_nothing() -> None:
    late = [parse_fault("o2_nan@80000")]
    assert dry_run(TRAINING, PLANT, faults=late).log.sha256 == dry_run(TRAINING, PLANT).log.sha256


def test_a_fault_that_passes_lets_the_batch_complete() -> None:
    passing = [parse_fault("o2_spike@430"), parse_fault("scan_late@200"), parse_fault("jar_slow")]
    assert dry_run(TRAINING, PLANT, faults=passing).outcome is State.COMPLETE


@pytest.mark.parametrize("text", ["", "nonsense", "o2_nan@5-4", "o2_wrong:nan", "leak:-1"])
def test_a_fault_that_cannot_be_read_is_refused_before_anything_runs(text: str) -> None:
    done = run("--fault", text)
    assert isinstance(done.exception, InputError)
    assert done.stdout == ""


def test_a_reversed_probe_is_found_before_the_powder_is_hot() -> None:
    """T2, I13: training stays within a few kelvin of the room, where nothing tells it."""
    world = World(new_mill(BM_05, PLANT.equipment, seed=1), PLANT)
    injected(world, "powder_probe_reversed")
    operator = Operator(BM_05)
    while world.state.state is not State.HOLDING and world.now_s < 3_000.0:
        world.step(() if operator.done else operator.commands(world))
    causes = {world.state.matrix.rows[v.row].id for v in world.state.violations if v.confirmed}
    assert causes == {"PROBE_BELOW_JAR"}
    assert world.mill.powder_c < 45.0
