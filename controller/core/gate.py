"""The last gate: replaces in an output image whatever may not be sent by its safe value.

It looks at the image of this very scan and at nothing that was decided before; what passes here
is what the plant gets. It never waits and never asks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, unique
from typing import Final

from controller.core.limits import Limits
from controller.core.outputs import Outputs
from controller.core.signals import Signal
from controller.core.states import State

RAMPING_UP: Final = frozenset((State.RUNNING, State.PAUSING))
TRIPPED: Final = frozenset((State.ABORTING, State.ABORTED))
RUNNING_DOWN: Final = frozenset((State.COMPLETING, State.HOLDING, State.STOPPING))
# A run-down that nothing was wrong with: it is still the run, and needs what the run needs (I4).
OF_THE_RUN: Final = State.COMPLETING

_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_LID_LOCKED: Final = int(Signal.LID_LOCKED)
_ESTOP: Final = int(Signal.ESTOP_HEALTHY)
_PRESSURE: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)


@unique
class Turn(Enum):
    """What a person may do with the blade outside a batch: nothing, run it down, turn it."""

    NOT = "not"
    DOWN = "down"
    UP = "up"


def may_spin(x: Sequence[float]) -> bool:
    """Lid proven closed and locked, emergency stop proven healthy, in this image (I1)."""
    return x[_LID_CLOSED] == 1.0 and x[_LID_LOCKED] == 1.0 and x[_ESTOP] == 1.0


def gated(
    wanted: Outputs,
    x: Sequence[float],
    state: State,
    limits: Limits,
    *,
    before: Outputs,
    credit: bool,
    unlock_ok: bool,
    rotor_max_rpm: float,
    by_hand: Turn = Turn.NOT,
    locked_out: bool = False,
    proven: bool = True,
) -> Outputs:
    """`wanted` with everything safe that the image, the state or the limits do not permit.

    `proven` says that all devices are the right ones and watch this controller. While they do not,
    nothing is driven or filled; a trip keeps its argon, which devices that are proven still take.
    """
    out = wanted
    if locked_out or (not proven and state not in TRIPPED):
        out = _without_energy(out)
    elif not proven:
        out = replace(out, run=False, run_permit=False, rotor_rpm=0.0)
    if out.run or out.run_permit or out.rotor_rpm != 0.0:
        ramps_up = state in RAMPING_UP or by_hand is Turn.UP
        runs_down = by_hand is Turn.DOWN or (
            state in RUNNING_DOWN and (credit or state is not OF_THE_RUN)
        )
        out = _blade(out, x, ramps_up, runs_down, before, credit, rotor_max_rpm)
    if out.supply_open or out.exhaust_shut or out.argon_flow_slpm != 0.0:
        out = _gas(out, x, limits)
    if out.lid_unlock and (not unlock_ok or out.spins or before.spins):
        out = replace(out, lid_unlock=False)
    return out


def _blade(
    out: Outputs,
    x: Sequence[float],
    ramps_up: bool,
    runs_down: bool,
    before: Outputs,
    credit: bool,
    rotor_max_rpm: float,
) -> Outputs:
    if ramps_up:
        permitted = credit
        ceiling_rpm = rotor_max_rpm
    else:
        rises = out.run > before.run or out.run_permit > before.run_permit
        permitted = runs_down and not rises
        ceiling_rpm = min(rotor_max_rpm, before.rotor_rpm)
    if not (permitted and may_spin(x) and math.isfinite(out.rotor_rpm)):
        return replace(out, run=False, run_permit=False, rotor_rpm=0.0)
    if not 0.0 <= out.rotor_rpm <= ceiling_rpm:
        return replace(out, rotor_rpm=min(max(out.rotor_rpm, 0.0), ceiling_rpm))
    return out


def _without_energy(out: Outputs) -> Outputs:
    """Only the vent, the lid and what calls people; the lid has its own conditions."""
    return Outputs(
        vent_open=out.vent_open, lid_unlock=out.lid_unlock, beacon=out.beacon, horn=out.horn
    )


def _gas(out: Outputs, x: Sequence[float], limits: Limits) -> Outputs:
    """Argon shut and the way out open at a high or UNKNOWN pressure (I5)."""
    if not x[_PRESSURE] < limits.pressure_trip_mbar_g:
        return replace(out, supply_open=False, argon_flow_slpm=0.0, exhaust_shut=False)
    if not 0.0 <= out.argon_flow_slpm < math.inf:
        return replace(out, supply_open=False, argon_flow_slpm=0.0)
    return out
