"""Coverage, the shell while it grows, and the spread of the result."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.coating import (
    Basis,
    LotSigma,
    ShellInputs,
    concentric_nm,
    guest_area_ratio,
    monolayer_wt_percent,
    random_coverage,
    run_estimate,
    target_thickness,
    thickness_sigma_nm,
)
from controller.errors import InputError

BM05 = ShellInputs(
    sse_wt_percent=5.0,
    basis=Basis.TOTAL,
    d50_um=13.0,
    core_density_g_cm3=4.78,
    shell_density_g_cm3=1.64,
    sse_d50_um=0.8,
)


@pytest.mark.parametrize(
    ("guest_um", "ratios"),
    [(0.5, (0.59, 1.00, 2.11)), (1.0, (0.29, 0.50, 1.05)), (3.0, (0.10, 0.17, 0.35))],
)
def test_guest_area_ratio(guest_um: float, ratios: tuple[float, float, float]) -> None:
    for wt, expected in zip((3.0, 5.0, 10.0), ratios, strict=True):
        volume = replace(BM05, sse_wt_percent=wt).charged_volume_ratio
        assert guest_area_ratio(volume, 13.0, guest_um) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize(("guest_um", "covered"), [(1.0, 0.39), (0.5, 0.63)])
def test_rigid_guests_leave_much_bare(guest_um: float, covered: float) -> None:
    result = target_thickness(replace(BM05, sse_d50_um=guest_um))
    assert result.coverage is not None
    assert result.coverage.random_coverage == pytest.approx(covered, abs=0.005)


def test_full_coverage_takes_three_footprints() -> None:
    assert random_coverage(3.0) == pytest.approx(0.95, abs=5e-4)
    assert random_coverage(1.0, 3.0) == random_coverage(3.0) == random_coverage(6.0, 1.0, 0.5)


def test_area_ratio_counts_the_charge_and_coverage_the_attached_once() -> None:
    half = target_thickness(replace(BM05, attached_fraction=0.5)).coverage
    full = target_thickness(BM05).coverage
    assert half is not None and full is not None
    assert half.guest_area_ratio == full.guest_area_ratio
    assert half.random_coverage == pytest.approx(-math.expm1(-0.5 * full.guest_area_ratio))


def test_monolayer_content() -> None:
    assert monolayer_wt_percent(45.64, 3.95, 3.5, 1.05) == pytest.approx(8.6363, abs=5e-5)


def test_first_guests_are_one_footprint_thick() -> None:
    start = run_estimate(BM05, 0.0, 1.5)
    assert (start.coverage, start.mean_nm) == (0.0, 0.0)
    footprint = 6500.0 * ((1.0 + 4.0 * 0.8 / (13.0 * 1.5)) ** (1 / 3) - 1.0)
    assert start.local_nm == pytest.approx(footprint)
    assert run_estimate(BM05, 1e-12, 1.5).local_nm == pytest.approx(footprint, rel=1e-9)


@given(st.floats(0.0, 1.0), st.floats(1.0, 4.0))
def test_growing_shell_is_locally_thicker_than_on_average(attached: float, flat: float) -> None:
    now = run_estimate(BM05, attached, flat)
    assert 0.0 <= now.coverage < 1.0
    assert now.mean_nm <= now.local_nm
    assert now.mean_nm == pytest.approx(concentric_nm(attached * BM05.charged_volume_ratio, 13.0))


def test_growing_shell_ends_at_the_target() -> None:
    assert run_estimate(BM05, 1.0, 4.0).mean_nm == target_thickness(BM05).apparent_nm


@pytest.mark.parametrize(
    ("attached", "flat", "where"),
    [
        (-0.1, 1.0, "attached_fraction"),
        (1.1, 1.0, "attached_fraction"),
        (math.nan, 1.0, "attached_fraction"),
        (0.5, 0.9, "flattening"),
        (0.5, math.nan, "flattening"),
    ],
)
def test_growth_that_cannot_be_is_refused(attached: float, flat: float, where: str) -> None:
    with pytest.raises(InputError) as refused:
        run_estimate(BM05, attached, flat)
    assert refused.value.where == where


def test_growth_needs_the_size_of_the_guests() -> None:
    with pytest.raises(InputError) as refused:
        run_estimate(replace(BM05, sse_d50_um=None), 0.5, 1.0)
    assert refused.value.where == "sse_d50_um"


def apparent(**changed: object) -> float:
    return target_thickness(replace(BM05, **changed)).apparent_nm  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "percent"),
    [
        ({"d50_um": 14.3}, 10.0),
        ({"sse_wt_percent": 5.5}, 10.1),
        ({"shell_density_g_cm3": 1.86}, -11.3),
        ({"solid_fraction": 0.9}, 10.6),
        ({"core_density_g_cm3": 4.6}, -3.6),
        ({"basis": Basis.PER_CAM}, -4.8),
    ],
)
def test_sensitivities(changed: dict[str, object], percent: float) -> None:
    assert 100.0 * (apparent(**changed) / apparent() - 1.0) == pytest.approx(percent, abs=0.06)


@pytest.mark.parametrize(
    ("basis", "sigma", "relative"),
    [
        (Basis.TOTAL, LotSigma(d50_um=1.3), 0.1),
        (Basis.TOTAL, LotSigma(sse_wt_percent=0.1), 0.001 / (0.05 * 0.95)),
        (Basis.PER_CAM, LotSigma(sse_wt_percent=0.1), 0.02),
        (Basis.TOTAL, LotSigma(core_density_g_cm3=0.0478), 0.01),
        (Basis.TOTAL, LotSigma(shell_density_g_cm3=0.164), 0.1),
        (Basis.TOTAL, LotSigma(solid_fraction=0.05), 0.0625),
        (Basis.TOTAL, LotSigma(coverage=0.05), 0.0625),
        (Basis.TOTAL, LotSigma(attached_fraction=0.05), 0.0625),
        (Basis.TOTAL, LotSigma(d50_um=0.39, attached_fraction=0.032), 0.05),
        (Basis.TOTAL, LotSigma(), 0.0),
    ],
)
def test_spread_of_one_lot(basis: Basis, sigma: LotSigma, relative: float) -> None:
    lot = replace(
        BM05, basis=basis, solid_fraction=0.8, coverage=0.8, attached_fraction=0.8, sigma=sigma
    )
    result = target_thickness(lot)
    assert result.sigma_nm == pytest.approx(relative * result.apparent_nm)


@given(st.floats(0.5, 20.0), st.sampled_from(Basis))
def test_spread_follows_the_formula_it_is_derived_from(wt: float, basis: Basis) -> None:
    lot = replace(BM05, sse_wt_percent=wt, basis=basis)
    step = 1e-5 * wt
    moved = replace(lot, sse_wt_percent=wt + step)
    thin = target_thickness(lot).thin_limit_nm
    difference = target_thickness(moved).thin_limit_nm - thin
    sigma = thickness_sigma_nm(thin, lot, LotSigma(sse_wt_percent=step))
    assert sigma == pytest.approx(difference, rel=1e-3)
