"""What the coating model refuses, and what a result says of itself."""

from typing import Any

import pytest

from controller.core.coating import (
    RANGES,
    Basis,
    LotSigma,
    ShellInputs,
    paper_reference,
    target_thickness,
)
from controller.errors import InputError

BM05: dict[str, Any] = {
    "sse_wt_percent": 5.0,
    "basis": Basis.TOTAL,
    "d50_um": 13.0,
    "core_density_g_cm3": 4.78,
    "shell_density_g_cm3": 1.64,
}
BOUNDS = {
    "sse_wt_percent": (0.1, 50.0),
    "d50_um": (1.0, 50.0),
    "core_density_g_cm3": (0.5, 10.0),
    "shell_density_g_cm3": (0.5, 10.0),
    "solid_fraction": (0.2, 1.0),
    "coverage": (0.05, 1.0),
}
OF_INPUTS = [name for name in RANGES if name != "thickness_nm"]


def given(**changed: Any) -> ShellInputs:
    return ShellInputs(**{**BM05, **changed})


@pytest.mark.parametrize("name", OF_INPUTS)
@pytest.mark.parametrize("bad", ["below", "above", "nan", "inf", "-inf"])
def test_value_outside_its_range_is_refused_by_name(name: str, bad: str) -> None:
    allowed = RANGES[name]
    value = {"below": allowed.low * 0.999, "above": allowed.high * 1.001}.get(bad)
    with pytest.raises(InputError) as refused:
        given(**{name: float(bad) if value is None else value})
    assert refused.value.where == name
    assert str(allowed) in refused.value.do
    assert refused.value.what


@pytest.mark.parametrize(("name", "bounds"), BOUNDS.items())
def test_both_ends_of_a_range_are_allowed(name: str, bounds: tuple[float, float]) -> None:
    for end in bounds:
        assert target_thickness(given(**{name: end})).apparent_nm > 0.0


@pytest.mark.parametrize(
    "sizes", [{"d10_um": 7.0}, {"d90_um": 20.0}, {"d10_um": 14.0, "d90_um": 20.0}]
)
def test_sizes_that_are_incomplete_or_out_of_order_are_refused(sizes: dict[str, float]) -> None:
    with pytest.raises(InputError, match="D10"):
        given(**sizes)


@pytest.mark.parametrize("sigma", [-0.1, float("nan"), float("inf")])
def test_standard_deviation_that_is_none_is_refused(sigma: float) -> None:
    with pytest.raises(InputError) as refused:
        LotSigma(d50_um=sigma)
    assert refused.value.where == "sigma.d50_um"


def test_result_without_extras_claims_none() -> None:
    result = target_thickness(given())
    assert (result.bet_nm, result.band, result.sigma_nm, result.coverage) == (None,) * 4


def test_result_with_everything_says_what_it_rests_on() -> None:
    result = target_thickness(
        given(
            d10_um=8.0,
            d90_um=21.0,
            bet_m2_g=0.3,
            sse_d50_um=1.0,
            flattening=4.0,
            attached_fraction=0.95,
            solid_fraction=0.6,
            sigma=LotSigma(d50_um=1.3),
            core_density_origin="crystal",
        )
    )
    assert None not in (result.bet_nm, result.band, result.sigma_nm, result.coverage)
    assert result.basis is Basis.TOTAL
    text = "\n".join(result.assumptions)
    for word in ("total", "(crystal)", "origin not stated", "95 %", "0.6", "BET", "lognormal"):
        assert word in text
    assert "footprint 4 times" in text
    assert "factor of about 2" in text


@pytest.mark.parametrize("basis", list(Basis))
def test_basis_is_among_the_assumptions(basis: Basis) -> None:
    result = target_thickness(given(basis=basis))
    assert result.assumptions[0].startswith(f"wt% basis {basis.value}")


@pytest.mark.parametrize(
    ("basis", "density", "calculated", "measured"),
    [
        (Basis.TOTAL, 1.64, 0.596, 0.652),
        (Basis.PER_CAM, 1.64, 0.566, 0.620),
        (Basis.TOTAL, 1.86, 0.525, 0.575),
        (Basis.PER_CAM, 1.86, 0.499, 0.547),
    ],
)
def test_published_thickness_is_told_as_a_solid_fraction(
    basis: Basis, density: float, calculated: float, measured: float
) -> None:
    reference = paper_reference(given(basis=basis, shell_density_g_cm3=density))
    assert reference is not None
    assert reference.calculated_filling == pytest.approx(calculated, abs=5e-4)
    assert reference.measured_filling == pytest.approx(measured, abs=5e-4)


def test_published_thickness_in_the_papers_own_case() -> None:
    reference = paper_reference()
    assert reference is not None
    assert reference.calculated_filling == pytest.approx(0.5956, abs=5e-5)
    assert (reference.calculated_nm, reference.measured_nm) == (516.0, 474.0)
    assert "0.596" in reference.text
    assert "Neither is a result of this model" in reference.text
    filled = given(solid_fraction=reference.calculated_filling)
    assert target_thickness(filled).apparent_nm == pytest.approx(516.0, abs=1e-6)


@pytest.mark.parametrize(
    "changed", [{"sse_wt_percent": 3.0}, {"sse_wt_percent": 10.0}, {"d50_um": 11.9}, {"d50_um": 15}]
)
def test_published_thickness_is_not_shown_for_other_cases(changed: dict[str, float]) -> None:
    assert paper_reference(given(**changed)) is None
    assert "516" not in "\n".join(target_thickness(given(**changed)).assumptions)


@pytest.mark.parametrize("d50_um", [12.0, 14.0])
def test_published_thickness_is_shown_from_12_to_14_um(d50_um: float) -> None:
    assert paper_reference(given(d50_um=d50_um)) is not None
