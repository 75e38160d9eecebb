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

    def duration_s(phase: Phase) -> float:
        if isinstance(phase, Purge):
            return sweep_s(phase, recipe.atmosphere, equipment, free_l) + phase.dwell_s
        return least_s(phase, equipment.ramp_down_rpm_per_s) or phase.time_limit_s

    return sum(argon_l(phase, duration_s(phase), free_l) for phase in recipe.phases)
