"""Whether a mill can run a recipe: its speeds, masses, flows and limits."""

from __future__ import annotations

import math
from collections.abc import Iterator

from controller.core.equipment import Equipment
from controller.core.limits import limits_for
from controller.core.recipe import (
    Atmosphere,
    LeakTest,
    MillHold,
    MillPhase,
    MillPulse,
    Phase,
)
from controller.core.recipe_parts import Problem, RecipeParts, number

Path = tuple[str | int, ...]


def fit_problems(parts: RecipeParts, equipment: Equipment) -> Iterator[Problem]:
    """Every problem that this mill has with the recipe."""
    if parts.charge is not None:
        low, high = equipment.charge_min_g, equipment.charge_max_g
        mass = parts.charge.total_mass_g
        yield from _span(("charge", "total_mass_g"), mass, low, high, "g")
    if parts.atmosphere is not None:
        yield from _argon_problems(parts.atmosphere, equipment)
    for index, phase in enumerate(parts.phases):
        if phase is not None:
            yield from _phase_problems(phase, ("phases", index), equipment)


def _span(path: Path, value: float, low: float, high: float, unit: str) -> Iterator[Problem]:
    if not low <= value <= high:
        allowed = f"{number(low)} to {number(high)} {unit}"
        yield Problem(path, f"is {number(value)}; this mill allows {allowed}")


def _most(path: Path, value: float, high: float, unit: str) -> Iterator[Problem]:
    if value > high:
        why = f"is {number(value)}; this mill allows up to {number(high)} {unit}"
        yield Problem(path, why)


def _argon_problems(atmosphere: Atmosphere, equipment: Equipment) -> Iterator[Problem]:
    for key, supplied in (
        ("o2_start_ppm", equipment.argon_o2_ppm),
        ("h2o_start_ppm", equipment.argon_h2o_ppm),
    ):
        value = getattr(atmosphere, key)
        if value <= supplied:
            yield Problem(
                ("atmosphere", key),
                f"is {number(value)}; must be more than the {number(supplied)} ppm that this"
                " mill's argon carries, or it is never reached",
            )


def _phase_problems(phase: Phase, path: Path, equipment: Equipment) -> Iterator[Problem]:
    if isinstance(phase, LeakTest):
        high = equipment.leak_test_max_mbar_g
        yield from _most((*path, "pressure_mbar_g"), phase.pressure_mbar_g, high, "mbar gauge")
        accept, high = phase.accept_mbar_l_s, equipment.leak_accept_mbar_l_s
        yield from _most((*path, "accept_mbar_l_s"), accept, high, "mbar L/s")
        return
    high = equipment.argon_flow_max_slpm
    yield from _most((*path, "argon_flow_slpm"), phase.argon_flow_slpm, high, "slpm")
    if isinstance(phase, MillHold | MillPulse):
        yield from _mill_problems(phase, path, equipment)


def _mill_problems(phase: MillPhase, path: Path, equipment: Equipment) -> Iterator[Problem]:
    low, high = equipment.rotor_rpm_min, equipment.rotor_rpm_max
    if not low <= phase.rotor_rpm <= high:
        tips = [
            math.pi * equipment.blade_diameter_m * rpm / 60.0
            for rpm in (phase.rotor_rpm, low, high)
        ]
        yield Problem(
            (*path, "rotor_rpm"),
            f"is {number(phase.rotor_rpm)} (tip {tips[0]:.1f} m/s); this mill allows"
            f" {number(low)} to {number(high)} rpm (tip {tips[1]:.1f} to {tips[2]:.1f} m/s)",
        )
    ramp, high = phase.ramp_rpm_per_s, equipment.ramp_up_max_rpm_per_s
    yield from _most((*path, "ramp_rpm_per_s"), ramp, high, "rpm/s")
    limits = limits_for(equipment, None)
    # A pulse that ends on temperature must end before the mill warns or trips on it.
    high = min(limits.powder_warn_c, limits.powder_trip_c)
    yield from _most((*path, "powder_high_c"), phase.powder_high_c, high, "°C")
