"""Bands made by hand: one step wide open, or as narrow as a test wants it."""

from __future__ import annotations

from controller.core.band import BANDED, NO_END, BandDocument, RunBand, StepBand
from controller.core.batch import Step
from controller.core.signals import Signal
from controller.edge.bandfile import band_text, parse_band

Ends = dict[Signal, tuple[float, float]]


def values_of(ends: Ends, side: int) -> tuple[float, ...]:
    """One end for each banded signal: wide open where `ends` says nothing."""
    return tuple(ends.get(signal, (-NO_END, NO_END))[side] for signal in BANDED)


def step_of(
    phase: int, step: Step, *bins: Ends, width_s: float = 10.0, longest_s: float = 1e6
) -> StepBand:
    """The band of one step, its ends for each `width_s` of it."""
    return StepBand(
        phase=phase,
        step=step.value,
        width_s=width_s,
        longest_s=longest_s,
        low=tuple(values_of(ends, 0) for ends in bins),
        high=tuple(values_of(ends, 1) for ends in bins),
    )


def document_of(recipe_sha256: str, *steps: StepBand) -> BandDocument:
    """A band of this recipe with these steps."""
    return BandDocument(
        recipe_sha256=recipe_sha256,
        plant_sha256="1" * 64,
        software="0",
        runs=16,
        speed=1.0,
        seed=0,
        steps=steps,
    )


def band_of_steps(recipe_sha256: str, *steps: StepBand) -> RunBand:
    """The same as it comes through the door."""
    return parse_band(band_text(document_of(recipe_sha256, *steps)))


BAND_JSON = band_text(document_of("0" * 64, step_of(0, Step.FILL, {})))
