"""The invariants have teeth: a guard that is taken away is noticed by the invariant that needs it.

Most guards stand behind one another, so some mutants take away two.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from bench import command
from disturbances import DISTURBANCES, heal
from worlds import Run, run_at

from controller.core import commanding, gate, images, scan
from controller.core.alarms import Alarm, updated
from controller.core.commands import CommandName
from controller.core.interlocks import Matrix
from controller.core.matrix.row import Reaction
from controller.core.outputs import Outputs
from controller.core.signals import Signal
from controller.core.states import State, Trigger
from controller.core.watch import Watch, watched

NO_LIMIT: dict[str, Any] = {"low": -math.inf, "high": math.inf}
BLIND: dict[str, Any] = NO_LIMIT | {"unknown_confirm_s": math.inf}
WARNS: dict[str, Any] = {"reaction": Reaction.WARN, "on_unknown": Reaction.WARN}


def without_rows(run: Run, changes: dict[str, dict[str, Any]]) -> None:
    """Gives the run a matrix in which some rows are weakened."""
    state = run.world.state
    weak = Matrix(state.matrix.limits)
    weak.rows = tuple(replace(row, **changes.get(row.id, {})) for row in weak.rows)
    run.world.state = replace(state, matrix=weak)


def found(run: Run) -> set[str]:
    return {breach.invariant for breach in run.invariants.breaches}


# Rows that are taken out or weakened, what goes wrong at speed, and the invariant that says so.
ROWS: list[tuple[dict[str, dict[str, Any]], str, str]] = [
    ({"ESTOP": WARNS}, "estop", "I7"),
    ({"LID_OPEN_TURNING": WARNS, "LID_UNLOCKED_TURNING": WARNS}, "lid_opened", "I7"),
    ({"LID_UNLOCKED_TURNING": WARNS}, "lock_released", "I7"),
    ({"DRIVE_FAULT": WARNS, "DRIVE_NOT_RUNNING": WARNS}, "drive_trip", "I7"),
    ({"OVERSPEED": NO_LIMIT}, "drive_runaway", "I7"),
    ({"TORQUE_HIGH": BLIND}, "torque_unknown", "I7"),
    ({"MOTOR_HOT": NO_LIMIT}, "motor_130", "I7"),
    ({"MOTOR_HOT": {"unknown_confirm_s": 20.0}}, "motor_unknown", "I13"),
    ({"PRESSURE_TRIP": NO_LIMIT}, "pressure_300", "I7"),
    ({"PRESSURE_TRIP": BLIND}, "pressure_unknown", "I7"),
    ({"O2_HOLD": NO_LIMIT}, "o2_60_ppm", "I3"),
    ({"O2_HOLD": {"confirm_s": 50.0}}, "o2_60_ppm", "I3"),
    ({"O2_HOLD": BLIND}, "o2_unknown", "I3"),
    ({"O2_LOC": NO_LIMIT}, "o2_over_range", "I7"),
    ({"H2O_HOLD": NO_LIMIT}, "water_high", "I3"),
    ({"H2S_TRIP": NO_LIMIT}, "h2s_60_ppm", "I7"),
    ({"POWDER_HOT": NO_LIMIT}, "powder_probe_70", "I7"),
    ({"POWDER_HOT": {"confirm_s": 10.0}}, "powder_probe_70", "I7"),
    ({"POWDER_HOT": BLIND}, "powder_probe_unknown", "I13"),
    ({"JAR_HOT": BLIND}, "jar_unknown", "I13"),
    ({"ROOM_H2S_DANGER": NO_LIMIT}, "room_h2s", "I7"),
    ({"ROOM_O2_DANGER": {"reaction": Reaction.HOLD}}, "room_o2_low", "I7"),
]


@pytest.mark.parametrize(
    ("rows", "name", "invariant"), ROWS, ids=[f"{'+'.join(r)}:{n}" for r, n, _ in ROWS]
)
def test_a_weakened_row_is_noticed(
    rows: dict[str, dict[str, Any]], name: str, invariant: str
) -> None:
    run = run_at("milling, at speed")
    without_rows(run, rows)
    DISTURBANCES[name].begin(run.world.mill)
    run.go(12.0)
    assert invariant in found(run)


def lid_ignored(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "may_spin", lambda x: True)
    without_rows(run, {"LID_OPEN_TURNING": WARNS, "LID_UNLOCKED_TURNING": WARNS})
    DISTURBANCES["lid_closed_unknown"].begin(run.world.mill)
    run.go(2.0)


def pressure_ignored(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_gas", lambda out, x, limits: out)
    without_rows(run, {"PRESSURE_TRIP": BLIND, "EXHAUST_VALVE": WARNS})
    DISTURBANCES["pressure_300"].begin(run.world.mill)
    run.go(2.0)


def unlocked_while_it_turns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "unlock_permissives", lambda state, image: ())
    monkeypatch.setattr(commanding, "release_permissives", lambda state, image: ())
    DISTURBANCES["drive_ignores_stop"].begin(run.world.mill)
    run.order(CommandName.ABORT)
    run.go(80.0, until=lambda run: run.state is State.ABORTED)
    run.order(CommandName.LID_RELEASE)
    run.go(2.0)


def credit_kept_for_ever(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(watch: Watch, *rest: Any) -> Watch:
        return replace(watched(watch, *rest), credit=True)

    run.order(CommandName.HOLD)
    run.go(20.0, until=lambda run: run.state is State.HELD)
    monkeypatch.setattr(scan, "watched", kept)
    run.world.mill.transmitters.overrides[Signal.VESSEL_PRESSURE_MBAR_G] = lambda true: -1.0
    run.go(1.0)
    heal(run.world.mill)
    run.go(10.0)
    run.order(CommandName.ACK)
    assert run.order(CommandName.RESTART).accepted
    run.go(2.0)


def latch_forgotten(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def loose(*args: Any) -> Any:
        alarms, events = updated(*args)
        return tuple(a for a in alarms if isinstance(a, Alarm) and a.active), events

    monkeypatch.setattr(scan.alarm_book, "updated", loose)
    DISTURBANCES["powder_probe_70"].begin(run.world.mill)
    run.go(2.0)
    heal(run.world.mill)
    run.go(2.0)


def trip_that_forgets_itself(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.order(CommandName.ABORT)
    run.go(1.0)
    run.world.state = replace(run.world.state, state=State.HELD)
    run.go(1.0)


def stop_at_the_end_of_the_queue(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commanding, "_SAFE", {Trigger.ABORT: 3, Trigger.HOLD: 1})
    monkeypatch.setattr(commanding, "in_order", list)
    run.step(command(CommandName.PAUSE), command(CommandName.STOP))


def dwell_forgotten(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.order(CommandName.HOLD)
    run.go(20.0, until=lambda run: run.state is State.HELD)
    DISTURBANCES["o2_60_ppm"].begin(run.world.mill)
    run.go(3.0)
    heal(run.world.mill)
    run.go(1.0)
    matrix = Matrix(replace(run.world.state.matrix.limits, start_dwell_s=0.0))
    run.world.state = replace(run.world.state, matrix=matrix)
    assert run.order(CommandName.RESTART).accepted
    run.go(1.0)


def ramp_forgotten(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_ramped", lambda state, demand, dt_s: demand.rotor_rpm)
    run.go(40.0)


def restart_without_a_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.order(CommandName.HOLD)
    run.go(20.0, until=lambda run: run.state is State.HELD)
    run.world.state = replace(run.world.state, state=State.RUNNING)
    run.go(2.0)


def run_down_that_rises(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def rising(wanted: Outputs, *rest: Any, **named: Any) -> Outputs:
        return replace(wanted, run=True, run_permit=True, rotor_rpm=2_900.0)

    run.order(CommandName.HOLD)
    run.go(1.0)
    monkeypatch.setattr(scan, "gated", rising)
    run.go(1.0)


def alarm_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan.alarm_book, "updated", lambda *args: ((), []))
    DISTURBANCES["o2_unknown"].begin(run.world.mill)
    run.go(1.0)


GUARDS: list[tuple[Callable[[Run, pytest.MonkeyPatch], None], str]] = [
    (lid_ignored, "I1"),
    (pressure_ignored, "I5"),
    (unlocked_while_it_turns, "I2"),
    (credit_kept_for_ever, "I4"),
    (latch_forgotten, "I8"),
    (trip_that_forgets_itself, "I8"),
    (stop_at_the_end_of_the_queue, "I22"),
    (dwell_forgotten, "I3"),
    (ramp_forgotten, "I11"),
    (restart_without_a_command, "I9"),
    (run_down_that_rises, "I3"),
    (alarm_not_shown, "I23"),
]


@pytest.mark.interpreted
@pytest.mark.parametrize(
    ("mutate", "invariant"), GUARDS, ids=[guard.__name__ for guard, _ in GUARDS]
)
def test_a_guard_that_is_gone_is_noticed(
    mutate: Callable[[Run, pytest.MonkeyPatch], None],
    invariant: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = run_at("milling, at speed")
    mutate(run, monkeypatch)
    assert invariant in found(run)
