"""Shell on one core size: reference values, the way back, and how the thickness moves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.coating import (
    Basis,
    ShellInputs,
    Thickness,
    bet_thickness_nm,
    concentric_nm,
    mass_ratio,
    shell_volume_ratio,
    smooth_sphere_bet_m2_g,
    sse_wt_percent_for,
    target_thickness,
    thin_limit_nm,
)
from controller.errors import InputError

TOTAL, PER_CAM = Basis.TOTAL, Basis.PER_CAM

# 13 um, core 4.78 g/cm3: basis, shell density, solid fraction; then wt%, concentric, thin limit
REFERENCE = [
    (TOTAL, 1.86, 1.0, ((3, 167.8, 172.2), (5, 280.8, 293.1), (10, 567.7, 618.7))),
    (TOTAL, 1.64, 1.0, ((3, 189.7, 195.3), (5, 316.7, 332.4), (10, 637.2, 701.7))),
    (PER_CAM, 1.86, 1.0, ((3, 162.9, 167.0), (5, 267.3, 278.4), (10, 514.9, 556.8))),
    (PER_CAM, 1.64, 1.0, ((3, 184.2, 189.5), (5, 301.5, 315.8), (10, 578.5, 631.5))),
    (TOTAL, 1.64, 0.64, ((3, 291.9, 305.2), (5, 482.6, 519.3), (10, 950.6, 1096.4))),
    (TOTAL, 1.64, 0.60, ((3, 310.5, 325.5), (5, 512.5, 554.0), (10, 1005.8, 1169.5))),
]
CELLS = [
    pytest.param(basis, density, phi, *cell, id=f"{basis.value}-{density}-{phi}-{cell[0]}wt")
    for basis, density, phi, cells in REFERENCE
    for cell in cells
]


def bm(
    wt: float = 5.0,
    basis: Basis = TOTAL,
    d50_um: float = 13.0,
    core: float = 4.78,
    shell: float = 1.64,
    phi: float = 1.0,
    theta: float = 1.0,
) -> ShellInputs:
    return ShellInputs(
        sse_wt_percent=wt,
        basis=basis,
        d50_um=d50_um,
        core_density_g_cm3=core,
        shell_density_g_cm3=shell,
        solid_fraction=phi,
        coverage=theta,
    )


def a_thickness(wt: float = 5.0, **changed: float) -> Thickness:
    return target_thickness(bm(wt, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(("basis", "density", "phi", "wt", "concentric", "thin"), CELLS)
def test_reference_table(
    basis: Basis, density: float, phi: float, wt: float, concentric: float, thin: float
) -> None:
    result = target_thickness(bm(wt, basis, shell=density, phi=phi))
    assert result.apparent_nm == pytest.approx(concentric, abs=0.1)
    assert result.thin_limit_nm == pytest.approx(thin, abs=0.1)
    assert result.dense_nm == pytest.approx(
        target_thickness(bm(wt, basis, shell=density)).apparent_nm, abs=1e-12
    )


@pytest.mark.parametrize(("wt", "excess"), [(5.0, 0.050), (10.0, 0.10)])
def test_thin_limit_overestimates_by_about_thickness_over_radius(wt: float, excess: float) -> None:
    result = a_thickness(wt)
    assert result.thin_limit_nm / result.apparent_nm - 1.0 == pytest.approx(excess, abs=0.0015)
    assert result.apparent_nm / 6500.0 == pytest.approx(excess, rel=0.05)


@pytest.mark.parametrize(("bet", "nm"), [(0.2, 160.0), (0.3, 107.0), (0.5, 64.0)])
def test_shell_that_follows_every_crevice(bet: float, nm: float) -> None:
    assert bet_thickness_nm(mass_ratio(5.0, TOTAL), 1.64, 1.0, bet) == pytest.approx(nm, abs=0.6)


def test_crevice_form_on_a_smooth_sphere_is_the_thin_limit() -> None:
    surface = smooth_sphere_bet_m2_g(4.78, 13.0)
    assert surface == pytest.approx(0.0966, abs=5e-5)
    by_surface = bet_thickness_nm(mass_ratio(5.0, TOTAL), 1.64, 0.8, surface)
    assert by_surface == pytest.approx(a_thickness(phi=0.8).thin_limit_nm, rel=1e-12)


def test_nothing_attached_makes_no_shell() -> None:
    assert concentric_nm(0.0, 13.0) == 0.0
    assert thin_limit_nm(0.0, 13.0) == 0.0


def test_very_thin_shell_keeps_its_digits() -> None:
    assert concentric_nm(1e-13, 13.0) == pytest.approx(thin_limit_nm(1e-13, 13.0), rel=1e-9)
    assert shell_volume_ratio(1e-9, 13.0) == pytest.approx(6e-12 / 13.0, rel=1e-9)


def test_half_attached_makes_the_shell_of_half_the_mass_ratio() -> None:
    half = ShellInputs(
        sse_wt_percent=10.0,
        basis=PER_CAM,
        d50_um=13.0,
        core_density_g_cm3=4.78,
        shell_density_g_cm3=1.64,
        attached_fraction=0.5,
        bet_m2_g=0.3,
    )
    result = target_thickness(half)
    assert result.apparent_nm == pytest.approx(301.5, abs=0.1)
    assert result.bet_nm == pytest.approx(bet_thickness_nm(0.05, 1.64, 1.0, 0.3))
    assert sse_wt_percent_for(result.apparent_nm, half) == pytest.approx(10.0, abs=1e-9)


contents = st.floats(0.1, 50.0)
sizes = st.floats(1.0, 50.0)
densities = st.floats(0.5, 10.0)
solids = st.floats(0.2, 1.0)
coverages = st.floats(0.05, 1.0)
inputs = st.builds(
    bm, contents, st.sampled_from(Basis), sizes, densities, densities, solids, coverages
)


@given(inputs)
def test_content_comes_back_from_the_thickness(asked: ShellInputs) -> None:
    apparent = target_thickness(asked).apparent_nm
    assert sse_wt_percent_for(apparent, asked) == pytest.approx(asked.sse_wt_percent, abs=1e-6)


@given(inputs)
def test_porous_and_patchy_is_never_thinner_than_dense_nor_thicker_than_thin_limit(
    asked: ShellInputs,
) -> None:
    result = target_thickness(asked)
    assert 0.0 < result.dense_nm <= result.apparent_nm <= result.thin_limit_nm * (1 + 1e-12)


room_to_grow = st.builds(
    bm,
    st.floats(0.1, 33.0),
    st.sampled_from(Basis),
    st.floats(1.0, 33.0),
    densities,
    densities,
    st.floats(0.31, 1.0),
    st.floats(0.08, 1.0),
)


@given(room_to_grow, st.floats(1.001, 1.5))
def test_thickness_grows_with_content_size_and_emptiness(asked: ShellInputs, factor: float) -> None:
    changes: list[dict[str, float]] = [
        {"sse_wt_percent": asked.sse_wt_percent * factor},
        {"d50_um": asked.d50_um * factor},
        {"solid_fraction": asked.solid_fraction / factor},
        {"coverage": asked.coverage / factor},
    ]
    base = target_thickness(asked).apparent_nm
    for change in changes:
        moved = replace(asked, **change)  # type: ignore[arg-type]
        assert target_thickness(moved).apparent_nm > base


@given(inputs)
def test_basis_total_needs_more_electrolyte_than_per_cam(asked: ShellInputs) -> None:
    assert mass_ratio(asked.sse_wt_percent, TOTAL) > mass_ratio(asked.sse_wt_percent, PER_CAM)


@pytest.mark.parametrize("end", [0.1, 50.0])
@pytest.mark.parametrize("basis", list(Basis))
def test_ends_of_the_content_range_survive_the_round_trip(end: float, basis: Basis) -> None:
    asked = bm(end, basis)
    assert sse_wt_percent_for(target_thickness(asked).apparent_nm, asked) == end


@pytest.mark.parametrize("nm", [0.5, 20_000.0])
def test_thickness_that_takes_an_impossible_content_is_refused(nm: float) -> None:
    with pytest.raises(InputError, match="would take") as refused:
        sse_wt_percent_for(nm, bm())
    assert "0.1 to 50 wt%" in refused.value.do


@pytest.mark.parametrize("nm", [float("nan"), float("inf"), 0.0, -1.0])
def test_thickness_that_is_no_length_is_refused(nm: float) -> None:
    with pytest.raises(InputError) as refused:
        sse_wt_percent_for(nm, bm())
    assert refused.value.where == "thickness_nm"
