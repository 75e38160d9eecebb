"""The image of a scan: what is trusted, and that nothing else gets through."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.gas import ppmv_from_frost_point
from controller.core.image import ALL_GOOD, ANY_AGE_S, NO_AGE_S, assemble
from controller.core.signals import SAMPLED, SIGNAL_COUNT, Quality, Signal

HEALTHY = [1.0] * SIGNAL_COUNT
HEALTHY[Signal.FROST_POINT_C] = -60.0
HEALTHY[Signal.VESSEL_PRESSURE_MBAR_G] = 50.0
HEALTHY[Signal.AMBIENT_PRESSURE_MBAR_ABS] = 1000.0
HEALTHY[Signal.SAMPLE_FLOW_SLPM] = 0.5
WATER_PPM = ppmv_from_frost_point(-60.0, 1050.0)
ANY_QUALITY = st.lists(st.sampled_from(Quality), min_size=SIGNAL_COUNT, max_size=SIGNAL_COUNT)
ANY_NUMBERS = st.lists(st.floats(), min_size=SIGNAL_COUNT, max_size=SIGNAL_COUNT)


def healthy(**changed: float) -> list[float]:
    values = list(HEALTHY)
    for name, value in changed.items():
        values[Signal[name.upper()]] = value
    return values


def test_good_values_pass_and_water_is_derived() -> None:
    values = healthy(h2o_ppm=math.nan)
    values[Signal.H2O_PPM] = -1.0
    image = assemble(values)
    assert image.values[Signal.H2O_PPM] == pytest.approx(WATER_PPM)
    assert [v for i, v in enumerate(image.values) if i != Signal.H2O_PPM] == [
        v for i, v in enumerate(HEALTHY) if i != Signal.H2O_PPM
    ]
    assert set(image.quality) == {Quality.GOOD}
    assert values[Signal.H2O_PPM] == -1.0


def test_the_quick_way_and_the_thorough_way_agree() -> None:
    quick = assemble(HEALTHY)
    thorough = assemble(HEALTHY, list(ALL_GOOD), list(NO_AGE_S), ANY_AGE_S)
    assert list(quick.values) == list(thorough.values)
    assert list(quick.quality) == list(thorough.quality)


@given(
    ANY_NUMBERS,
    ANY_QUALITY,
    st.lists(st.floats(0.0, 5.0), min_size=SIGNAL_COUNT, max_size=SIGNAL_COUNT),
    st.lists(st.floats(0.1, 3.0), min_size=SIGNAL_COUNT, max_size=SIGNAL_COUNT),
)
def test_no_untrusted_value_is_ever_in_an_image(
    values: list[float], quality: list[Quality], ages: list[float], max_ages: list[float]
) -> None:
    """I14: whatever the scan looks at was measured in time, with a quality to use."""
    image = assemble(values, quality, ages, max_ages)
    for signal in set(Signal) - {Signal.H2O_PPM}:
        found = image.values[signal]
        assert math.isnan(found) == (not image.quality[signal].usable)
        if not math.isnan(found):
            assert found == values[signal]
            assert quality[signal].usable
            assert ages[signal] <= max_ages[signal]


@given(ANY_NUMBERS)
def test_a_value_that_is_no_number_is_unknown_without_a_quality_too(values: list[float]) -> None:
    """I14, for a plant that states values only."""
    image = assemble(values)
    for signal in set(Signal) - {*SAMPLED, Signal.H2O_PPM}:
        if math.isnan(values[signal]) or values[signal] == -math.inf:
            assert math.isnan(image.values[signal])
        else:
            assert image.values[signal] == values[signal]


@pytest.mark.parametrize("flow", [0.0, 0.19, math.nan])
def test_without_sample_flow_no_gas_value_is_known(flow: float) -> None:
    image = assemble(healthy(sample_flow_slpm=flow))
    for signal in SAMPLED:
        assert math.isnan(image.values[signal])
        assert image.quality[signal] is Quality.UNCERTAIN
    assert image.values[Signal.ROOM_O2_PERCENT] == 1.0


def test_a_gas_value_keeps_the_worse_reason_than_a_missing_sample() -> None:
    quality = list(ALL_GOOD)
    quality[Signal.O2_PPM] = Quality.BAD_COMM
    image = assemble(healthy(sample_flow_slpm=0.0), quality)
    assert image.quality[Signal.O2_PPM] is Quality.BAD_COMM


@pytest.mark.parametrize(
    "source",
    [Signal.FROST_POINT_C, Signal.VESSEL_PRESSURE_MBAR_G, Signal.AMBIENT_PRESSURE_MBAR_ABS],
)
def test_water_is_unknown_when_any_of_its_sources_is(source: Signal) -> None:
    quality = list(ALL_GOOD)
    quality[source] = Quality.BAD_COMM
    ages = list(NO_AGE_S)
    ages[source] = 0.7
    image = assemble(HEALTHY, quality, ages)
    assert math.isnan(image.values[Signal.H2O_PPM])
    assert image.quality[Signal.H2O_PPM] is Quality.BAD_COMM
    assert image.age_s[Signal.H2O_PPM] == 0.7


def test_water_is_limited_when_a_source_is_limited() -> None:
    quality = list(ALL_GOOD)
    quality[Signal.FROST_POINT_C] = Quality.GOOD_LIMITED
    image = assemble(HEALTHY, quality)
    assert image.quality[Signal.H2O_PPM] is Quality.GOOD_LIMITED
    assert image.values[Signal.H2O_PPM] == pytest.approx(WATER_PPM)


@pytest.mark.parametrize("frost_c", [-200.0, 90.0, math.inf])
def test_a_frost_point_without_an_answer_makes_water_unknown(frost_c: float) -> None:
    image = assemble(healthy(frost_point_c=frost_c))
    assert math.isnan(image.values[Signal.H2O_PPM])
    assert not image.quality[Signal.H2O_PPM].usable


def test_an_analyzer_at_its_top_stays_above_every_limit() -> None:
    image = assemble(healthy(o2_ppm=math.inf))
    assert image.values[Signal.O2_PPM] == math.inf
    assert image.quality[Signal.O2_PPM].usable


def test_an_old_value_is_stale() -> None:
    ages = list(NO_AGE_S)
    ages[Signal.LID_CLOSED] = 0.51
    image = assemble(HEALTHY, ALL_GOOD, ages, (0.5,) * SIGNAL_COUNT)
    assert image.quality[Signal.LID_CLOSED] is Quality.STALE
    assert math.isnan(image.values[Signal.LID_CLOSED])
    assert image.quality[Signal.LID_LOCKED] is Quality.GOOD
