"""Whether a recipe's time limits and a full cylinder of argon are enough for what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from controller.core.equipment import Equipment
from controller.core.recipe import Atmosphere, LeakTest, MillHold, MillPulse, Phase, Purge
from controller.core.recipe_parts import Problem, RecipeParts, number
from controller.core.recipe_time import (
    argon_l,
    leak_hold_s,
    least_s,
    ramp_s,
    sweep_s,
)
from controller.core.volume import free_volume_l

MAX_BATCH_S: Final = 86_400.0


def budget_problems(parts: RecipeParts, equipment: Equipment | None) -> Iterator[Problem]:
    """Every wait that cannot end in time; with `equipment`, its brake, its gas and its vessel."""
    limits_s = sum(phase.time_limit_s for phase in parts.phases if phase is not None)
    if limits_s > MAX_BATCH_S:
        hours = f"{limits_s / 3600.0:.1f} h"
        yield Problem(("phases",), f"time limits add up to {hours}; a batch may take up to 24 h")
    free_l = _free_l(parts, equipment)
    if equipment is not None and free_l is not None and free_l < 0.5 * equipment.vessel_l:
        yield Problem(
            ("charge", "total_mass_g"),
            f"fills {1.0 - free_l / equipment.vessel_l:.0%} of the {number(equipment.vessel_l)} L"
            " vessel with solids; allowed up to 50%",
        )
        free_l = None
    for index, phase in enumerate(parts.phases):
        if phase is not None:
            yield from _time_problems(phase, index, parts, equipment, free_l)
    if equipment is not None and free_l is not None:
        yield from _argon_problems(parts, equipment, free_l)


def _free_l(parts: RecipeParts, equipment: Equipment | None) -> float | None:
    if parts.core is None or parts.sse is None or parts.charge is None or equipment is None:
        return None
    return free_volume_l(parts.core, parts.sse, parts.charge.total_mass_g, equipment.vessel_l)


def _time_problems(
    phase: Phase,
    index: int,
    parts: RecipeParts,
    equipment: Equipment | None,
    free_l: float | None,
) -> Iterator[Problem]:
    needed_s = _needed_s(phase, parts.atmosphere, equipment, free_l)
    if phase.time_limit_s <= needed_s:
        yield Problem(
            ("phases", index, "time_limit_s"),
            f"is {number(phase.time_limit_s)}; the phase takes about {needed_s:.0f} s or more",
        )
    if isinstance(phase, LeakTest) and equipment is not None and free_l is not None:
        least_hold_s = leak_hold_s(phase, equipment, free_l)
        if phase.hold_s < least_hold_s:
            yield Problem(
                ("phases", index, "hold_s"),
                f"is {number(phase.hold_s)}; on this mill a leak of"
                f" {number(phase.accept_mbar_l_s)} mbar L/s shows after {least_hold_s:.0f} s",
            )


def _needed_s(
    phase: Phase,
    atmosphere: Atmosphere | None,
    equipment: Equipment | None,
    free_l: float | None,
) -> float:
    """The time of a phase as far as it can be foretold; 0 where it cannot."""
    if isinstance(phase, MillPulse) and phase.on_s < ramp_s(phase):
        return 0.0
    if equipment is not None:
        brake = equipment.ramp_down_rpm_per_s
    else:
        brake = phase.ramp_rpm_per_s if isinstance(phase, MillHold | MillPulse) else 0.0
    needed_s = least_s(phase, brake)
    if not isinstance(phase, Purge) or equipment is None or free_l is None or atmosphere is None:
        return needed_s
    if atmosphere.o2_start_ppm <= equipment.argon_o2_ppm:
        return needed_s
    return needed_s + sweep_s(phase, atmosphere, equipment, free_l)


def _argon_problems(parts: RecipeParts, equipment: Equipment, free_l: float) -> Iterator[Problem]:
    needed = 0.0
    for phase in parts.phases:
        if phase is not None:
            expected_s = _needed_s(phase, parts.atmosphere, equipment, free_l)
            needed += argon_l(phase, expected_s or phase.time_limit_s, free_l)
    if needed > equipment.argon_cylinder_l:
        yield Problem(
            ("phases",),
            f"the recipe needs about {needed:.0f} L of argon; a full cylinder of this mill holds"
            f" {number(equipment.argon_cylinder_l)} L",
        )
