"""What the devices said, judged: the image that one scan decides on.

Whatever cannot be trusted becomes NaN here, in one place for the live plant and the simulated one:
too old, of a bad quality, not a number, or a gas value without a sample flow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from controller.core.gas import ppmv_from_frost_point
from controller.core.signals import (
    NAN,
    SAMPLE_FLOW_MIN_SLPM,
    SAMPLED,
    SIGNAL_COUNT,
    Image,
    Quality,
    Signal,
)
from controller.errors import InputError

ALL_GOOD: Final = (Quality.GOOD,) * SIGNAL_COUNT
NO_AGE_S: Final = (0.0,) * SIGNAL_COUNT
ANY_AGE_S: Final = (math.inf,) * SIGNAL_COUNT

_SAMPLE_FLOW: Final = int(Signal.SAMPLE_FLOW_SLPM)
_FROST_POINT: Final = int(Signal.FROST_POINT_C)
_H2O: Final = int(Signal.H2O_PPM)
_GAUGE: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)
_AMBIENT: Final = int(Signal.AMBIENT_PRESSURE_MBAR_ABS)
_H2O_SOURCES: Final = (_FROST_POINT, _GAUGE, _AMBIENT)


def assemble(
    values: Sequence[float],
    quality: Sequence[Quality] = ALL_GOOD,
    age_s: Sequence[float] = NO_AGE_S,
    max_age_s: Sequence[float] = ANY_AGE_S,
) -> Image:
    """The image of one scan from what was read, each sequence indexed by `Signal`.

    `values[H2O_PPM]` is ignored: it follows from the frost point and the absolute pressure that
    is measured in the vessel, where the sample line ends. A value of +inf is one at the top of its
    range: above every limit, and good but limited. Nothing that is passed in is changed.
    """
    if (
        quality is ALL_GOOD
        and age_s is NO_AGE_S
        and values[_SAMPLE_FLOW] >= SAMPLE_FLOW_MIN_SLPM
        and sum(values) > -math.inf  # false for NaN too
    ):
        found = list(values)
        found[_H2O] = h2o_ppm = _h2o_ppm(found)
        if h2o_ppm >= 0.0:
            return Image(found, ALL_GOOD, NO_AGE_S)
    return _judged(values, quality, age_s, max_age_s)


def _judged(
    values: Sequence[float],
    quality: Sequence[Quality],
    age_s: Sequence[float],
    max_age_s: Sequence[float],
) -> Image:
    found = list(values)
    judged = list(quality)
    ages = list(age_s)
    for index in range(SIGNAL_COUNT):
        if judged[index].usable:
            if ages[index] > max_age_s[index]:
                judged[index] = Quality.STALE
            elif found[index] == math.inf:
                # At the top of its range a transmitter says "at least this": above every limit.
                judged[index] = Quality.GOOD_LIMITED
                continue
            elif not found[index] > -math.inf:
                judged[index] = Quality.BAD_SENSOR
            else:
                continue
        found[index] = NAN
    _derive_h2o(found, judged, ages)
    if not found[_SAMPLE_FLOW] >= SAMPLE_FLOW_MIN_SLPM:
        for signal in SAMPLED:
            found[signal] = NAN
            if judged[signal].usable:
                judged[signal] = Quality.UNCERTAIN
    return Image(found, judged, ages)


def _derive_h2o(found: list[float], judged: list[Quality], ages: list[float]) -> None:
    """Water as good as its worst source, and as old as its oldest."""
    ages[_H2O] = max(ages[source] for source in _H2O_SOURCES)
    found[_H2O] = _h2o_ppm(found)
    worst = Quality.GOOD if math.isfinite(found[_H2O]) else Quality.BAD_SENSOR
    for source in _H2O_SOURCES:
        if judged[source] is not Quality.GOOD and (worst.usable or not judged[source].usable):
            worst = judged[source]
    judged[_H2O] = worst


def _h2o_ppm(found: Sequence[float]) -> float:
    """NaN where frost point or pressure is unknown or has no answer."""
    try:
        return ppmv_from_frost_point(found[_FROST_POINT], found[_GAUGE] + found[_AMBIENT])
    except InputError:
        return NAN
