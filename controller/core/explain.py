"""What the batch is doing, in words for people: phase, step, and what it is waiting for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from controller.core.batch import Batch, Position, Step
from controller.core.labels import phase_label
from controller.core.phases import SLOPE_SETTLE_S, dose_share
from controller.core.recipe import (
    CoolDown,
    LeakTest,
    MillHold,
    MillPhase,
    MillPulse,
    Phase,
    ProveInert,
    Purge,
)
from controller.core.signals import Signal
from controller.core.state import ScanState
from controller.core.states import State

WAITING_STATES: Final[dict[State, str]] = {
    State.IDLE: "a recipe, a charge, and start",
    State.STARTING: "lid locked, drive and argon flow ready",
    State.PAUSING: "the end of this pulse or phase",
    State.PAUSED: "resume",
    State.RESUMING: "drive ready",
    State.HOLDING: "standstill",
    State.HELD: "the cause cleared and acknowledged, then restart; or stop",
    State.RESTARTING: "drive ready",
    State.STOPPING: "standstill",
    State.STOPPED: "lid release, then reset",
    State.ABORTING: "standstill",
    State.ABORTED: "lid release when safe, then reset",
    State.COMPLETE: "lid release, then reset",
    State.RESETTING: "outputs off",
}


@dataclass(frozen=True, slots=True)
class PhaseStory:
    """The phase under way. `progress` is 0 to 1, by dose or by time, whichever ends the phase."""

    index: int
    count: int
    type: str
    label: str
    step: str
    waiting_for: str
    elapsed_s: float
    limit_s: float
    progress: float


def phase_story(state: ScanState, x: Sequence[float]) -> PhaseStory | None:
    """The story of the phase under way, None without a started batch."""
    batch = state.batch
    if batch is None or batch.started_s is None:
        return None
    position = state.position
    phase = batch.phases[position.index]
    elapsed_s = state.totals.process_s - position.phase_began_s
    step, waiting, progress = _detail(phase, state, batch, x)
    return PhaseStory(
        index=position.index,
        count=len(batch.phases),
        type=phase.type,
        label=phase_label(phase),
        step=step,
        waiting_for=WAITING_STATES.get(state.state, waiting),
        elapsed_s=elapsed_s,
        limit_s=phase.time_limit_s,
        progress=min(max(progress, 0.0), 1.0),
    )


def _left(total_s: float, state: ScanState) -> float:
    return max(0.0, total_s - (state.totals.process_s - state.position.step_began_s))


def _share(total_s: float, state: ScanState) -> float:
    return 1.0 - _left(total_s, state) / total_s if total_s > 0.0 else 1.0


def _detail(
    phase: Phase, state: ScanState, batch: Batch, x: Sequence[float]
) -> tuple[str, str, float]:
    if isinstance(phase, LeakTest):
        return _leak_test(phase, state, x)
    if isinstance(phase, Purge):
        return _purge(phase, state, x)
    if isinstance(phase, ProveInert):
        return _prove(phase, state, x)
    if isinstance(phase, MillHold | MillPulse):
        return _mill(phase, state, batch, x)
    if isinstance(phase, CoolDown):
        text = f"powder {_number(x[Signal.POWDER_PROBE_C], 1)} °C to reach {phase.powder_c:g} °C"
        return "cooling", text, _closeness(x[Signal.POWDER_PROBE_C], phase.powder_c)
    text = f"H2S {_number(x[Signal.H2S_PPM], 1)} ppm at most {phase.h2s_max_ppm:g} ppm for"
    dwell = state.position.step is Step.DWELL
    return (
        "dwell" if dwell else "waiting",
        f"{text} {_left(phase.dwell_s, state) if dwell else phase.dwell_s:.0f} s, and standstill",
        _share(phase.dwell_s, state) if dwell else 0.0,
    )


def _leak_test(phase: LeakTest, state: ScanState, x: Sequence[float]) -> tuple[str, str, float]:
    pressure = x[Signal.VESSEL_PRESSURE_MBAR_G]
    if state.position.step is Step.SETTLE:
        left_s = _left(phase.settle_s, state)
        return "settle", f"gas to settle, {left_s:.0f} s", 0.1 + 0.2 * _share(phase.settle_s, state)
    if state.position.step is Step.MEASURE:
        left_s = _left(phase.hold_s, state)
        return "measure", f"pressure decay, {left_s:.0f} s", 0.3 + 0.7 * _share(phase.hold_s, state)
    text = f"pressure {_number(pressure, 0)} to reach {phase.pressure_mbar_g:g} mbar gauge"
    return "fill", text, 0.1 * pressure / phase.pressure_mbar_g if pressure == pressure else 0.0


def _purge(phase: Purge, state: ScanState, x: Sequence[float]) -> tuple[str, str, float]:
    limits = state.matrix.limits
    if state.position.step is Step.DWELL:
        left_s = _left(phase.dwell_s, state)
        return (
            "dwell",
            f"O2, H2O and H2S to stay low, {left_s:.0f} s",
            0.8 + 0.2 * _share(phase.dwell_s, state),
        )
    o2, h2o = x[Signal.O2_PPM], x[Signal.H2O_PPM]
    text = (
        f"O2 {_number(o2, 1)} to fall to {limits.o2_start_ppm:g} ppm,"
        f" H2O {_number(h2o, 1)} to {limits.h2o_start_ppm:g} ppm"
    )
    return "sweep", text, 0.8 * _closeness(o2, limits.o2_start_ppm)


def _prove(phase: ProveInert, state: ScanState, x: Sequence[float]) -> tuple[str, str, float]:
    step = state.position.step
    if step is Step.DWELL:
        need_s = max(phase.dwell_s, state.matrix.limits.start_dwell_s)
        left_s = _left(need_s, state)
        return "dwell", f"start limits to hold, {left_s:.0f} s", 0.5 + 0.5 * _share(need_s, state)
    total_s = SLOPE_SETTLE_S if step is Step.SETTLE else phase.slope_s
    left_s = _left(total_s, state)
    share = 0.5 * _share(total_s, state) if step is Step.MEASURE else 0.0
    return "sweep shut", f"O2 slope, {left_s:.0f} s; O2 {_number(x[Signal.O2_PPM], 2)} ppm", share


def _mill(
    phase: MillPhase, state: ScanState, batch: Batch, x: Sequence[float]
) -> tuple[str, str, float]:
    share = dose_share(phase, state.totals, batch.mass_kg)
    dose = _dose_text(phase, state, batch)
    position = state.position
    probe = x[Signal.POWDER_PROBE_C]
    if position.step is Step.ON:
        return f"pulse {position.pulses} on", dose, share
    if position.step is Step.OFF:
        return (
            f"pulse {position.pulses} rest",
            f"{dose}; {_rest(phase, position, state, probe)}",
            (share),
        )
    if position.step is Step.RUN_DOWN:
        return "run-down", "standstill", share
    return "enable drive", "start limits, temperatures, cooling and the run permit", share


def _rest(phase: MillPhase, position: Position, state: ScanState, probe: float) -> str:
    left_s = _left(phase.off_s, state) if isinstance(phase, MillPulse) else 0.0
    if left_s > 0.0:
        return f"rest {left_s:.0f} s"
    del position
    return f"powder {_number(probe, 1)} °C to fall to {phase.powder_low_c:g} °C"


def _dose_text(phase: MillPhase, state: ScanState, batch: Batch) -> str:
    totals = state.totals
    if phase.end_revolutions is not None:
        return f"{totals.dose_revolutions:.0f} of {phase.end_revolutions:.0f} revolutions"
    if phase.end_on_time_s is not None:
        return f"{totals.dose_on_time_s:.0f} of {phase.end_on_time_s:.0f} s blade time"
    energy = totals.dose_energy_j / 3.6e6 / batch.mass_kg
    return f"{energy:.3f} of {phase.end_energy_kwh_per_kg:g} kWh/kg"


def _closeness(value: float, target: float) -> float:
    """How near a falling value is to its target, on a log scale from a hundred times of it."""
    if not value > target > 0.0:
        return 1.0 if value <= target else 0.0
    return 1.0 - math.log(min(value, 100.0 * target) / target) / math.log(100.0)


def _number(value: float, decimals: int) -> str:
    if value != value:
        return "UNKNOWN"
    if math.isinf(value):
        return "above range"
    return f"{value:.{decimals}f}"
