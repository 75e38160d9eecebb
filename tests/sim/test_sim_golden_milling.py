"""Milling runs with known results: prescribed speed, heat, kinetics.

All start at 22 °C with jacket and room at 22 °C. Speed is prescribed and linear; the ramp up
counts as on-time, the ramp down of a pulse lies in its off-time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from sim.coating import Coating
from sim.drive import Drive
from sim.parameters import LAB, PILOT, Charge, MillParameters
from sim.thermal import Heat

DT_S = 0.1
LAB_CHARGE = Charge(cam_kg=0.095, sse_kg=0.005)
PILOT_CHARGE = Charge(cam_kg=5.7, sse_kg=0.3)


@dataclass(frozen=True)
class Result:
    coating: Coating
    kwh_kg: float
    powder_max_c: float
    attached_max: float
    seconds_to_95: float
    revolutions: float


def continuous(target_rps: float, up_rps_s: float, seconds: float) -> Iterator[float]:
    """Speed in the middle of each step."""
    for i in range(round(seconds / DT_S)):
        yield min(target_rps, up_rps_s * (i + 0.5) * DT_S)


def pulsed(target_rps: float, pulses: int = 20) -> Iterator[float]:
    for _ in range(pulses):
        for i in range(300):
            yield min(target_rps, 10.0 * (i + 0.5) * DT_S)
        for i in range(600):
            yield max(0.0, target_rps - 20.0 * (i + 0.5) * DT_S)


def mill(
    speeds: Iterator[float],
    *,
    jacket: bool = True,
    parameters: MillParameters = LAB,
    charge: Charge = LAB_CHARGE,
) -> Result:
    drive = Drive(parameters.drive, 22.0)
    drive.load(charge.mass_kg)
    heat = Heat(parameters.thermal, 22.0)
    heat.load(charge.mass_kg, 22.0)
    coating = Coating(parameters.coating, charge, parameters.drive.blade_m)
    powder_max_c = attached_max = revolutions = 0.0
    seconds_to_95 = float("inf")
    for step, rps in enumerate(speeds, 1):
        cohesion = drive.cohesion(coating.agglomerated, coating.attached, coating.lost)
        friction_w, windage_w, powder_w = drive.powers_w(rps, cohesion)
        coating.step(DT_S, rps, powder_w)
        wall_w = windage_w + 0.5 * friction_w
        heat.step(DT_S, rps, powder_w, wall_w, 1.0 if jacket else 0.0, 22.0, 22.0)
        total = coating.agglomerated + coating.free + coating.attached + coating.lost
        assert abs(total - 1.0) < 1e-9
        revolutions += rps * DT_S
        powder_max_c = max(powder_max_c, heat.powder_c)
        attached_max = max(attached_max, coating.attached)
        if coating.attached >= 0.95:
            seconds_to_95 = min(seconds_to_95, step * DT_S)
    kwh_kg = coating.energy_j_kg / 3.6e6
    return Result(coating, kwh_kg, powder_max_c, attached_max, seconds_to_95, revolutions)


RUNS: dict[str, tuple[Callable[[], Result], tuple[float, float, float, float, float, float]]] = {
    # name: run, (revolutions, kWh/kg, hottest powder °C, attached, coverage, conductivity)
    "6000 rpm, no jacket": (
        lambda: mill(continuous(100.0, 10.0, 600.0), jacket=False),
        (59_500, 0.1513, 105.1, 0.9969, 0.915, 0.897),
    ),
    "6000 rpm, jacket": (
        lambda: mill(continuous(100.0, 10.0, 600.0)),
        (59_500, 0.1513, 60.9, 0.9969, 0.915, 0.897),
    ),
    "6000 rpm pulsed, no jacket": (
        lambda: mill(pulsed(100.0), jacket=False),
        (55_000, 0.1234, 66.1, 0.9897, 0.912, 0.915),
    ),
    "6000 rpm pulsed, jacket": (
        lambda: mill(pulsed(100.0)),
        (55_000, 0.1234, 49.3, 0.9897, 0.912, 0.915),
    ),
    "3000 rpm 10 min": (
        lambda: mill(continuous(50.0, 10.0, 600.0)),
        (29_900, 0.0234, 28.0, 0.4172, 0.458, 0.983),
    ),
    "3000 rpm 30 min": (
        lambda: mill(continuous(50.0, 10.0, 1800.0)),
        (89_900, 0.0630, 28.0, 0.8708, 0.851, 0.956),
    ),
    "10,000 rpm": (
        lambda: mill(continuous(10_000.0 / 60.0, 10.0, 600.0)),
        (98_600, 0.6659, 185.7, 0.7502, 0.846, 0.619),
    ),
    "6000 rpm, coarse electrolyte": (
        lambda: mill(continuous(100.0, 10.0, 600.0), charge=replace(LAB_CHARGE, sse_d50_m=3e-6)),
        (59_500, 0.1513, 60.9, 0.9969, 0.482, 0.897),
    ),
    "pilot": (
        lambda: mill(continuous(23.0, 1.0, 1800.0), parameters=PILOT, charge=PILOT_CHARGE),
        (41_100, 0.1091, 57.2, 0.9812, 0.908, 0.924),
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_golden_run(name: str) -> None:
    run, expected = RUNS[name]
    result = run()
    coating = result.coating
    found = (
        result.revolutions,
        result.kwh_kg,
        result.powder_max_c,
        coating.attached,
        coating.coverage,
        coating.conductivity,
    )
    assert found == pytest.approx(expected, rel=0.01)


def test_six_thousand_rpm_attaches_95_percent_in_326_s() -> None:
    assert mill(continuous(100.0, 10.0, 600.0)).seconds_to_95 == pytest.approx(326.0, rel=0.01)


def test_below_the_critical_speed_nothing_breaks_or_gets_lost() -> None:
    coating = mill(continuous(100.0, 10.0, 600.0)).coating
    assert coating.lost == 0.0
    assert coating.broken == 0.0


def test_overmilling_rises_then_falls() -> None:
    result = mill(continuous(10_000.0 / 60.0, 10.0, 600.0))
    coating = result.coating
    assert result.attached_max == pytest.approx(0.9048, rel=0.01)
    assert coating.attached < 0.9 * result.attached_max
    assert coating.broken == pytest.approx(0.0808, rel=0.01)
    assert coating.lost == pytest.approx(0.2049, rel=0.01)


def test_pulses_stay_cooler_at_equal_revolutions() -> None:
    steady = mill(continuous(100.0, 10.0, 555.0), jacket=False)
    pulses = mill(pulsed(100.0), jacket=False)
    assert pulses.revolutions == pytest.approx(steady.revolutions, rel=1e-3)
    assert pulses.powder_max_c < steady.powder_max_c - 20.0


def test_thickness_starts_at_the_limit_of_one_smeared_guest() -> None:
    """At nothing attached, a patch is as thick as its guests make it: no division by zero."""
    coating = Coating(LAB.coating, LAB_CHARGE, LAB.drive.blade_m)
    bare_nm = coating.local_nm
    spread = 4.0 * 0.8 / 13.0
    assert bare_nm == pytest.approx(0.5 * 13e3 * ((1.0 + spread) ** (1 / 3) - 1.0), rel=1e-12)
    assert coating.mean_nm == 0.0
    coating.attached = 1e-6
    assert coating.local_nm == pytest.approx(bare_nm, rel=1e-4)


def test_finished_shell_has_the_mass_of_all_electrolyte() -> None:
    """Full coverage, all attached: 316.7 nm dense for 5 wt% on 13 µm."""
    coating = Coating(LAB.coating, LAB_CHARGE, LAB.drive.blade_m)
    coating.attached, coating.smear = 1.0, 100.0
    assert coating.local_nm == pytest.approx(316.7, abs=0.1)
    assert coating.mean_nm == pytest.approx(316.7, abs=0.1)
