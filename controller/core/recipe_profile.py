"""What a recipe looks like over time when nothing hinders it, for its author."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from controller.core.argon import expected_phase_s
from controller.core.equipment import Equipment
from controller.core.labels import phase_label
from controller.core.recipe import MillHold, MillPulse, Recipe
from controller.core.recipe_time import argon_l, ramp_s
from controller.core.volume import free_volume_l

# More pulses than these no picture shows one by one.
PULSES_SHOWN = 300


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """One phase in the picture. `at_most`: it ends on what is measured, and its limit is told."""

    type: str
    label: str
    begin_s: float
    end_s: float
    at_most: bool
    argon_l: float


@dataclass(frozen=True, slots=True)
class Profile:
    """Spans of the phases, and corners of the set point of the rotor as (time in s, rpm)."""

    spans: tuple[PhaseSpan, ...]
    rotor: tuple[tuple[float, float], ...]

    @property
    def duration_s(self) -> float:
        """The whole recipe, with phases that a measurement ends at their limit."""
        return self.spans[-1].end_s if self.spans else 0.0

    @property
    def argon_l(self) -> float:
        """Standard liters of argon, counted the same way."""
        return sum(span.argon_l for span in self.spans)


def recipe_profile(recipe: Recipe, equipment: Equipment) -> Profile:
    """The recipe on this mill. Heat stretches pauses of pulses, which is not foreseen here."""
    free_l = free_volume_l(recipe.core, recipe.sse, recipe.charge.total_mass_g, equipment.vessel_l)
    spans: list[PhaseSpan] = []
    rotor: list[tuple[float, float]] = [(0.0, 0.0)]
    begin_s = 0.0
    for phase in recipe.phases:
        duration_s, at_most = expected_phase_s(phase, recipe, equipment, free_l)
        end_s = begin_s + duration_s
        litres = argon_l(phase, duration_s, free_l)
        spans.append(PhaseSpan(phase.type, phase_label(phase), begin_s, end_s, at_most, litres))
        if isinstance(phase, MillHold | MillPulse):
            rotor += _corners(phase, begin_s, end_s, equipment.ramp_down_rpm_per_s)
        begin_s = end_s
    return Profile(tuple(spans), (*rotor, (begin_s, 0.0)))


def _corners(
    phase: MillHold | MillPulse, begin_s: float, end_s: float, brake_rpm_per_s: float
) -> Iterator[tuple[float, float]]:
    on_s = phase.on_s if isinstance(phase, MillPulse) else end_s - begin_s
    every_s = on_s + (phase.off_s if isinstance(phase, MillPulse) else 0.0)
    for start_s in islice(_starts(begin_s, end_s, every_s), PULSES_SHOWN):
        stop_s = min(start_s + on_s, end_s)
        rise_s = min(ramp_s(phase), stop_s - start_s)
        top_rpm = phase.rotor_rpm * rise_s / ramp_s(phase)
        yield start_s, 0.0
        yield start_s + rise_s, top_rpm
        yield stop_s, top_rpm
        yield min(stop_s + top_rpm / brake_rpm_per_s, max(end_s, stop_s)), 0.0


def _starts(begin_s: float, end_s: float, every_s: float) -> Iterator[float]:
    number = 0
    while (start_s := begin_s + number * every_s) < end_s:
        yield start_s
        number += 1
