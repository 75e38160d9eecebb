"""The phases: what each asks of the plant in this scan, and when it has reached its end.

A phase ends on what was measured, never on hope: every wait has a time limit, counted on the
process clock, which stands still while the batch is held.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from controller.core.batch import (
    J_PER_KWH,
    Average,
    Batch,
    Position,
    Step,
    Totals,
    Verdict,
    free_gas_l,
)
from controller.core.gas import DecayReading, actual_l_min, pressure_decay_leak
from controller.core.limits import Limits
from controller.core.recipe import (
    CoolDown,
    LeakTest,
    MillHold,
    MillPhase,
    MillPulse,
    Phase,
    ProveInert,
    Purge,
    SafeToOpen,
)
from controller.core.signals import DriveState, Signal
from controller.core.watch import Watch, stands_still

WINDOW_S: Final = 10.0
FILL_LIMIT_S: Final = 120.0
SLOPE_SETTLE_S: Final = 30.0
COVERAGE_FACTOR: Final = 2.0  # a leak test is stated with its two-sigma uncertainty
_ZERO_C_K: Final = 273.15

_PRESSURE: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)
_AMBIENT: Final = int(Signal.AMBIENT_PRESSURE_MBAR_ABS)
_O2: Final = int(Signal.O2_PPM)
_H2S: Final = int(Signal.H2S_PPM)
_JAR: Final = int(Signal.JAR_C)
_POWDER: Final = int(Signal.POWDER_PROBE_C)
_PERMIT: Final = int(Signal.RUN_PERMIT_FEEDBACK)
_MOTOR: Final = int(Signal.MOTOR_C)
_COOLING: Final = int(Signal.COOLING_FLOW_LPM)
_DRIVE_STATE: Final = int(Signal.DRIVE_STATE)
_RUNNING: Final = float(DriveState.RUNNING)


@dataclass(slots=True, init=False)
class Demand:
    """What a phase asks for. `rotor_rpm` is a target; the scan ramps and limits it."""

    rotor_rpm: Final[float]
    ramp_rpm_per_s: Final[float]
    permit: Final[bool]
    argon_flow_slpm: Final[float]
    exhaust_shut: Final[bool]

    def __init__(
        self,
        rotor_rpm: float = 0.0,
        ramp_rpm_per_s: float = 0.0,
        permit: bool = False,
        argon_flow_slpm: float = 0.0,
        exhaust_shut: bool = False,
    ) -> None:
        self.rotor_rpm = rotor_rpm
        self.ramp_rpm_per_s = ramp_rpm_per_s
        self.permit = permit
        self.argon_flow_slpm = argon_flow_slpm
        self.exhaust_shut = exhaust_shut


NOTHING: Final = Demand()


@dataclass(slots=True, init=False)
class Scene:
    """What a phase may look at. `t_s` is the process clock, `now_s` counts on while held."""

    batch: Final[Batch]
    totals: Final[Totals]
    watch: Final[Watch]
    limits: Final[Limits]
    x: Final[Sequence[float]]
    now_s: Final[float]
    t_s: Final[float]

    def __init__(
        self,
        batch: Batch,
        totals: Totals,
        watch: Watch,
        limits: Limits,
        x: Sequence[float],
        now_s: float,
        t_s: float,
    ) -> None:
        self.batch = batch
        self.totals = totals
        self.watch = watch
        self.limits = limits
        self.x = x
        self.now_s = now_s
        self.t_s = t_s


P = TypeVar("P", bound=Phase)


def run_phase(phase: Phase, position: Position, scene: Scene) -> tuple[Position, Demand]:
    """One scan of `phase`. The phase has ended when the position's step is `Step.DONE`."""
    position, demand = _RUNNERS[type(phase)](phase, position, scene)
    late = scene.t_s - position.phase_began_s > phase.time_limit_s
    if late and position.step is not Step.DONE and position.verdict is Verdict.GOING:
        position = replace(position, verdict=Verdict.TIME_LIMIT)
    return position, demand


def enter(position: Position, index: int, t_s: float) -> Position:
    """The position at the beginning of phase `index`; results found so far are kept."""
    return replace(
        position,
        index=index,
        step=Step.BEGIN,
        phase_began_s=t_s,
        step_began_s=t_s,
        pulses=0,
        first=Average(),
        last=Average(),
        verdict=Verdict.GOING,
        again=False,
    )


def _to(position: Position, step: Step, t_s: float) -> Position:
    return replace(position, step=step, step_began_s=t_s)


def _averaged(average: Average, scene: Scene) -> Average:
    x = scene.x
    return Average(
        average.count + 1,
        average.pressure_mbar + x[_PRESSURE] + x[_AMBIENT],
        average.kelvin + x[_JAR] + _ZERO_C_K,
        average.powder_kelvin + x[_POWDER] + _ZERO_C_K,
        average.o2_ppm + x[_O2],
        average.mid_s + scene.t_s,
    )


def _measured(position: Position, scene: Scene, length_s: float) -> Position:
    """Adds this scan to the first or the last window of a measurement of `length_s`."""
    into_s = scene.t_s - position.step_began_s
    if into_s <= WINDOW_S:
        return position.having_measured(_averaged(position.first, scene), position.last)
    if into_s >= length_s - WINDOW_S:
        return position.having_measured(position.first, _averaged(position.last, scene))
    return position


def _leak_test(phase: LeakTest, position: Position, scene: Scene) -> tuple[Position, Demand]:
    t_s, into_s = scene.t_s, scene.t_s - position.step_began_s
    shut = Demand(exhaust_shut=True)
    if position.step is Step.BEGIN:
        position = _to(position, Step.FILL, t_s)
    if position.step is Step.FILL:
        if scene.x[_PRESSURE] >= phase.pressure_mbar_g:
            return _to(position, Step.SETTLE, t_s), shut
        if into_s > FILL_LIMIT_S:
            position = replace(position, verdict=Verdict.LEAKS)
        flow_slpm = _fill_flow_slpm(scene.batch)
        return position, Demand(argon_flow_slpm=flow_slpm, exhaust_shut=True)
    if position.step is Step.SETTLE:
        if into_s >= phase.settle_s:
            position = _to(position, Step.MEASURE, t_s)
        return position, shut
    if position.step is Step.MEASURE:
        position = _measured(position, scene, phase.hold_s)
        if into_s >= phase.hold_s and position.verdict is Verdict.GOING:
            position = _leak_result(phase, position, scene)
    return position, shut


def _fill_flow_slpm(batch: Batch) -> float:
    """About ten seconds for the fill of 0.2 bar, within what the flow controller can do."""
    equipment = batch.equipment
    return min(equipment.argon_flow_max_slpm, max(1.0, 1.2 * equipment.vessel_l))


def _leak_result(phase: LeakTest, position: Position, scene: Scene) -> Position:
    first, last = position.first, position.last
    equipment = scene.batch.equipment
    sums = (first.pressure_mbar, first.kelvin, last.pressure_mbar, last.kelvin)
    unsettled_k = _unsettled_k(first, last)
    if not all(map(math.isfinite, (*sums, unsettled_k))):
        return replace(position, verdict=Verdict.LEAK_INCONCLUSIVE)
    leak = pressure_decay_leak(
        _reading(first),
        _reading(last),
        last.mid_s / last.count - first.mid_s / first.count,
        free_gas_l(scene.batch),
        pressure_sigma_mbar=equipment.pressure_sigma_mbar,
        temperature_sigma_k=math.hypot(equipment.temperature_sigma_k, unsettled_k),
    )
    found = replace(position, leak_rate_mbar_l_s=leak.rate_mbar_l_s)
    if COVERAGE_FACTOR * leak.sigma_mbar_l_s > phase.accept_mbar_l_s:
        return replace(found, verdict=Verdict.LEAK_INCONCLUSIVE)
    # Both signs: gas that comes in is a leak of the supply valve, not a tight vessel.
    if abs(leak.rate_mbar_l_s) > phase.accept_mbar_l_s:
        return replace(found, verdict=Verdict.LEAKS)
    return _to(found, Step.DONE, scene.t_s)


def _unsettled_k(first: Average, last: Average) -> float:
    """Standard deviation of the gas's temperature in each reading, from what is not known of its
    change: that lies between the changes of jar and powder, which go different ways while a jar
    that was just docked settles. A rectangular distribution, over two readings; NaN without a
    whole test.
    """
    if not (first.count and last.count):
        return math.nan
    jar_k = last.kelvin / last.count - first.kelvin / first.count
    powder_k = last.powder_kelvin / last.count - first.powder_kelvin / first.count
    return abs(jar_k - powder_k) / math.sqrt(24.0)


def _reading(average: Average) -> DecayReading:
    return DecayReading(
        average.pressure_mbar / average.count, average.kelvin / average.count - _ZERO_C_K
    )


def _purge(phase: Purge, position: Position, scene: Scene) -> tuple[Position, Demand]:
    sweep = Demand(argon_flow_slpm=phase.argon_flow_slpm)
    if position.step is Step.BEGIN:
        position = _to(position, Step.SWEEP, scene.t_s)
    elif position.step is Step.SWEEP and _swept(phase, scene, position):
        position = _to(position, Step.DWELL, scene.t_s)
    elif position.step is Step.DWELL:
        if scene.watch.start_ok_since_s == math.inf:
            position = _to(position, Step.SWEEP, scene.t_s)
        elif scene.t_s - position.step_began_s >= phase.dwell_s:
            position = _to(position, Step.DONE, scene.t_s)
    return position, sweep


def _swept(phase: Purge, scene: Scene, position: Position) -> bool:
    """Enough volumes by the clock of the commanded sweep, and both gases within start limits."""
    per_min = actual_l_min(phase.argon_flow_slpm, 1050.0, 25.0) / free_gas_l(scene.batch)
    volumes = (scene.t_s - position.phase_began_s) / 60.0 * per_min
    return volumes >= phase.min_volumes and scene.watch.start_ok_since_s != math.inf


def _prove_inert(phase: ProveInert, position: Position, scene: Scene) -> tuple[Position, Demand]:
    t_s, into_s = scene.t_s, scene.t_s - position.step_began_s
    shut = Demand(exhaust_shut=True)
    if position.step is Step.BEGIN:
        return _to(position, Step.SETTLE, t_s), shut
    if position.step is Step.SETTLE:
        if into_s >= SLOPE_SETTLE_S:
            position = _to(position, Step.MEASURE, t_s)
        return position, shut
    if position.step is Step.MEASURE:
        position = _measured(position, scene, phase.slope_s)
        if into_s >= phase.slope_s and position.verdict is Verdict.GOING:
            position = _slope_result(phase, position, scene)
        return position, shut
    if position.step is Step.DWELL and _proven(phase, position, scene):
        position = _to(position, Step.DONE, t_s)
    return position, Demand(argon_flow_slpm=phase.argon_flow_slpm)


def _slope_result(phase: ProveInert, position: Position, scene: Scene) -> Position:
    first, last = position.first, position.last
    if not (first.count and last.count and math.isfinite(first.o2_ppm + last.o2_ppm)):
        return replace(position, verdict=Verdict.SLOPE_TOO_STEEP)
    rise_ppm = last.o2_ppm / last.count - first.o2_ppm / first.count
    apart_min = (last.mid_s / last.count - first.mid_s / first.count) / 60.0
    slope = rise_ppm / apart_min
    found = replace(position, o2_slope_ppm_per_min=slope)
    if slope > phase.o2_slope_max_ppm_per_min:
        return replace(found, verdict=Verdict.SLOPE_TOO_STEEP)
    return _to(found, Step.DWELL, scene.t_s)


def _proven(phase: ProveInert, position: Position, scene: Scene) -> bool:
    dwell_s = max(phase.dwell_s, scene.limits.start_dwell_s)
    held_s = scene.now_s - scene.watch.start_ok_since_s
    return held_s >= dwell_s and scene.t_s - position.step_began_s >= dwell_s


def _mill(phase: MillPhase, position: Position, scene: Scene) -> tuple[Position, Demand]:
    t_s, into_s, x = scene.t_s, scene.t_s - position.step_began_s, scene.x
    flow = phase.argon_flow_slpm
    if position.step is Step.BEGIN:
        position = _to(position, Step.ENABLE, t_s)
    if position.step is Step.ENABLE:
        if not _may_begin(phase, scene):
            return position, Demand(argon_flow_slpm=flow)
        if x[_PERMIT] == 1.0:
            position = replace(_to(position, Step.ON, t_s), pulses=position.pulses + 1)
        return position, Demand(permit=True, argon_flow_slpm=flow)
    if position.step is Step.ON:
        if dose_reached(phase, scene):
            position = _to(position, Step.RUN_DOWN, t_s)
        elif into_s >= _on_s(phase) or not x[_POWDER] <= phase.powder_high_c:
            position = _to(position, Step.OFF, t_s)
        else:
            return position, Demand(phase.rotor_rpm, phase.ramp_rpm_per_s, True, flow)
    elif position.step is Step.OFF:
        if dose_reached(phase, scene):
            position = _to(position, Step.RUN_DOWN, t_s)
        elif into_s >= _off_s(phase) and x[_POWDER] <= phase.powder_low_c:
            position = replace(_to(position, Step.ON, t_s), pulses=position.pulses + 1)
    elif position.step is Step.RUN_DOWN:
        if stands_still(scene.watch, scene.batch.equipment, scene.now_s):
            position = _to(position, Step.DONE, t_s)
        return position, Demand(argon_flow_slpm=flow)
    return position, Demand(permit=True, argon_flow_slpm=flow)


def _may_begin(phase: MillPhase, scene: Scene) -> bool:
    """Before the run permit is given: start limits hold, nothing is warm or UNKNOWN, cooling flows.

    What a running blade would be held for must not be found out by starting it.
    """
    x, limits = scene.x, scene.limits
    return (
        scene.watch.start_ok_since_s != math.inf
        and x[_POWDER] <= phase.powder_high_c
        and x[_JAR] <= limits.powder_warn_c
        and x[_MOTOR] <= limits.motor_warn_c
        and x[_COOLING] >= limits.cooling_flow_hold_lpm
        and x[_DRIVE_STATE] < _RUNNING
    )


def _on_s(phase: MillPhase) -> float:
    return phase.on_s if isinstance(phase, MillPulse) else math.inf


def _off_s(phase: MillPhase) -> float:
    return phase.off_s if isinstance(phase, MillPulse) else 0.0


def dose_reached(phase: MillPhase, scene: Scene) -> bool:
    """Whether the segment has had its dose, whichever of the three ends it names."""
    return dose_share(phase, scene.totals, scene.batch.mass_kg) >= 1.0


def dose_share(phase: MillPhase, totals: Totals, mass_kg: float) -> float:
    """How much of the segment's dose has been given, 1.0 is all of it."""
    if phase.end_revolutions is not None:
        return totals.dose_revolutions / phase.end_revolutions
    if phase.end_on_time_s is not None:
        return totals.dose_on_time_s / phase.end_on_time_s
    if phase.end_energy_kwh_per_kg is not None:
        return totals.dose_energy_j / (phase.end_energy_kwh_per_kg * mass_kg * J_PER_KWH)
    return 1.0


def _cool_down(phase: CoolDown, position: Position, scene: Scene) -> tuple[Position, Demand]:
    cool = scene.x[_POWDER] <= phase.powder_c and scene.x[_JAR] <= phase.powder_c
    if position.step is Step.BEGIN:
        position = _to(position, Step.WAIT, scene.t_s)
    elif cool and stands_still(scene.watch, scene.batch.equipment, scene.now_s):
        position = _to(position, Step.DONE, scene.t_s)
    return position, Demand(argon_flow_slpm=phase.argon_flow_slpm)


def _safe_to_open(phase: SafeToOpen, position: Position, scene: Scene) -> tuple[Position, Demand]:
    still = stands_still(scene.watch, scene.batch.equipment, scene.now_s)
    safe = still and scene.x[_H2S] <= phase.h2s_max_ppm
    if position.step is Step.BEGIN or (position.step is Step.DWELL and not safe):
        position = _to(position, Step.WAIT, scene.t_s)
    elif position.step is Step.WAIT and safe:
        position = _to(position, Step.DWELL, scene.t_s)
    elif position.step is Step.DWELL and scene.t_s - position.step_began_s >= phase.dwell_s:
        position = _to(position, Step.DONE, scene.t_s)
    return position, Demand(argon_flow_slpm=phase.argon_flow_slpm)


_Runner = Callable[..., tuple[Position, Demand]]
_RUNNERS: Final[dict[type[Phase], _Runner]] = {
    LeakTest: _leak_test,
    Purge: _purge,
    ProveInert: _prove_inert,
    MillHold: _mill,
    MillPulse: _mill,
    CoolDown: _cool_down,
    SafeToOpen: _safe_to_open,
}
