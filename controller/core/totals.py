"""What a batch adds up in every scan: clocks, revolutions, blade time, net energy, argon."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from controller.core.batch import Step, Totals
from controller.core.signals import Signal
from controller.core.state import ScanState
from controller.core.states import State

_ROTOR: Final = int(Signal.ROTOR_RPM)
_POWER: Final = int(Signal.SHAFT_POWER_W)
_FLOW: Final = int(Signal.ARGON_FLOW_SLPM)
_PROCESS: Final = frozenset(
    (State.RUNNING, State.STARTING, State.PAUSING, State.COMPLETING, State.RESUMING)
)
_HOLD: Final = frozenset((State.HOLDING, State.HELD, State.PAUSED, State.RESTARTING))
# A batch is open until it has stopped or aborted: its run-down and its purge are its own too.
_ENDING: Final = frozenset((State.STOPPING, State.ABORTING))
_DOSE: Final = frozenset((State.RUNNING, State.PAUSING))
_ON: Final = Step.ON
_RPM_TO_RAD_S: Final = 2.0 * math.pi / 60.0


def added(state: ScanState, x: Sequence[float], dt_s: float) -> Totals:
    """The totals after `dt_s`. Values that are UNKNOWN or above their range add nothing.

    Hold time is neither process time nor blade time; nor is that of STOPPING and ABORTING.
    Revolutions and energy count in the dose only while a mill segment runs: those of a run-down
    into a hold are in the totals alone, and the segment gives them again. Energy is net of what the
    empty mill takes at that speed (plant file).
    """
    before = state.totals
    current = state.state
    if current not in _PROCESS and current not in _HOLD:
        started = state.batch is not None and state.batch.started_s is not None
        if not (started and current in _ENDING):
            return before
    rotor_rpm, power_w, flow_slpm = x[_ROTOR], x[_POWER], x[_FLOW]
    turns, powered = 0.0 < rotor_rpm < math.inf, 0.0 < power_w < math.inf
    revolutions = rotor_rpm * dt_s / 60.0 if turns else 0.0
    empty_w = state.equipment.empty_torque_nm * rotor_rpm * _RPM_TO_RAD_S
    net_w = power_w - empty_w if turns and powered else 0.0
    energy_j = net_w * dt_s if net_w > 0.0 else 0.0
    dose = current in _DOSE and _mills(state)
    on_s = dt_s if dose and state.position.step is _ON else 0.0
    holds = current in _HOLD
    return Totals(
        before.process_s + (0.0 if holds or current in _ENDING else dt_s),
        before.hold_s + (dt_s if holds else 0.0),
        before.revolutions + revolutions,
        before.on_time_s + on_s,
        before.energy_j + energy_j,
        before.argon_l + (flow_slpm * dt_s / 60.0 if 0.0 < flow_slpm < math.inf else 0.0),
        before.dose_revolutions + (revolutions if dose else 0.0),
        before.dose_on_time_s + on_s,
        before.dose_energy_j + (energy_j if dose else 0.0),
    )


def _mills(state: ScanState) -> bool:
    batch = state.batch
    return batch is not None and batch.mills[state.position.index] is not None
