"""Cores of many sizes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.coating import (
    Basis,
    ShellInputs,
    SizeDistribution,
    class_thickness_nm,
    concentric_nm,
    lognormal,
    shell_volume_ratio,
    sigma_from_percentiles,
    sigma_from_span,
    size_band,
    target_thickness,
    thin_limit_nm,
    uniform_thickness_nm,
)
from controller.errors import InputError

RATIO = 0.05 / 0.95 * 4.78 / 1.64
spans = st.floats(0.05, 2.5)


def at_span(span: float) -> SizeDistribution:
    return lognormal(13.0, sigma_from_span(span))


def of_shell(t_nm: float, sizes: SizeDistribution) -> float:
    pairs = zip(sizes.q3, sizes.core_um, strict=True)
    return math.fsum(q * shell_volume_ratio(t_nm, d) for q, d in pairs)


@pytest.mark.parametrize(("span", "nm"), [(0.6, 308), (0.8, 301), (1.0, 293), (1.2, 284)])
def test_one_thickness_everywhere(span: float, nm: float) -> None:
    assert uniform_thickness_nm(RATIO, at_span(span)) == pytest.approx(nm, abs=0.5)


def test_mass_proportional_thickness_goes_as_size() -> None:
    sigma = sigma_from_span(1.0)
    d10, d90 = (13.0 * math.exp(z * sigma) for z in (-1.2815515655, 1.2815515655))
    assert (d90 - d10) / 13.0 == pytest.approx(1.0, abs=1e-9)
    band = size_band(RATIO, d10, 13.0, d90, 2.0)
    by_mass = band.by_mass
    assert (by_mass.d10_nm, by_mass.d50_nm, by_mass.d90_nm) == pytest.approx(
        (196, 317, 512), abs=0.6
    )
    assert band.uniform_nm == pytest.approx(293, abs=0.5)
    assert by_mass.d90_nm / by_mass.d10_nm == pytest.approx(d90 / d10)


def test_result_carries_the_band() -> None:
    result = target_thickness(
        ShellInputs(
            sse_wt_percent=5.0,
            basis=Basis.TOTAL,
            d50_um=13.0,
            core_density_g_cm3=4.78,
            shell_density_g_cm3=1.64,
            d10_um=8.0,
            d90_um=21.0,
            guest_exponent=3.0,
        )
    )
    assert result.band is not None
    assert result.band.by_exponent == result.band.by_mass
    assert result.band.by_mass.d50_nm == pytest.approx(result.apparent_nm)


@pytest.mark.parametrize("span", [0.4, 1.0, 2.0])
def test_mean_diameters_are_those_of_hatch_and_choate(span: float) -> None:
    sigma, sizes = sigma_from_span(span), at_span(span)
    assert sizes.d32_um == pytest.approx(13.0 * math.exp(-(sigma**2) / 2), rel=1e-6)
    assert sizes.d43_um == pytest.approx(13.0 * math.exp(sigma**2 / 2), rel=1e-6)


@given(spans)
def test_width_from_span_and_from_percentiles_agree(span: float) -> None:
    sigma = sigma_from_span(span)
    d10, d90 = (13.0 * math.exp(z * sigma) for z in (-1.2815515655446004, 1.2815515655446004))
    assert sigma_from_percentiles(d10, d90) == pytest.approx(sigma, rel=1e-9)


@given(spans, st.floats(1e-4, 50.0))
def test_uniform_thickness_conserves_volume(span: float, ratio: float) -> None:
    sizes = at_span(span)
    assert of_shell(uniform_thickness_nm(ratio, sizes), sizes) == pytest.approx(ratio, rel=1e-9)


@given(spans, st.floats(1e-4, 5.0), st.floats(2.0, 3.0))
def test_any_exponent_conserves_volume(span: float, ratio: float, exponent: float) -> None:
    sizes = at_span(span)
    layers = class_thickness_nm(ratio, sizes, sizes.core_um, exponent)
    held = math.fsum(
        q * shell_volume_ratio(t, d)
        for q, t, d in zip(sizes.q3, layers, sizes.core_um, strict=True)
    )
    assert held == pytest.approx(ratio, rel=1e-9)


def test_area_share_is_the_uniform_thickness_while_thin() -> None:
    sizes = at_span(1.0)
    layers = class_thickness_nm(1e-6, sizes, (5.0, 13.0, 30.0), 2.0)
    uniform = uniform_thickness_nm(1e-6, sizes)
    assert layers == pytest.approx((uniform,) * 3, rel=1e-5)
    assert uniform == pytest.approx(thin_limit_nm(1e-6, sizes.d32_um), rel=1e-5)


@given(spans)
def test_spread_of_sizes_makes_the_uniform_shell_thinner(span: float) -> None:
    assert uniform_thickness_nm(RATIO, at_span(span)) < concentric_nm(RATIO, 13.0)


def test_single_size_is_the_plain_formula() -> None:
    one = lognormal(13.0, 0.0)
    assert one.core_um == (13.0,)
    expected = pytest.approx(concentric_nm(RATIO, 13.0, 0.6), rel=1e-12)
    assert uniform_thickness_nm(RATIO, one, 0.6) == expected
    assert class_thickness_nm(RATIO, one, (13.0,), 2.0, 0.6)[0] == expected


@pytest.mark.parametrize(
    ("core_um", "q3"),
    [
        ((), ()),
        ((5.0, 13.0), (1.0,)),
        ((5.0, 0.0), (0.5, 0.5)),
        ((5.0, math.nan), (0.5, 0.5)),
        ((5.0, math.inf), (0.5, 0.5)),
        ((5.0, 13.0), (0.5, 0.4)),
        ((5.0, 13.0), (-0.5, 1.5)),
        ((5.0, 13.0), (math.nan, 1.0)),
    ],
)
def test_classes_that_are_no_distribution_are_refused(
    core_um: tuple[float, ...], q3: tuple[float, ...]
) -> None:
    with pytest.raises(InputError):
        SizeDistribution(core_um, q3)
