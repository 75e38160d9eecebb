"""Foreseen times and gas amounts agree with the phases played through step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from recipe_texts import BM_05, LAB

from controller.core.batch import Batch, free_gas_l
from controller.core.gas import DecayReading, pressure_decay_leak, sweep_ppm
from controller.core.phases import COVERAGE_FACTOR
from controller.core.recipe import LeakTest, MillHold, MillPulse, Purge
from controller.core.recipe_time import (
    AIR_O2_PPM,
    argon_l,
    dose_s,
    leak_hold_s,
    pulse_revolutions,
    sweep_s,
)
from controller.core.volume import free_volume_l
from controller.edge.recipefile import parse_recipe

RECIPE = parse_recipe(BM_05.encode(), "bm-05.toml", LAB)
FREE_L = free_volume_l(RECIPE.core, RECIPE.sse, RECIPE.charge.total_mass_g, LAB.vessel_l)
STEP_S = 0.01


def played_s(phase: MillHold | MillPulse, brake: float) -> float:
    """Time until the dose is reached, by small steps of speed, turns and on-time."""
    rpm = turns = on_time_s = 0.0
    into_s, on = 0.0, True
    for step in range(10_000_000):
        if turns >= (phase.end_revolutions or 1e99) or on_time_s >= (phase.end_on_time_s or 1e99):
            return step * STEP_S
        if isinstance(phase, MillPulse) and into_s >= (phase.on_s if on else phase.off_s):
            into_s, on = 0.0, not on
        change = phase.ramp_rpm_per_s if on else -brake
        before, rpm = rpm, min(phase.rotor_rpm, max(0.0, rpm + change * STEP_S))
        turns += (before + rpm) / 2.0 / 60.0 * STEP_S
        on_time_s += STEP_S if on else 0.0
        into_s += STEP_S
    raise AssertionError("the dose is never reached")


def pulse(end: dict[str, float], rpm: float, ramp: float, on_s: float, off_s: float) -> MillPulse:
    return MillPulse(
        type="mill_pulse",
        rotor_rpm=rpm,
        ramp_rpm_per_s=ramp,
        on_s=on_s,
        off_s=off_s,
        argon_flow_slpm=2.0,
        powder_high_c=48.0,
        powder_low_c=42.0,
        time_limit_s=3600.0,
        **end,
    )


def test_the_pulses_of_the_example() -> None:
    mill = RECIPE.phases[3]
    assert isinstance(mill, MillPulse)
    # 10 s up to 100 turns a second, 20 s at speed, 5 s down: 500 + 2000 + 250.
    assert pulse_revolutions(mill, 1200.0) == pytest.approx(2750.0)
    # The twentieth pulse reaches the dose on its way down.
    assert dose_s(mill, 1200.0) == pytest.approx(19 * 90.0 + 10.0 + 22.5)


@given(
    st.sampled_from(["end_revolutions", "end_on_time_s"]),
    st.integers(0, 4),
    st.floats(0.05, 0.95),
    st.floats(100.0, 10_000.0),
    st.floats(10.0, 40.0),
    st.floats(0.0, 1.0),
)
def test_pulses_take_as_long_as_played(
    end: str, whole: int, part: float, rpm: float, on_s: float, steep: float
) -> None:
    ramp = rpm / (1.0 + 8.0 * steep)
    off_s, brake = 30.0, rpm / 5.0
    phase = pulse({end: 1.0}, rpm, ramp, on_s, off_s)
    per_pulse = pulse_revolutions(phase, brake) if end == "end_revolutions" else on_s
    # Never just at the end of a pulse, where one step more or less is a whole pause.
    phase = replace(phase, **{end: (whole + part) * per_pulse})
    foreseen = dose_s(phase, brake)
    assert foreseen is not None
    # Turns made while the blade runs down are foreseen as if they were made at speed.
    assert foreseen == pytest.approx(played_s(phase, brake), abs=5.0 + 2 * STEP_S)


@given(st.floats(1.0, 5_000.0), st.floats(100.0, 10_000.0), st.floats(1.0, 1_000.0))
def test_a_hold_takes_as_long_as_played(dose: float, rpm: float, ramp: float) -> None:
    assume(dose / (rpm / 60.0) < 600.0)
    phase = MillHold(
        type="mill_hold",
        rotor_rpm=rpm,
        ramp_rpm_per_s=ramp,
        argon_flow_slpm=2.0,
        powder_high_c=48.0,
        powder_low_c=42.0,
        time_limit_s=3600.0,
        end_revolutions=dose,
    )
    assert dose_s(phase, 1.0) == pytest.approx(played_s(phase, 1.0), abs=2 * STEP_S)


def test_free_volume_is_that_of_the_batch() -> None:
    batch = Batch(id="b", recipe=RECIPE, operator="o", equipment=LAB)
    assert free_gas_l(batch) == pytest.approx(FREE_L, rel=1e-12)


def test_the_sweep_reaches_the_start_limit() -> None:
    purge = RECIPE.phases[1]
    assert isinstance(purge, Purge)
    for volumes in (1.0, 40.0):
        phase = Purge(
            type="purge",
            argon_flow_slpm=5.0,
            min_volumes=volumes,
            dwell_s=60.0,
            time_limit_s=600.0,
        )
        swept = sweep_s(phase, RECIPE.atmosphere, LAB, FREE_L) / 60.0 * 5.0 / FREE_L
        left = sweep_ppm(AIR_O2_PPM, LAB.argon_o2_ppm, swept * 1.0526, LAB.sweep_mixing)
        assert left == pytest.approx(10.0, rel=0.05) if volumes == 1.0 else left < 2.1


def test_the_leak_stands_out_after_the_foreseen_hold() -> None:
    leak = RECIPE.phases[0]
    assert isinstance(leak, LeakTest)
    reading = DecayReading(1213.25, 25.0)
    found = pressure_decay_leak(
        reading,
        reading,
        leak_hold_s(leak, LAB, FREE_L) - 10.0,
        FREE_L,
        pressure_sigma_mbar=LAB.pressure_sigma_mbar,
        temperature_sigma_k=LAB.temperature_sigma_k,
    )
    assert COVERAGE_FACTOR * found.sigma_mbar_l_s == pytest.approx(leak.accept_mbar_l_s)


def test_argon_of_a_fill_and_of_a_sweep() -> None:
    assert argon_l(RECIPE.phases[0], 420.0, FREE_L) == pytest.approx(FREE_L * 200.0 / 1013.25)
    assert argon_l(RECIPE.phases[1], 120.0, FREE_L) == pytest.approx(10.0)
