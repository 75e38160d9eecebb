"""The answer to "how thick will the shell be?", with all that it rests on, and the way back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from controller.core.coating.coverage import CoverageEstimate, guest_area_ratio, random_coverage
from controller.core.coating.inputs import RANGES, ShellInputs, require_in_range
from controller.core.coating.psd import SizeBand, size_band
from controller.core.coating.shell import (
    Basis,
    bet_thickness_nm,
    concentric_nm,
    shell_volume_ratio,
    thin_limit_nm,
    wt_percent,
)
from controller.core.coating.uncertainty import thickness_sigma_nm
from controller.errors import InputError

BASIS_TEXT: Final = {
    Basis.TOTAL: "electrolyte over electrolyte and core powder together",
    Basis.PER_CAM: "electrolyte over core powder alone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thickness:
    """Shell thickness that mass conservation gives, in several readings, all in nm.

    `dense_nm` is at solid fraction and coverage 1: the bound that nobody can dispute.
    `apparent_nm` and `thin_limit_nm` are at the stated solid fraction and coverage; the thin limit
    is a check. `bet_nm`, `band`, `sigma_nm` (of the apparent thickness) and `coverage` are there
    when the inputs give what they need.
    """

    dense_nm: float
    apparent_nm: float
    thin_limit_nm: float
    bet_nm: float | None
    band: SizeBand | None
    sigma_nm: float | None
    coverage: CoverageEstimate | None
    basis: Basis
    assumptions: tuple[str, ...]


def target_thickness(inputs: ShellInputs) -> Thickness:
    """The thickness that these inputs make, by volume conservation on spheres."""
    ratio, core_um = inputs.volume_ratio, inputs.d50_um
    apparent_nm = concentric_nm(ratio, core_um, inputs.filling)
    return Thickness(
        dense_nm=concentric_nm(ratio, core_um),
        apparent_nm=apparent_nm,
        thin_limit_nm=thin_limit_nm(ratio, core_um, inputs.filling),
        bet_nm=_bet_nm(inputs),
        band=_band(inputs),
        sigma_nm=_sigma_nm(apparent_nm, inputs),
        coverage=_coverage(inputs),
        basis=inputs.basis,
        assumptions=_assumptions(inputs),
    )


def sse_wt_percent_for(thickness_nm: float, inputs: ShellInputs) -> float:
    """Electrolyte content, on the inputs' basis, that makes this apparent thickness.

    The content in `inputs` itself plays no part. Raises InputError when the thickness is not
    finite, or when it would take a content outside the allowed range.
    """
    require_in_range("thickness_nm", thickness_nm)
    ratio = shell_volume_ratio(thickness_nm, inputs.d50_um) * inputs.filling
    density_ratio = inputs.shell_density_g_cm3 / inputs.core_density_g_cm3
    mass_ratio = ratio * density_ratio / inputs.attached_fraction
    content = wt_percent(mass_ratio, inputs.basis)
    allowed = RANGES["sse_wt_percent"]
    for end in (allowed.low, allowed.high):  # rounding must not refuse the ends of the range
        if math.isclose(content, end, rel_tol=1e-9):
            return end
    if not allowed.low <= content <= allowed.high:
        raise InputError(
            f"{thickness_nm:g} nm would take {content:.3g} wt% of electrolyte",
            where="thickness_nm",
            do=f"Choose a thickness that takes {allowed}.",
        )
    return content


def _sigma_nm(apparent_nm: float, inputs: ShellInputs) -> float | None:
    if inputs.sigma is None:
        return None
    return thickness_sigma_nm(apparent_nm, inputs, inputs.sigma)


def _bet_nm(inputs: ShellInputs) -> float | None:
    if inputs.bet_m2_g is None:
        return None
    attached = inputs.mass_ratio * inputs.attached_fraction
    return bet_thickness_nm(
        attached, inputs.shell_density_g_cm3, inputs.solid_fraction, inputs.bet_m2_g
    )


def _band(inputs: ShellInputs) -> SizeBand | None:
    if inputs.d10_um is None or inputs.d90_um is None:
        return None
    return size_band(
        inputs.volume_ratio,
        inputs.d10_um,
        inputs.d50_um,
        inputs.d90_um,
        inputs.guest_exponent,
        inputs.filling,
    )


def _coverage(inputs: ShellInputs) -> CoverageEstimate | None:
    if inputs.sse_d50_um is None:
        return None
    area = guest_area_ratio(inputs.charged_volume_ratio, inputs.d50_um, inputs.sse_d50_um)
    return CoverageEstimate(
        area, random_coverage(area, inputs.flattening, inputs.attached_fraction)
    )


def _assumptions(inputs: ShellInputs) -> tuple[str, ...]:
    lines = [
        f"wt% basis {inputs.basis.value}: {BASIS_TEXT[inputs.basis]}",
        f"core density {inputs.core_density_g_cm3:g} g/cm3"
        f" ({inputs.core_density_origin or 'origin not stated'})",
        f"shell density {inputs.shell_density_g_cm3:g} g/cm3"
        f" ({inputs.shell_density_origin or 'origin not stated'})",
        f"smooth spherical cores of {inputs.d50_um:g} um, concentric shell, volumes conserved",
        f"{100.0 * inputs.attached_fraction:.4g} % of the charged electrolyte ends on the cores",
        "dense: solid fraction 1 and coverage 1",
        f"apparent: solid fraction {inputs.solid_fraction:g}"
        f" ({inputs.solid_fraction_origin or 'origin not stated'}) and coverage"
        f" {inputs.coverage:g}; the thickness is that on the covered part",
        "thin limit: a check only, too thick by about thickness over core radius",
    ]
    if inputs.bet_m2_g is not None:
        lines.append("BET: if the coat followed every crevice, a lower bound")
    if inputs.d10_um is not None:
        lines.append(
            "size band: lognormal core sizes through D10 and D90; electrolyte per core as"
            f" D^{inputs.guest_exponent:g} (assumed)"
        )
    if inputs.sse_d50_um is not None:
        lines.append(
            f"coverage estimate: guests of {inputs.sse_d50_um:g} um fall at random, footprint"
            f" {inputs.flattening:g} times that of a rigid sphere"
        )
    if inputs.sigma is not None:
        lines.append("standard deviation: first order, inputs independent")
    lines.append(
        "published single-spot thicknesses lie between 0.4 and 1.7 times mass conservation:"
        " good to a factor of about 2"
    )
    return tuple(lines)
