"""How long the phases of a recipe take when nothing hinders them, and what argon that needs.

Estimates for checks and for authors: heat stretches the pauses of a pulsed phase, and water leaves
walls and powder more slowly than gas is swept out.
"""

from __future__ import annotations

import math
from typing import Final

from controller.core.constants import AIR_O2_FRACTION
from controller.core.equipment import Equipment
from controller.core.gas import (
    PPM,
    STANDARD_MBAR,
    DecayReading,
    pressure_decay_leak,
    sweep_time_s,
    sweep_volumes,
)
from controller.core.phases import COVERAGE_FACTOR, SLOPE_SETTLE_S, WINDOW_S
from controller.core.recipe import (
    Atmosphere,
    CoolDown,
    LeakTest,
    MillHold,
    MillPhase,
    MillPulse,
    Phase,
    ProveInert,
    Purge,
)

AIR_O2_PPM: Final = AIR_O2_FRACTION.value * PPM
COVER_MBAR_ABS: Final = 1050.0
GAS_C: Final = 25.0


def ramp_s(phase: MillPhase) -> float:
    """Time of the ramp from standstill to the speed of the phase."""
    return phase.rotor_rpm / phase.ramp_rpm_per_s


def pulse_revolutions(phase: MillPulse, ramp_down_rpm_per_s: float) -> float:
    """Turns of one pulse, both ramps included."""
    ramps_s = ramp_s(phase) - phase.rotor_rpm / ramp_down_rpm_per_s
    return phase.rotor_rpm / 60.0 * (phase.on_s - ramps_s / 2.0)


def dose_s(phase: MillPhase, ramp_down_rpm_per_s: float) -> float | None:
    """Time until the dose of a mill phase is given, pauses included; None for a dose of energy.

    The ramp up counts as on-time, and the turns of both ramps count.
    """
    if phase.end_on_time_s is not None:
        if isinstance(phase, MillHold):
            return phase.end_on_time_s
        return phase.end_on_time_s + phase.off_s * _pulses_before(phase.end_on_time_s, phase.on_s)
    if phase.end_revolutions is None:
        return None
    if isinstance(phase, MillHold):
        return _turning_s(phase, phase.end_revolutions)
    per_pulse = pulse_revolutions(phase, ramp_down_rpm_per_s)
    before = _pulses_before(phase.end_revolutions, per_pulse)
    rest = phase.end_revolutions - before * per_pulse
    return before * (phase.on_s + phase.off_s) + _turning_s(phase, rest)


def _pulses_before(dose: float, per_pulse: float) -> int:
    """Whole pulses before the one that reaches the dose."""
    return math.ceil(dose / per_pulse) - 1


def _turning_s(phase: MillPhase, revolutions: float) -> float:
    """Time from standstill until so many turns are made, on the ramp and at speed."""
    on_ramp = phase.rotor_rpm / 60.0 * ramp_s(phase) / 2.0
    if revolutions <= on_ramp:
        return ramp_s(phase) * math.sqrt(revolutions / on_ramp)
    return ramp_s(phase) + (revolutions - on_ramp) * 60.0 / phase.rotor_rpm


def sweep_s(
    phase: Purge, atmosphere: Atmosphere, equipment: Equipment, free_volume_l: float
) -> float:
    """Time to sweep out air: the volumes of the recipe, or more where O2 needs more.

    `atmosphere.o2_start_ppm` must be above what the argon carries.
    """
    for_o2 = sweep_volumes(
        AIR_O2_PPM, atmosphere.o2_start_ppm, equipment.argon_o2_ppm, equipment.sweep_mixing
    )
    volumes = max(phase.min_volumes, for_o2)
    return sweep_time_s(volumes, free_volume_l, phase.argon_flow_slpm, COVER_MBAR_ABS, GAS_C)


def least_s(phase: Phase, ramp_down_rpm_per_s: float) -> float:
    """The least time of a phase: its waits and its dose, 0 where only a measurement ends it."""
    match phase:
        case LeakTest():
            return phase.settle_s + phase.hold_s
        case ProveInert():
            return SLOPE_SETTLE_S + phase.slope_s + phase.dwell_s
        case MillHold() | MillPulse():
            return dose_s(phase, ramp_down_rpm_per_s) or 0.0
        case CoolDown():
            return 0.0
        case _:
            return phase.dwell_s


def argon_l(phase: Phase, duration_s: float, free_volume_l: float) -> float:
    """Argon of a phase that takes `duration_s`, in standard litres."""
    if isinstance(phase, LeakTest):
        return phase.pressure_mbar_g / STANDARD_MBAR * free_volume_l
    return phase.argon_flow_slpm * duration_s / 60.0


def leak_hold_s(phase: LeakTest, equipment: Equipment, free_volume_l: float) -> float:
    """The hold after which the accepted leak rate stands out from the readings' own scatter."""
    reading = DecayReading(STANDARD_MBAR + phase.pressure_mbar_g, GAS_C)
    in_one_second = pressure_decay_leak(
        reading,
        reading,
        1.0,
        free_volume_l,
        pressure_sigma_mbar=equipment.pressure_sigma_mbar,
        temperature_sigma_k=equipment.temperature_sigma_k,
    )
    apart_s = COVERAGE_FACTOR * in_one_second.sigma_mbar_l_s / phase.accept_mbar_l_s
    # The two windows that are averaged lie one window's length closer than the hold is long.
    return apart_s + WINDOW_S
