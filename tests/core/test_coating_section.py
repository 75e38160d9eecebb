"""What a cut through a coated particle shows, and the way back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.coating import (
    Section,
    plane_thickness_nm,
    section_thickness_nm,
    true_thickness_nm,
)
from controller.errors import InputError

RANDOM, MEDIAN, EQUATORIAL = Section.RANDOM, Section.RANDOM_MEDIAN, Section.EQUATORIAL


@pytest.mark.parametrize(("section", "factor"), [(EQUATORIAL, 1.0), (RANDOM, 1.40), (MEDIAN, 1.15)])
def test_bias_of_a_cut(section: Section, factor: float) -> None:
    assert section_thickness_nm(300.0, 13.0, section) / 300.0 == pytest.approx(factor, abs=0.005)


@pytest.mark.parametrize(("true_nm", "seen_nm"), [(301.0, 422.0), (317.0, 443.0)])
def test_mean_of_random_cuts(true_nm: float, seen_nm: float) -> None:
    assert section_thickness_nm(true_nm, 13.0, RANDOM) == pytest.approx(seen_nm, abs=0.5)


@pytest.mark.parametrize(("seen_nm", "true_nm"), [(474.0, 340.0), (516.0, 372.0)])
def test_shell_behind_an_image(seen_nm: float, true_nm: float) -> None:
    assert true_thickness_nm(seen_nm, 13.0, RANDOM) == pytest.approx(true_nm, abs=0.6)


def test_thin_shell_reads_half_pi_too_thick() -> None:
    assert section_thickness_nm(0.01, 13.0, RANDOM) / 0.01 == pytest.approx(math.pi / 2, rel=2e-3)


def test_mean_and_median_agree_with_many_planes() -> None:
    heights = [(i + 0.5) / 20_000 * 6.5 for i in range(20_000)]
    seen = sorted(plane_thickness_nm(300.0, 13.0, h) for h in heights)
    assert math.fsum(seen) / len(seen) == pytest.approx(
        section_thickness_nm(300.0, 13.0, RANDOM), rel=1e-3
    )
    assert seen[len(seen) // 2] == pytest.approx(
        section_thickness_nm(300.0, 13.0, MEDIAN), rel=1e-3
    )


def test_plane_through_the_center_shows_the_shell_as_it_is() -> None:
    assert plane_thickness_nm(300.0, 13.0, 0.0) == pytest.approx(300.0)
    at_edge = math.sqrt(6800.0**2 - 6500.0**2)
    assert plane_thickness_nm(300.0, 13.0, 6.5) == pytest.approx(at_edge)


@given(st.floats(1.0, 5000.0), st.floats(1.0, 50.0), st.sampled_from(Section))
def test_image_and_shell_are_each_others_inverse(
    true_nm: float, core_um: float, section: Section
) -> None:
    seen = section_thickness_nm(true_nm, core_um, section)
    assert seen >= true_nm
    assert true_thickness_nm(seen, core_um, section) == pytest.approx(true_nm, rel=1e-6)


@pytest.mark.parametrize("seen_nm", [0.0, -1.0, math.nan, math.inf])
def test_image_without_a_thickness_is_refused(seen_nm: float) -> None:
    with pytest.raises(InputError) as refused:
        true_thickness_nm(seen_nm, 13.0, RANDOM)
    assert refused.value.where == "apparent_nm"


@pytest.mark.parametrize("core_um", [0.5, 51.0, math.nan])
def test_image_of_an_impossible_core_is_refused(core_um: float) -> None:
    with pytest.raises(InputError) as refused:
        true_thickness_nm(400.0, core_um, RANDOM)
    assert refused.value.where == "core_um"
