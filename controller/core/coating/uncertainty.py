"""First-order spread of the thickness from the spread of a lot's numbers."""

from __future__ import annotations

import math

from controller.core.coating.inputs import LotSigma, ShellInputs
from controller.core.coating.shell import Basis


def thickness_sigma_nm(thickness_nm: float, inputs: ShellInputs, sigma: LotSigma) -> float:
    """One standard deviation of `thickness_nm`, the inputs taken as independent.

    First order about the thin limit, in which thickness goes as D, as the mass ratio and as the
    densities' ratio, so the relative variances add.
    """
    w = inputs.sse_wt_percent / 100.0
    content = 1.0 - w if inputs.basis is Basis.TOTAL else 1.0
    relative = math.hypot(
        sigma.d50_um / inputs.d50_um,
        sigma.sse_wt_percent / (inputs.sse_wt_percent * content),
        sigma.core_density_g_cm3 / inputs.core_density_g_cm3,
        sigma.shell_density_g_cm3 / inputs.shell_density_g_cm3,
        sigma.solid_fraction / inputs.solid_fraction,
        sigma.coverage / inputs.coverage,
        sigma.attached_fraction / inputs.attached_fraction,
    )
    return thickness_nm * relative
