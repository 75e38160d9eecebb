"""How much argon a whole recipe is expected to take: a permissive to start."""

from __future__ import annotations

from controller.core.equipment import Equipment
from controller.core.recipe import Phase, Purge, Recipe
from controller.core.recipe_time import argon_l, least_s, sweep_s
from controller.core.volume import free_volume_l


def expected_argon_l(recipe: Recipe, equipment: Equipment) -> float:
    """Standard liters: each phase as long as it should take, or, where only a measurement ends it,
    as long as it may.
    """
    free_l = free_volume_l(recipe.core, recipe.sse, recipe.charge.total_mass_g, equipment.vessel_l)
    return sum(
        argon_l(phase, expected_phase_s(phase, recipe, equipment, free_l)[0], free_l)
        for phase in recipe.phases
    )


def expected_phase_s(
    phase: Phase, recipe: Recipe, equipment: Equipment, free_l: float
) -> tuple[float, bool]:
    """How long a phase should take; True when only a measurement ends it, and its limit is told."""
    if isinstance(phase, Purge):
        swept_s = sweep_s(phase, recipe.atmosphere, equipment, free_l)
        return swept_s + phase.dwell_s, False
    least = least_s(phase, equipment.ramp_down_rpm_per_s)
    return (least, False) if least > 0.0 else (phase.time_limit_s, True)
