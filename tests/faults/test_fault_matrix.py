"""The matrix of faults and phases: what it says, what it finds, and what is known to be open."""

from __future__ import annotations

import ast
import inspect
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from fault_gaps import KNOWN
from faultworlds import PLANT, TRAINING, world_at

from controller.core.outputs import DEAD, Outputs
from controller.core.recipe import CoolDown
from controller.core.signals import SIGNAL_COUNT, Signal
from controller.core.states import State
from controller.errors import InputError
from sim.cli_faults import fault_matrix as command
from sim.fault_matrix import Result, Row, fault_matrix
from sim.faults.catalogue import CATALOGUE
from sim.faults.model import Reaction, Situation
from sim.mill import Mill
from sim.prove.mutants import weakened
from sim.watchman import Watchman

PHASES = {
    "before start": Situation.START,
    "leak_test": Situation.LEAK,
    "purge": Situation.PURGE,
    "prove_inert": Situation.PROVE,
    "mill_pulse": Situation.SPIN_UP,
    "mill_pulse at speed": Situation.MILL,
    "mill_pulse at rest": Situation.REST,
    "cool_down": Situation.COOL,
    "safe_to_open": Situation.OPEN,
    "lid release": Situation.RELEASE,
}

# One or two of every family, everywhere; all of them in mid-pulse.
EVERYWHERE = (
    "o2_nan",
    "o2_spike",
    "h2s_wrong",
    "pressure_over_range",
    "powder_bad",
    "room_o2_wrong",
    "lid_closed_open",
    "estop_contact_nan",
    "lid_opened",
    "lock_stuck_locked",
    "exhaust_blocked",
    "argon_empty",
    "drive_trips_overload",
    "drive_ignores_stop",
    "second_master_run",
    "mains_lost",
    "comm_safety_inputs_silent",
    "comm_outputs_silent",
    "scan_stalled",
)


@cache
def everywhere() -> Result:
    return fault_matrix(TRAINING, PLANT, names=EVERYWHERE)


@cache
def at_speed() -> Result:
    return fault_matrix(TRAINING, PLANT, situations=(Situation.MILL,))


def check(result: Result) -> None:
    """Nothing unsafe; what falls short is known, and what is known falls short."""
    assert [row for row in result.rows if "UNSAFE" in row.why] == []
    tried = {(row.fault, PHASES[row.phase]) for row in result.rows}
    failed = {(row.fault, PHASES[row.phase]): row for row in result.failed}
    new = [failed[case] for case in failed.keys() - KNOWN]
    assert new == [], "these do not react as they have to"
    closed = {(fault, where.value) for fault, where in (KNOWN & tried) - failed.keys()}
    assert closed == set(), "these react now: take them out of fault_gaps.py"


def test_every_fault_in_mid_pulse() -> None:
    """I7, I13 and their kin: in time, or known not to be."""
    assert len(at_speed().rows) == len(CATALOGUE)
    check(at_speed())


def test_some_faults_of_every_family_in_every_phase() -> None:
    assert len(everywhere().rows) == len(EVERYWHERE) * len(PHASES)
    check(everywhere())


@pytest.mark.long
def test_every_fault_in_every_phase() -> None:
    check(fault_matrix(TRAINING, PLANT, jobs=2))


def row_of(result: Result, fault: str, phase: str) -> Row:
    return next(row for row in result.rows if (row.fault, row.phase) == (fault, phase))


def test_a_row_says_what_happened_and_when() -> None:
    opened = row_of(everywhere(), "lid_opened", "mill_pulse at speed")
    assert opened.expected == "trip within 0.1 s"
    assert (opened.reaction, opened.delay_s, opened.ok, opened.why) == ("trip", 0.0, True, "")
    assert opened.outcome in ("ABORTING", "ABORTED")
    refused = row_of(everywhere(), "o2_nan", "before start")
    assert (refused.reaction, refused.delay_s, refused.outcome) == ("refuse", None, "IDLE")
    silent = row_of(everywhere(), "comm_safety_inputs_silent", "mill_pulse at speed")
    assert silent.delay_s is not None
    assert 0.3 < silent.delay_s <= 0.3 + 0.5 + 0.15, "its values may be as old as the plant allows"


def test_the_clean_run_begins_each_phase_before_it_is_disturbed() -> None:
    onsets = [row.onset_s for row in everywhere().rows if row.fault == "o2_nan"]
    assert onsets == sorted(onsets)
    assert len(set(onsets)) == len(PHASES)


def test_two_processes_find_what_one_finds() -> None:
    names = ("o2_intermittent", "comm_drive_flaps")
    situations = (Situation.MILL, Situation.START)
    one = fault_matrix(TRAINING, PLANT, names=names, situations=situations)
    two = fault_matrix(TRAINING, PLANT, names=names, situations=situations, jobs=2)
    assert one == two


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_recipe_that_does_not_complete_by_itself_is_refused(jobs: int) -> None:
    never = [
        replace(phase, powder_c=5.0, time_limit_s=60.0) if isinstance(phase, CoolDown) else phase
        for phase in TRAINING.phases
    ]
    hopeless = replace(TRAINING, phases=tuple(never))
    with pytest.raises(InputError, match="the clean run ends STOPPED"):
        fault_matrix(hopeless, PLANT, names=("o2_nan",), jobs=jobs)


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(command, list(words))
    if isinstance(done.exception, InputError):
        return 1, "", str(done.exception)
    return done.exit_code, done.stdout, done.stderr


def test_the_command_prints_the_contract() -> None:
    code, out, _ = run("training", "--only", "estop_pressed", "--json")
    told = json.loads(out)
    assert code == 0
    assert set(told) == {"recipe", "cases", "failed", "unsafe", "rows"}
    assert (told["recipe"], told["cases"], told["failed"]) == ("TRAINING", 10, 0)
    assert set(told["rows"][0]) == {
        "fault", "phase", "onset_s", "expected", "reaction", "delay_s", "outcome", "ok", "why",
        "unsafe",
    }  # fmt: skip


@pytest.mark.interpreted
def test_the_command_fails_when_a_case_does() -> None:
    with weakened("no row ESTOP"):
        code, out, _ = run("training", "--only", "estop_pressed", "--jobs", "1")
    assert code == 1
    assert "FAILED estop_pressed, leak_test: " in out
    assert "1 faults, 10 cases" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("training", "--only", "estop_presed"), "Did you mean estop_pressed"),
        (("no-such-recipe",), "no-such-recipe"),
    ],
)
def test_the_command_refuses_what_it_does_not_know(words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(command, list(words))
    assert isinstance(done.exception, InputError)
    assert said in done.exception.person_text


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "65"])
def test_jobs_are_a_small_number(jobs: str) -> None:
    assert run("training", "--jobs", jobs)[0] == 2


# The watchman has teeth: each thing that it looks for, shown to it.

SPINNING = Outputs(run=True, run_permit=True, rotor_rpm=1000.0)


def test_the_watchman_knows_nothing_of_the_interlocks() -> None:
    tree = ast.parse(Path(inspect.getfile(Watchman)).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module for module in modules if module and module.startswith("controller")} == {
        "controller.core.outputs",
        "controller.core.signals",
        "controller.core.states",
    }


def good_values() -> list[float]:
    return [1.0] * SIGNAL_COUNT


def mill_at(rpm: float = 0.0, gauge_mbar: float = 0.0) -> Mill:
    mill = world_at(Situation.MILL).mill
    mill.drive.speed_rps = rpm / 60.0
    mill.vessel.pressure_mbar = mill.ambient_mbar + gauge_mbar
    return mill


def watchman() -> Watchman:
    return Watchman(relief_mbar_g=500.0, rotor_rpm_max=12_000.0)


def test_the_watchman_is_content_with_a_good_scan() -> None:
    guard = watchman()
    guard.look(1.0, good_values(), SPINNING, State.RUNNING, mill_at(1000.0, 200.0))
    guard.look(2.0, good_values(), Outputs(lid_unlock=True), State.COMPLETE, mill_at())
    assert guard.unsafe == []


@pytest.mark.parametrize("signal", [Signal.LID_CLOSED, Signal.LID_LOCKED, Signal.ESTOP_HEALTHY])
@pytest.mark.parametrize("value", [0.0, math.nan])
def test_the_watchman_sees_a_blade_without_proof(signal: Signal, value: float) -> None:
    """I1"""
    guard, values = watchman(), good_values()
    values[signal] = value
    guard.look(1.0, values, Outputs(run_permit=True), State.RUNNING, mill_at())
    assert len(guard.unsafe) == 1 and signal.name in guard.unsafe[0]


@pytest.mark.parametrize("state", [State.HELD, State.ABORTED, State.IDLE, State.COMPLETE])
def test_the_watchman_sees_a_blade_in_a_state_at_rest(state: State) -> None:
    """I9"""
    guard = watchman()
    guard.look(1.0, good_values(), SPINNING, state, mill_at())
    assert [text for text in guard.unsafe if f"spins in {state.value}" in text]


def test_the_watchman_sees_an_unlocking_while_it_turns() -> None:
    """I2"""
    for sent, rpm in ((Outputs(lid_unlock=True), 100.0), (Outputs(lid_unlock=True, run=True), 0.0)):
        guard = watchman()
        guard.look(1.0, good_values(), sent, State.RUNNING, mill_at(rpm))
        assert [text for text in guard.unsafe if "unlocked" in text]


def test_the_watchman_sees_a_trip_that_does_not_last() -> None:
    """I8"""
    guard = watchman()
    for state in (State.ABORTING, State.ABORTED, State.IDLE):
        guard.look(1.0, good_values(), DEAD, state, mill_at())
    assert len(guard.unsafe) == 1 and "let go" in guard.unsafe[0]


def test_the_watchman_sees_pressure_and_overspeed_and_says_each_once() -> None:
    """I5, I12"""
    guard = watchman()
    for _ in range(50):
        guard.look(1.0, good_values(), SPINNING, State.RUNNING, mill_at(14_000.0, 600.0))
    assert len(guard.unsafe) == 2
    assert "600 mbar" in guard.unsafe[0] and "14000 rpm" in guard.unsafe[1]


def test_reactions_are_ordered_by_severity() -> None:
    assert sorted(Reaction) == [
        Reaction.NONE, Reaction.WARN, Reaction.REFUSE, Reaction.HOLD, Reaction.STOP, Reaction.TRIP,
    ]  # fmt: skip
