"""How long a batch still takes, as its recipe has it and as it has gone so far. For people only."""

from __future__ import annotations

from typing import Final

from controller.core.batch import Batch, free_gas_l
from controller.core.phases import dose_share
from controller.core.recipe import MillHold, MillPulse, Phase, Purge
from controller.core.recipe_time import dose_s, least_s, sweep_s
from controller.core.state import ScanState
from controller.core.states import State

# With less of a dose of energy than this given, its pace says nothing yet. Assumed.
PACE_SHARE: Final = 0.05
# A pulse gives its dose before its rest, so the dose runs ahead of the clock. Assumed.
BEHIND: Final = 0.9
_OVER: Final = (State.COMPLETE, State.STOPPING, State.STOPPED, State.ABORTING, State.ABORTED)


def time_left_s(state: ScanState) -> float | None:
    """Process time to the end of the recipe, None when there is none to come.

    A lower estimate: nothing hinders it, and what only a measurement ends (a temperature that
    falls) counts nothing beyond its waits.
    """
    batch = state.batch
    if batch is None or state.state in _OVER:
        return None
    if batch.started_s is None:
        return sum(planned_s(phase, batch) for phase in batch.phases)
    index = state.position.index
    later = sum(planned_s(phase, batch) for phase in batch.phases[index + 1 :])
    return _left_now_s(batch.phases[index], batch, state) + later


def planned_s(phase: Phase, batch: Batch) -> float:
    """How long a phase takes at least when nothing hinders it."""
    if isinstance(phase, Purge):
        atmosphere = batch.recipe.atmosphere
        swept_s = sweep_s(phase, atmosphere, batch.equipment, free_gas_l(batch))
        return swept_s + phase.dwell_s
    return least_s(phase, batch.equipment.ramp_down_rpm_per_s)


def _left_now_s(phase: Phase, batch: Batch, state: ScanState) -> float:
    elapsed_s = state.totals.process_s - state.position.phase_began_s
    if not isinstance(phase, MillHold | MillPulse):
        return max(0.0, planned_s(phase, batch) - elapsed_s)
    share = min(1.0, dose_share(phase, state.totals, batch.mass_kg))
    plan_s = dose_s(phase, batch.equipment.ramp_down_rpm_per_s)
    if plan_s is None:
        return elapsed_s * (1.0 - share) / share if share >= PACE_SHARE else 0.0
    # By the clock it falls evenly over pulses and rests; by the dose where heat stretches rests.
    return max(plan_s - elapsed_s, BEHIND * plan_s * (1.0 - share))
